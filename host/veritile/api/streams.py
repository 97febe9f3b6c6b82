"""`WS /ws`: a stream of pictures in JSON, or the host's protocol in msgpack under `veritile.v1`.

The JSON form is that of clients which speak of authenticity: `start_stream`,
`video_frame`, `stop_stream`, answered by `analysis_result`.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, Any, Final, Literal

import msgspec
from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from msgspec import UNSET, Meta, Struct

from veritile.api.conversation import END, Conversation
from veritile.api.service import Live, Service
from veritile.errors import (
    ImageTooLargeError,
    InvalidMessageError,
    TooManyRequestsError,
    UnsupportedFormatError,
    VeritileError,
)
from veritile.frame.decode import CALL
from veritile.native.messages import (
    Close,
    Configure,
    Error,
    Frame,
    Frames,
    Hello,
    HostMessage,
    Item,
    Open,
    Peer,
    Size,
    Verdicts,
)
from veritile.vocabulary import Label, Sensitivity

PACKED: Final = "veritile.v1"
PLAIN: Final = "veritile.json"
"""Subprotocols; a client that offers none speaks JSON."""
PARTICIPANT: Final = "stream"
_SENSITIVITIES: Final = {
    "high": Sensitivity.SENSITIVE,
    "medium": Sensitivity.BALANCED,
    "low": Sensitivity.CONSERVATIVE,
} | {each.value: each for each in Sensitivity}


class StreamConfig(Struct, frozen=True):
    """How a stream is looked at; unknown fields are ignored."""

    video_enabled: bool = True
    quality: str = "medium"
    detection_sensitivity: str = "medium"


class StartStream(Struct, frozen=True, tag_field="type", tag="start_stream"):
    """Begins a stream, or begins it anew."""

    config: StreamConfig = StreamConfig()


_Stamp = Annotated[int, Meta(ge=-(2**53), le=2**53)] | float
"""Whatever number a client likes: it is told again as it was sent."""


class VideoFrame(Struct, frozen=True, tag_field="type", tag="video_frame"):
    """One picture."""

    data: str
    timestamp: _Stamp = 0


class StopStream(Struct, frozen=True, tag_field="type", tag="stop_stream"):
    """Ends the stream; answered by its last result."""


_DECODER: Final = msgspec.json.Decoder(StartStream | VideoFrame | StopStream)


def router(service: Service) -> APIRouter:
    """Return the route."""
    routes = APIRouter()

    @routes.websocket("/ws")
    async def ws(socket: WebSocket) -> None:
        offered = socket.scope.get("subprotocols", [])
        kind: Literal["stream", "veritile.v1"] = "veritile.v1" if PACKED in offered else "stream"
        chosen = next((name for name in (PACKED, PLAIN) if name in offered), None)
        await socket.accept(subprotocol=chosen)
        try:
            with service.session(secrets.token_hex(12), kind) as live:
                await (_packed if kind == PACKED else _plain)(service, socket, live)
        except TooManyRequestsError as error:
            await socket.close(1013, str(error))

    return routes


async def _packed(service: Service, socket: WebSocket, live: Live) -> None:
    conversation = Conversation(service)

    async def answer() -> None:
        while (message := await conversation.next()) is not END:
            if isinstance(message, Verdicts):
                for item in message.items:
                    _note(live, item)
            await socket.send_bytes(msgspec.msgpack.encode(message))

    async def listen() -> None:
        while True:
            conversation.say_packed(await socket.receive_bytes())

    await _both(socket, answer(), listen())
    conversation.close()


async def _plain(service: Service, socket: WebSocket, live: Live) -> None:
    stream = _Stream(service, live)

    async def answer() -> None:
        while (message := await stream.conversation.next()) is not END:
            told = stream.told(message)
            if told is not None:
                await socket.send_text(told)

    async def listen() -> None:
        while True:
            told = stream.take(await socket.receive_text())
            if told is not None:
                await socket.send_text(told)

    await _both(socket, answer(), listen())
    stream.close()


async def _both(socket: WebSocket, *work: Any) -> None:
    """Until one of the two ends, or the client goes."""
    tasks = [asyncio.ensure_future(each) for each in work]
    done, others = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    for task in done:
        # A message of the other kind, text for bytes, comes as a KeyError.
        if (error := task.exception()) and not isinstance(
            error, WebSocketDisconnect | RuntimeError | KeyError
        ):
            raise error
    with suppress(RuntimeError, WebSocketDisconnect):  # it has gone already
        await socket.close(1003 if any(isinstance(task.exception(), KeyError) for task in done) else 1000)


class _Stream:
    """Between the JSON of one client and the host's messages."""

    def __init__(self, service: Service, live: Live) -> None:
        self.conversation = Conversation(service)
        self._live = live
        self._interval = service.settings.analysis_interval
        self._asked: dict[int, tuple[int | float, float]] = {}
        """Of each request for a look: the client's time stamp, and when it came."""
        self._id = 1
        self._looked = -float("inf")
        self._open = False
        self._newest = {"authenticity_score": None, "label": Label.INCONCLUSIVE, "confidence": 0.0}
        self._say(lambda id: Hello(id=id, protocols=(1,), client=Peer(name="api", version="1")))

    def take(self, text: str) -> str | None:
        """Take a message; return what is answered at once."""
        try:
            return self._take(text)
        except VeritileError as error:
            return _error(self._live, error.code, str(error), 0)

    def _take(self, text: str) -> str | None:
        try:
            message = _DECODER.decode(text)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            raise InvalidMessageError(f"The message cannot be used: {error}; see docs/api.md.") from error
        now = time.monotonic()
        match message:
            case StartStream(config=config):
                sensitivity = _SENSITIVITIES.get(config.detection_sensitivity)
                if sensitivity is None:
                    raise InvalidMessageError("detection_sensitivity is one of high, medium and low.")
                self._start(sensitivity)
                return None
            case VideoFrame() if not self._open:
                raise InvalidMessageError("There is no stream: send start_stream first.")
            case VideoFrame(timestamp=timestamp) if now - self._looked < self._interval:
                return self._result(timestamp, now)
            case VideoFrame(data=data, timestamp=timestamp):
                self._looked = now
                jpeg, at = picture(data), time.time() * 1000
                size = Size(width=1, height=1)
                frame = Frame(participant=PARTICIPANT, captured_at=at, jpeg=jpeg, video=size)
                self._asked[self._id] = (timestamp, now)
                self._say(lambda id: Frames(id=id, session=self._live.id, frames=(frame,)))
                return None
        last = self._result(round(time.time() * 1000), now)
        self.stop()
        return last

    def told(self, message: HostMessage) -> str | None:
        """What the client is told of an answer of the host; None for those that are not its affair."""
        asked = None if message.re is UNSET else self._asked.pop(message.re, None)
        if asked is None:
            return None
        timestamp, came = asked
        if isinstance(message, Error):
            return _error(self._live, message.code, message.text, timestamp)
        if not isinstance(message, Verdicts):
            return None
        (item,) = message.items
        _note(self._live, item)
        if item.error is not UNSET:
            return _error(self._live, item.error.code, item.error.text, timestamp)
        self._newest = {
            "authenticity_score": None if item.score is None else round(1.0 - item.score, 4),
            "label": item.label,
            "confidence": round(item.confidence, 4),
        }
        return self._result(timestamp, came)

    def stop(self) -> None:
        """End the stream, if there is one."""
        if self._open:
            self._say(lambda id: Close(id=id, session=self._live.id))
        self._open = False

    def close(self) -> None:
        """End stream and conversation."""
        self.stop()
        self.conversation.close()

    def _start(self, sensitivity: Sensitivity) -> None:
        self.stop()
        self._say(lambda id: Open(id=id, session=self._live.id, platform="api"))
        self._say(lambda id: Configure(id=id, session=self._live.id, sensitivity=sensitivity))
        self._open, self._looked = True, -float("inf")

    def _say(self, make: Callable[[int], Any]) -> None:
        self._id += 1
        self.conversation.say(make(self._id - 1))

    def _result(self, timestamp: int | float, came: float) -> str:
        took = round((time.monotonic() - came) * 1000, 1)
        told = {
            "type": "analysis_result",
            "session_id": self._live.id,
            "result": self._newest | {"processing_time_ms": took},
            "timestamp": timestamp,
        }
        return msgspec.json.encode(told).decode()


def picture(data: str) -> bytes:
    """Return the bytes of a data URL, or of base64 alone.

    Raises UnsupportedFormatError, ImageTooLargeError.
    """
    head, comma, body = data.partition(",")
    if comma and not head.startswith(("data:image/jpeg;", "data:image/webp;", "data:image/jpg;")):
        raise UnsupportedFormatError("A picture is a data URL of a JPEG or WebP: data:image/jpeg;base64,…")
    text = body if comma else head
    if len(text) > CALL.bytes * 4 // 3 + 4:
        raise ImageTooLargeError(f"The picture has over {CALL.bytes >> 20} MiB: save it smaller.")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise UnsupportedFormatError("The picture is not base64: send data:image/jpeg;base64,…") from error


def _note(live: Live, item: Item) -> None:
    live.frames += 1
    live.label, live.score = item.label, item.score


def _error(live: Live, code: int, text: str, timestamp: int | float) -> str:
    told = {"type": "error", "session_id": live.id, "code": code, "text": text, "timestamp": timestamp}
    return msgspec.json.encode(told).decode()
