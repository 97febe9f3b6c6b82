"""Replies on their way out: one thread writes them, so that nobody who has one to give waits for the peer."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import BinaryIO

from veritile.errors import ReplyTooLargeError
from veritile.native.codec import encode
from veritile.native.framing import encode_frame, write_whole
from veritile.native.limits import REPLIES_WAITING, STALLED_S
from veritile.native.messages import Error, HostMessage


class Outbox:
    """Writes whole frames in the order they were sent; safe to use from any thread.

    `on_gone` is called, from whichever thread notices, when the peer's end is
    closed, or when it has read nothing for STALLED_S with the outbox full.
    """

    def __init__(self, stream: BinaryIO, on_gone: Callable[[str], None]) -> None:
        self._stream = stream
        self._on_gone = on_gone
        self._frames: queue.Queue[bytes] = queue.Queue(REPLIES_WAITING)
        threading.Thread(target=self._write, name="veritile-outbox", daemon=True).start()

    def send(self, message: HostMessage) -> None:
        """Queue `message`; in the place of one that is too large for the browser, an error goes out."""
        try:
            frame = encode_frame(encode(message))
        except ReplyTooLargeError as error:
            frame = encode_frame(encode(Error(re=message.re, code=error.code, text=str(error))))
        try:
            self._frames.put(frame, timeout=STALLED_S)
        except queue.Full:
            self._on_gone("the peer has stopped reading")

    def flush(self, timeout: float | None = None) -> None:
        """Wait, at most `timeout` seconds, until everything sent so far has been handed to the system."""
        with self._frames.all_tasks_done:
            self._frames.all_tasks_done.wait_for(lambda: not self._frames.unfinished_tasks, timeout)

    def _write(self) -> None:
        while True:
            frame = self._frames.get()
            try:
                write_whole(self._stream, frame)
            except (OSError, ValueError):
                self._on_gone("the peer has closed its end")
                return
            self._frames.task_done()
