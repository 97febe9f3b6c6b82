"""The host's own protocol, held with one WebSocket instead of a browser's port.

Dispatcher, worker and decision are the host's; only the model is shared by all
conversations, and messages come and go as objects.
"""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec

from veritile.api.service import Service
from veritile.errors import NotJsonError
from veritile.native.batches import BatchQueue
from veritile.native.codec import encode
from veritile.native.dispatcher import Dispatcher
from veritile.native.messages import ClientMessage, HostMessage
from veritile.native.worker import Worker

END: Final = None
"""What is taken when the conversation has come to its end."""


class Conversation:
    """One client's, from `hello` to the end; for the event loop's thread."""

    def __init__(self, service: Service) -> None:
        self._loop = asyncio.get_running_loop()
        self._most = service.settings.buffer_size
        self._answers: asyncio.Queue[HostMessage | None] = asyncio.Queue()
        self._batches = BatchQueue()
        self._worker = Worker(
            self._batches,
            self._send,
            service.counters,
            lambda: service.detector.analyzer,
            journal=service.journal,
        )
        self._dispatcher = Dispatcher(
            self._batches,
            self._worker,
            self._send,
            service.counters,
            greeted=self._worker.start,
            journal=service.journal,
        )

    def say(self, message: ClientMessage) -> None:
        """Hand over a message."""
        self._dispatcher.handle(encode(message))

    def say_packed(self, payload: bytes) -> None:
        """Hand over a message in msgpack, whatever it holds."""
        try:
            told = msgspec.json.encode(msgspec.msgpack.decode(payload))
        except (msgspec.MsgspecError, UnicodeError, ValueError, TypeError, RecursionError):
            self._dispatcher.refuse(NotJsonError("The message is not msgpack: send one map per message."))
        else:
            self._dispatcher.handle(told)

    async def next(self) -> HostMessage | None:
        """Wait for the next answer; `END` when there will be none, or the client reads too little."""
        return await self._answers.get()

    def close(self) -> None:
        """End it, and its sessions; what waits is answered to nobody."""
        self._dispatcher.hang_up()
        self._batches.close()
        self._answers.put_nowait(END)

    def _send(self, message: HostMessage) -> None:
        """From any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._put, message)

    def _put(self, message: HostMessage) -> None:
        self._answers.put_nowait(END if self._answers.qsize() >= self._most else message)
