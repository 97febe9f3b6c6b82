"""What has happened since the host started, counted from any thread."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable

from veritile.native.log import logger


class Counters:
    """Frames looked at, frames dropped unseen, and errors by code."""

    def __init__(self) -> None:
        self.noticed: Callable[[int], None] = lambda code: None
        """Called with each code the first time."""
        self._lock = threading.RLock()  # a signal may come while its own thread is counting, and reports
        self._started = time.monotonic()
        self._errors: Counter[int] = Counter()
        self.processed = 0
        self.dropped = 0

    def count(self, *, processed: int = 0, dropped: int = 0) -> None:
        """Add to the frames that were looked at, and to those that were not."""
        with self._lock:
            self.processed += processed
            self.dropped += dropped

    def error(self, code: int) -> None:
        """Count an error that is told to the client; its code is logged the first time only."""
        with self._lock:
            self._errors[code] += 1
            first = self._errors[code] == 1
        if first:
            logger.warning("error %d told to the client", code)
            self.noticed(code)

    @property
    def errors(self) -> int:
        """Errors of all codes."""
        with self._lock:
            return self._errors.total()

    @property
    def uptime_ms(self) -> int:
        """Since this was made."""
        return int((time.monotonic() - self._started) * 1000)

    def __str__(self) -> str:
        with self._lock:
            errors = ", ".join(f"{n} x {code}" for code, n in sorted(self._errors.items())) or "none"
        return f"{self.processed} frames looked at, {self.dropped} dropped, errors: {errors}"
