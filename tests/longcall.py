"""A long call played to the host at once, with what it costs beside: memory, descriptors, the log's size."""

from __future__ import annotations

import itertools
import os
import statistics
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psutil

from native.talk import HELLO, OPEN, frames, item_of, picture_of
from veritile.live.host import EPOCH_MS, PlayedHost
from veritile.native.analyzer import Analyzer
from veritile.store.database import readable

STEP_S = 60
"""Of the call, between two samples of memory."""
ENTRY_BYTES = 620
"""What an entry takes in the file, index and free room in pages included; measured by bench_long_call.py."""
EMPTY_BYTES = 48_000
"""What a log takes that has only been made."""


@dataclass(frozen=True)
class Sample:
    """What the processes took at a time of the call, the host first."""

    hours: float
    rss: tuple[int, ...]
    """Resident bytes of each."""
    descriptors: tuple[int, ...]


@dataclass(frozen=True)
class LongCall:
    """What came of it."""

    looks: int
    samples: list[Sample]
    log_bytes: int
    """With what SQLite keeps beside it, after the end."""
    entries: int

    @property
    def predicted_bytes(self) -> int:
        """Of the log, by the number of its entries."""
        return EMPTY_BYTES + ENTRY_BYTES * self.entries

    def after(self, skip: float) -> list[Sample]:
        """Samples from `skip` hours on, when what is kept has been filled."""
        return [sample for sample in self.samples if sample.hours >= skip]

    def slope(self, skip: float, process: int = 0) -> float:
        """Bytes of memory an hour of the call, from `skip` hours on, of one of the processes."""
        later = self.after(skip)
        return statistics.linear_regression(
            [sample.hours for sample in later], [sample.rss[process] for sample in later]
        ).slope


def play(
    analyzer: Analyzer,
    take: Callable[[int], bytes],
    log: Path | None,
    *,
    hours: float,
    people: int,
    beside: Sequence[int] = (),
) -> LongCall:
    """Hold a call of so many people, each looked at whenever the host wants to.

    Args:
        analyzer: what looks at pictures.
        take: the n-th picture, another than the one before.
        log: where it is logged; None for not at all.
        hours: of the call.
        people: in it.
        beside: ids of the processes that work for the host.
    """
    processes = [psutil.Process(number) for number in (os.getpid(), *beside)]
    samples: list[Sample] = []
    looks = 0
    ids = itertools.count(10)
    due = {f"p-{n}": 100 * n for n in range(people)}
    next_sample = 0
    with PlayedHost(analyzer, log=log) as host:
        host.ask(0, HELLO)
        host.ask(0, OPEN)
        while (ms := min(due.values())) < hours * 3_600_000:
            if ms >= next_sample:
                rss = tuple(process.memory_info().rss for process in processes)
                descriptors = tuple(process.num_fds() for process in processes)
                samples.append(Sample(ms / 3_600_000, rss, descriptors))
                next_sample = ms + STEP_S * 1000
            who = min(due, key=due.__getitem__)
            picture = picture_of(who, take(looks), captured_at=EPOCH_MS + ms, name=f"Name of {who}")
            due[who] = ms + item_of(host.ask(ms, frames(next(ids), picture))).next_sample_ms
            looks += 1
    if log is None:
        return LongCall(looks, samples, 0, 0)
    with closing(readable(log)) as connection:
        (entries,) = connection.execute("SELECT count(*) FROM entries").fetchone()
    return LongCall(looks, samples, sum(file.stat().st_size for file in log.parent.iterdir()), entries)
