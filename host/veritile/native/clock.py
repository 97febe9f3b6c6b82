"""The clocks that the host goes by, so that a call can also be played faster than it happened."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Clock:
    """Where the time comes from, seconds each."""

    monotonic: Callable[[], float] = time.monotonic
    """Does not jump: how old a picture is, and how long a request has waited."""
    epoch: Callable[[], float] = time.time
    """Since 1970: the browser's."""
    work: Callable[[], float] = time.thread_time
    """CPU time of the calling thread: what a look costs."""


SYSTEM: Final = Clock()
