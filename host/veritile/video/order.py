"""Work on a few threads whose results come in order, with a bounded number of items on their way."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final, TypeVar

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

THREADS: Final = max(1, min(3, (os.cpu_count() or 1) - 1))
"""That look at frames beside the one that decodes."""


def in_order(
    work: Callable[[_Item], _Result], items: Iterable[_Item], threads: int = THREADS
) -> Iterator[_Result]:
    """Yield `work` of each item, in order; at most twice as many items as threads are held at a time.

    What the items or the work raise is raised here, and what was begun is finished first.
    """
    waiting: deque[Future[_Result]] = deque()
    with ThreadPoolExecutor(threads, thread_name_prefix="veritile-look") as pool:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) > 2 * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
