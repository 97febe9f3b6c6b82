"""A sign of life while a file is read, also through stretches of which nothing is looked at."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

EVERY_S: Final = 0.2


class Pulse:
    """Calls `progress` for every frame, and every `EVERY_S` between frames that are far apart."""

    def __init__(self, progress: Callable[[float], None] | None) -> None:
        self._progress = progress or (lambda t: None)
        self._t, self._told = 0.0, time.monotonic()

    def reach(self, t: float) -> None:
        """A frame was judged, at `t` seconds of the file."""
        self._t, self._told = t, time.monotonic()
        self._progress(t)

    def beat(self) -> None:
        """Something was read."""
        if time.monotonic() - self._told >= EVERY_S:
            self.reach(self._t)
