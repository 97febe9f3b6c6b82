"""The host without its process: framing, messages and worker, on a clock that is set by hand."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Final

import msgspec

from veritile import __version__
from veritile.errors import HostError, ModelError
from veritile.native.analyzer import Analyzer
from veritile.native.batches import BatchQueue
from veritile.native.clock import Clock
from veritile.native.codec import decode_host, encode
from veritile.native.counters import Counters
from veritile.native.dispatcher import Dispatcher
from veritile.native.framing import FrameReader, encode_frame
from veritile.native.journal import Journal
from veritile.native.limits import MESSAGE_BYTES, REPLY_BYTES
from veritile.native.messages import (
    ClientMessage,
    Error,
    Frames,
    Hello,
    HostMessage,
    Info,
    ModelState,
    Peer,
)
from veritile.native.worker import Worker

EPOCH_MS: Final = 1_700_000_000_000
"""When every played call begins, by the browser's clock."""
HELLO: Final = Hello(id=0, protocols=(1,), client=Peer(name="veritile evaluate", version=__version__))
_ANSWER_S: Final = 60.0
"""Real seconds, after which something is broken."""


class SetClock:
    """A clock that stands still until it is set."""

    def __init__(self, epoch_ms: int) -> None:
        self.ms = 0
        """Since the call began."""
        self._epoch_ms = epoch_ms

    @property
    def clock(self) -> Clock:
        """What the host is given. A look costs nothing: one participant alone never strains the budget of
        time, and what is measured must not change what is decided."""
        return Clock(
            monotonic=lambda: self.ms / 1000,
            epoch=lambda: (self._epoch_ms + self.ms) / 1000,
            work=lambda: 0.0,
        )


class PlayedHost:
    """A host that answers at once, in no time; leaving the `with` block ends it."""

    def __init__(
        self,
        analyzer: Analyzer,
        *,
        heard: Callable[[int, ClientMessage, HostMessage], None] | None = None,
        epoch_ms: int = EPOCH_MS,
        log: Path | None = None,
    ) -> None:
        """Start a host with nothing in its memory.

        Args:
            analyzer: what looks at pictures.
            heard: told of every message with its reply, and when in ms of the call.
            epoch_ms: when the call begins, by the browser's clock.
            log: where it is written down; nowhere unless told.
        """
        self._heard = heard
        self._set = SetClock(epoch_ms)
        self._sent: list[HostMessage] = []
        self._arrived = threading.Condition()
        self._batches = BatchQueue()
        counters, clock = Counters(), self._set.clock
        self._journal = Journal(log, clock=clock)
        self._worker = Worker(self._batches, self._send, counters, lambda: analyzer, clock, self._journal)
        self._dispatcher = Dispatcher(
            self._batches,
            self._worker,
            self._send,
            counters,
            greeted=self._worker.start,
            clock=clock,
            journal=self._journal,
        )
        self.cpu_s = 0.0
        """CPU time that the answers to frames have taken, seconds; with writing and reading the messages."""

    def ask(self, ms: int, message: ClientMessage) -> HostMessage:
        """Send a message at so many ms of the call, not before the last; return its reply.

        Raises HostError when there is none.
        """
        self._set.ms = ms
        started = time.process_time()
        frame = encode_frame(encode(message), MESSAGE_BYTES)
        payload = FrameReader(io.BytesIO(frame)).read()
        assert payload is not None
        self._dispatcher.handle(payload)
        reply = self._wait(lambda each: each.re == message.id)
        if isinstance(message, Frames):
            self.cpu_s += time.process_time() - started
        if isinstance(message, Hello) and not isinstance(reply, Error):
            self._wait_loaded()
        if self._heard is not None:
            self._heard(ms, message, reply)
        return reply

    def close(self) -> None:
        """End the worker's thread, and close the log."""
        self._batches.close()
        self._worker.join(_ANSWER_S)
        self._journal.stop("the call was over", _ANSWER_S)

    def __enter__(self) -> PlayedHost:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _wait_loaded(self) -> None:
        info = self._wait(lambda each: isinstance(each, Info) and each.state is not ModelState.LOADING)
        if isinstance(info, Info) and info.state is ModelState.FAILED:
            why = self._wait(lambda each: isinstance(each, Error) and each.re is msgspec.UNSET)
            raise ModelError(why.text if isinstance(why, Error) else "The model could not be loaded.")

    def _wait(self, wanted: Callable[[HostMessage], bool]) -> HostMessage:
        """Take the first message that is wanted from those that were sent."""
        deadline = time.monotonic() + _ANSWER_S
        with self._arrived:
            while True:
                for message in self._sent:
                    if wanted(message):
                        self._sent.remove(message)
                        return message
                if not self._arrived.wait(deadline - time.monotonic()):
                    raise HostError("The host did not answer: run `veritile doctor`.")

    def _send(self, message: HostMessage) -> None:
        """Called by the host, from two threads."""
        payload = FrameReader(io.BytesIO(encode_frame(encode(message))), REPLY_BYTES).read()
        assert payload is not None
        with self._arrived:
            self._sent.append(decode_host(payload))
            self._arrived.notify_all()
