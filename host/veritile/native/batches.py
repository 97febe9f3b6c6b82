"""`frames` requests waiting for the worker: few, and the oldest gives way."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

from veritile.errors import SessionError
from veritile.native.limits import BATCHES_WAITING, CLOCK_NONSENSE_S, STALE_S
from veritile.native.sessions import Participant, Session


def captured_on(captured_at: float, epoch: float, monotonic: float) -> float:
    """When a picture was taken, in seconds of the monotonic clock.

    `captured_at` is the browser's clock in epoch ms; `epoch` and `monotonic`
    are this process's clocks now, in s. Both clocks are the machine's own, so
    a picture from the future, or from over CLOCK_NONSENSE_S ago, means that a
    clock was set meanwhile: it then counts as taken now.
    """
    age = epoch - captured_at / 1000
    return monotonic - age if 0 <= age <= CLOCK_NONSENSE_S else monotonic


@dataclass(frozen=True, slots=True)
class WaitingFrame:
    """One picture of a batch."""

    key: str
    """The participant's id."""
    participant: Participant | SessionError
    """An error when the session would not admit it."""
    captured_at: float
    """As the client said, epoch ms."""
    captured: float
    """The same in s of the monotonic clock."""
    jpeg: bytes

    def is_stale(self, now: float) -> bool:
        """Whether a newer frame of the participant has arrived, or this one is over STALE_S old at `now`."""
        if isinstance(self.participant, SessionError):
            return False
        return self.captured < self.participant.newest or now - self.captured > STALE_S


@dataclass(frozen=True, slots=True)
class Batch:
    """One `frames` request."""

    request: int
    session: Session
    frames: tuple[WaitingFrame, ...]
    arrived: float
    """s of the monotonic clock."""


class BatchQueue:
    """First in, first out; holds at most BATCHES_WAITING."""

    def __init__(self) -> None:
        self._waiting: deque[Batch] = deque()
        self._changed = threading.Condition()
        self._closed = False

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, batch: Batch) -> Batch | None:
        """Add a batch; return the oldest one when it had to give way."""
        with self._changed:
            pushed_out = self._waiting.popleft() if len(self._waiting) == BATCHES_WAITING else None
            self._waiting.append(batch)
            self._changed.notify()
            return pushed_out

    def take(self) -> Batch | None:
        """Wait for the next batch; None once the queue is closed and empty."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            return self._waiting.popleft() if self._waiting else None

    def close(self) -> None:
        """Let `take` return None when nothing waits any more."""
        with self._changed:
            self._closed = True
            self._changed.notify()
