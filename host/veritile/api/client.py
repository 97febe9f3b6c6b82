"""A client of `veritile serve` for programs that have pictures and no model.

::

    async with connect("http://127.0.0.1:8477", token) as live:
        item = await live.look(jpeg, participant="ada")
        print(item.label, item.score, item.next_sample_ms)
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import msgspec
from msgspec import UNSET
from websockets.asyncio.client import ClientConnection
from websockets.asyncio.client import connect as open_socket
from websockets.exceptions import ConnectionClosed, WebSocketException

from veritile import __version__
from veritile.errors import ServerError
from veritile.native.messages import (
    Error,
    Frame,
    Frames,
    HeatmapRequest,
    HeatmapTold,
    Hello,
    HostMessage,
    Item,
    Open,
    Peer,
    Size,
    Verdicts,
)

_SESSION: Final = "client"
_DECODER: Final[msgspec.msgpack.Decoder[HostMessage]] = msgspec.msgpack.Decoder(HostMessage)


class Live:
    """A session with the service; made by `connect`. Several looks may be under way at once."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._ids = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[HostMessage]] = {}

    async def look(
        self, picture: bytes, *, participant: str = "stream", captured_at: float | None = None
    ) -> Item:
        """Have one picture judged, and return what is now said of its participant.

        Args:
            picture: a JPEG or WebP.
            participant: your name for whom it shows; what is gathered is kept for each.
            captured_at: epoch ms; now when left out.

        Raises ServerError when the service is gone, or refuses; a picture that cannot be read leaves its
        `error` in the item.
        """
        at = time.time() * 1000 if captured_at is None else captured_at
        frame = Frame(participant=participant, captured_at=at, jpeg=picture, video=Size(width=1, height=1))
        answer = await self.ask(lambda id: Frames(id=id, session=_SESSION, frames=(frame,)))
        assert isinstance(answer, Verdicts)
        return answer.items[0]

    async def heatmap(self, participant: str = "stream") -> HeatmapTold:
        """Return where in a face the score of a participant comes from, as a JPEG; about a second's work.

        It is of the picture of the last minute that speaks most for fake. It is no proof, and not the outline
        of a swap.

        Raises ServerError when no face of theirs could be judged yet, or the service is gone.
        """
        answer = await self.ask(lambda id: HeatmapRequest(id=id, session=_SESSION, participant=participant))
        assert isinstance(answer, HeatmapTold)
        return answer

    async def ask(self, make: Callable[[int], Any]) -> HostMessage:
        """Send the message that `make` gives for an id, and return its answer; raises ServerError."""
        key = next(self._ids)
        answer = self._waiting[key] = asyncio.get_running_loop().create_future()
        try:
            await self._socket.send(msgspec.msgpack.encode(make(key)))
            message: HostMessage = await answer
        except ConnectionClosed as error:
            raise ServerError(
                f"The service has closed the connection ({error}): start it, connect again."
            ) from error
        finally:
            self._waiting.pop(key, None)
        if isinstance(message, Error):
            raise ServerError(f"{message.text} [{message.code}]")
        return message

    async def listen(self) -> None:
        """Hand every answer to whom it is for, until the connection ends; `connect` sees to it."""
        try:
            async for payload in self._socket:
                message = _DECODER.decode(payload if isinstance(payload, bytes) else payload.encode())
                if (
                    message.re is not UNSET
                    and (waiting := self._waiting.get(message.re))
                    and not waiting.done()
                ):
                    waiting.set_result(message)
        finally:
            gone = ServerError("The service has closed the connection: start it, connect again.")
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(gone)


@asynccontextmanager
async def connect(url: str, token: str, *, platform: str = "sdk") -> AsyncIterator[Live]:
    """Open a session with the service at `url` for as long as the block.

    Args:
        url: as `veritile serve` prints it, without path: `http://127.0.0.1:8477`.
        token: as `veritile serve --token` prints it.
        platform: what the log of calls says of where the pictures come from.

    Raises ServerError when the service is not there, or refuses.
    """
    address = url.rstrip("/").replace("http", "ws", 1) + "/ws"
    headers = {"Authorization": f"Bearer {token}"}
    try:
        async with open_socket(address, additional_headers=headers, subprotocols=["veritile.v1"]) as socket:  # type: ignore[list-item]
            live = Live(socket)
            listening = asyncio.ensure_future(live.listen())
            try:
                peer = Peer(name="veritile-sdk", version=__version__)
                await live.ask(lambda id: Hello(id=id, protocols=(1,), client=peer))
                await live.ask(lambda id: Open(id=id, session=_SESSION, platform=platform))
                yield live
            finally:
                listening.cancel()
                with suppress(asyncio.CancelledError, ServerError):
                    await listening
    except (OSError, WebSocketException) as error:
        raise ServerError(
            f"{url} does not answer as Veritile does ({error}): is `veritile serve` running?"
        ) from error
