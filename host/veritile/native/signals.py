"""The signals by which a system ends a program."""

from __future__ import annotations

import signal
from collections.abc import Callable
from typing import NoReturn


def on_signals(end: Callable[[str], NoReturn]) -> None:
    """Have `end` called, with the signal's name, when this process is to end."""
    for name in ("SIGTERM", "SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda number, _: end(signal.Signals(number).name))
