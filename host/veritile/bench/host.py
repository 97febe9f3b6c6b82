"""What a real host process costs, from outside; with the process that looks at pictures."""

from __future__ import annotations

import itertools
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import psutil
from msgspec import UNSET

from veritile import __version__
from veritile.bench import picture
from veritile.bench.figure import Figure
from veritile.decision.pacing import SETTLED_MS
from veritile.errors import HostError
from veritile.native.client import HostClient
from veritile.native.limits import PROTOCOL
from veritile.native.log import LOG_DIR_VARIABLE
from veritile.native.messages import (
    Frame,
    Frames,
    Hello,
    HostMessage,
    ModelState,
    Open,
    Peer,
    Ping,
    Size,
    Verdicts,
)
from veritile.native.status import MODEL_VARIABLE
from veritile.store.folder import DATA_DIR_VARIABLE

HELLO_MS: Final = 150.0
FIRST_MS: Final = 900.0
TILES: Final = {1: 60.0, 9: 120.0, 25: 250.0}
"""Goals for capture to badge, ms, p95: the host's part must stay below."""
SHARE: Final = 3.0
MEMORY_MB: Final = 120.0
"""Of one core, and of memory, for 9 participants who are settled."""
HANG_S: Final = 3.0
_HELLO = Hello(id=1, protocols=(PROTOCOL,), client=Peer(name="veritile bench", version=__version__))
_OPEN = Open(id=2, session="bench", platform="bench")


def measure(model: str, runs: int, told: Callable[[str], None] = lambda text: None) -> list[Figure]:
    """Start hosts and have them judge pictures.

    Args:
        model: name or path.
        runs: starts of the host, and batches of each size.
        told: is told what is being measured.

    Raises HostError when a host cannot be used.
    """
    with tempfile.TemporaryDirectory(prefix="veritile-bench-") as folder:
        environment = {**os.environ, MODEL_VARIABLE: model}
        environment |= {LOG_DIR_VARIABLE: folder, DATA_DIR_VARIABLE: folder}
        bench = _Bench(environment, runs)
        told("starting hosts")
        figures = bench.starts()
        told("judging pictures")
        figures += bench.batches()
        if sys.platform != "win32":
            told("stopping the process that looks at pictures")
            figures.append(bench.hang())
        return figures


@dataclass
class _Bench:
    environment: dict[str, str]
    runs: int

    def start(self) -> HostClient:
        return HostClient.spawn((sys.executable, "-m", "veritile.native.host"), env=self.environment)

    def starts(self) -> list[Figure]:
        hello, first = [], []
        data = picture.jpeg(picture.frame(320, 180))
        for _ in range(self.runs):
            began = time.perf_counter()
            with self.start() as host:
                host.request(_HELLO, 30)
                hello.append((time.perf_counter() - began) * 1000)
                host.send(_OPEN)
                reply = host.request(_frames(3, [data]), 60)  # as in a call: it is there before the model is
                while not _judged(reply):  # it had waited for the model for over 2 s
                    reply = host.request(_frames(4, [data]), 60)
                first.append((time.perf_counter() - began) * 1000)
        return [
            Figure("host started to hello answered, p95", _p95(hello), "ms", HELLO_MS, note=_p50(hello)),
            Figure("host started to first verdict, p95", _p95(first), "ms", FIRST_MS, note=_p50(first)),
        ]

    def batches(self) -> list[Figure]:
        figures, numbers = [], itertools.count(10)
        pictures = [picture.jpeg(picture.frame(320, 180, lamp=16 * n)) for n in range(16)]
        with self.start() as host:
            self.greet(host)
            processes = _processes(host)
            for tiles, goal in TILES.items():
                wall, cpu = [], []
                for _ in range(10 * self.runs):
                    number = next(numbers)
                    batch = [pictures[number % len(pictures)]] * tiles
                    spent, began = _cpu_s(processes), time.perf_counter()
                    if _judged(host.request(_frames(number, batch), 60)):
                        wall.append((time.perf_counter() - began) * 1000)
                        cpu.append((_cpu_s(processes) - spent) * 1000)
                    if len(wall) == self.runs:
                        break
                else:
                    raise HostError("Pictures are not judged in time: the machine is too busy to measure.")
                name = f"{tiles} picture{'s' if tiles > 1 else ''} to verdicts, p95"
                figures.append(Figure(name, _p95(wall), "ms", goal, note=f"{_p50(wall)}; goal: to the badge"))
                if tiles == 9:
                    share = statistics.fmean(cpu) / SETTLED_MS * 100
                    resident = [process.memory_info().rss / 1e6 for process in processes]
                    memory = sum(resident)
                    figures.append(Figure("9 settled participants, of one core", share, "%", SHARE))
                    parts = " + ".join(f"{each:.0f}" for each in resident)
                    note = f"resident: {parts}, host and looking process"
                    figures.append(Figure("9 participants, memory", memory, "MB", MEMORY_MB, note=note))
                    figures += _shared_once(processes)
        return figures

    def hang(self) -> Figure:
        """How long a host is without judging when the process that looks is stopped."""
        data = [picture.jpeg(picture.frame(320, 180, lamp=lamp)) for lamp in (0, 128, 255)]
        with self.start() as host:
            self.greet(host)
            host.request(_frames(10, data[:1]), 60)
            _processes(host)[1].suspend()
            began, pings = time.perf_counter(), [0.0]
            host.send(_frames(11, data[1:2]))
            for number in itertools.count(100):
                asked = time.perf_counter()
                host.request(Ping(id=number))
                pings.append(time.perf_counter() - asked)
                try:
                    host.wait_for(lambda message: message.re == 11, 0.05)
                    break
                except HostError:
                    continue
            while not _judged(host.request(_frames(12, data[2:]), 60)):
                continue
            note = f"judges again; {len(pings) - 1} pings meanwhile, the slowest {max(pings) * 1000:.0f} ms"
            return Figure("looking hung to replaced", time.perf_counter() - began, "s", HANG_S, note=note)

    def greet(self, host: HostClient) -> None:
        host.request(_HELLO, 30)
        if host.wait_loaded(60).state is not ModelState.READY:
            raise HostError("The model cannot be loaded: run `veritile doctor`.")
        host.request(_OPEN, 30)


def _frames(number: int, pictures: Sequence[bytes]) -> Frames:
    now, size = time.time() * 1000, Size(width=640, height=360)
    told = (
        Frame(participant=f"p-{n}", captured_at=now, jpeg=data, video=size) for n, data in enumerate(pictures)
    )
    return Frames(id=number, session="bench", frames=tuple(told))


def _judged(reply: HostMessage) -> bool:
    """Whether every picture was looked at; raises HostError when they cannot be."""
    if not isinstance(reply, Verdicts):
        raise HostError(f"The host does not judge: {reply}; run `veritile doctor`.")
    return all(item.error is UNSET and not item.dropped for item in reply.items)


def _processes(host: HostClient) -> list[psutil.Process]:
    top = psutil.Process(host.process.pid)
    return [top, *top.children(recursive=True)]


def _shared_once(processes: Sequence[psutil.Process]) -> list[Figure]:
    """Memory in which each page is divided among the processes that share it; Linux alone tells it."""
    shares = [getattr(process.memory_full_info(), "pss", None) for process in processes]
    if None in shares:
        return []
    return [Figure("… shared pages counted once", sum(filter(None, shares)) / 1e6, "MB", note="PSS")]


def _cpu_s(processes: Sequence[psutil.Process]) -> float:
    return sum(times.user + times.system for times in (process.cpu_times() for process in processes))


def _p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]


def _p50(values: Sequence[float]) -> str:
    return f"p50 {statistics.median(values):.0f} ms"
