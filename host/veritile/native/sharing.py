"""A batch's work on two threads: the worker's own, and a helper that is there only once it is needed."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Final

WORTH_A_HELPER: Final = 10
"""Pieces of work below which the caller does all. A second thread nearly halves the time of a batch, but
keeps intermediate results of its own in memory; of so few pictures one thread makes short work."""


class Helper:
    """Does pieces of work beside its caller, whichever thread is free taking the next."""

    def __init__(self) -> None:
        # Its thread starts with the first work that is handed to it.
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="veritile-helper")

    def share(self, pieces: Iterable[Callable[[], None]]) -> None:
        """Do every piece of work once, in order as far as two threads have one, and return when all is done.

        One caller at a time. What a piece raises is raised here, when the other thread has stopped.
        """
        waiting = deque(pieces)

        def work() -> None:
            while True:
                try:
                    piece = waiting.popleft()
                except IndexError:
                    return
                piece()

        helped = self._pool.submit(work) if len(waiting) >= WORTH_A_HELPER else None
        try:
            work()
        finally:
            if helped is not None:
                helped.result()
