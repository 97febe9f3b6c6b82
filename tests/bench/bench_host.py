"""What the host costs, from outside, with the goals beside: `python tests/bench/bench_host.py`.

Wall-clock times mean something on a quiet machine only; CPU times (in steps of
10 ms, averaged) hold on a busy one too. Pictures are what the extension sends
of a 640x360 tile: JPEG, 320 pixels wide.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from msgspec import UNSET
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).parents[1]))

import pictures
from native.talk import HELLO, OPEN, as_a, begin, frames, picture_of, retaken
from veritile.decision.pacing import SETTLED_MS
from veritile.native.client import HostClient
from veritile.native.messages import HostMessage, Info, ModelState, Verdicts
from veritile.native.status import MODEL_VARIABLE

HOST = (sys.executable, "-m", "veritile.native.host")
TILES = {1: 60, 9: 120, 25: 250}
"""Goal for capture to badge, ms, p95; the host's round trip is a part of it."""
MEMORY_GOALS = {9: "120 MB"}


@dataclass
class Cost:
    """Of one thing that the host does: wall-clock ms, one a run, and its CPU ms."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


class Stopwatch:
    """Wall-clock time, and the CPU time of a process."""

    def __init__(self, pid: int | None = None) -> None:
        self._process = None if pid is None else psutil.Process(pid)
        self._began, self._cpu_before = time.perf_counter(), self._cpu()

    def stop(self, cost: Cost, pid: int | None = None) -> None:
        cost.wall.append((time.perf_counter() - self._began) * 1000)
        if pid is not None:
            self._process = psutil.Process(pid)
        cost.cpu.append(self._cpu() - self._cpu_before)

    def _cpu(self) -> float:
        times = self._process.cpu_times() if self._process else None
        return (times.user + times.system) * 1000 if times else 0.0


def starts(jpeg: bytes, runs: int) -> dict[str, Cost]:
    """What it costs from the process's start to three moments."""
    costs = {"hello answered": Cost(), "model ready": Cost(), "first verdict": Cost()}
    for _ in range(runs):
        watch = Stopwatch()
        with HostClient.spawn(HOST) as host:
            pid = host.process.pid
            as_a(Info, host.request(HELLO))
            watch.stop(costs["hello answered"], pid)
            host.send(OPEN)
            # As in a call: the frame is there before the model is.
            host.send(frames(3, picture_of("ada", jpeg)))
            if host.wait_loaded().state is not ModelState.READY:
                sys.exit("The model cannot be loaded: run `veritile doctor`.")
            watch.stop(costs["model ready"], pid)
            reply = host.wait_for(lambda m: m.re == 3)
            while not judged(reply):  # it had waited for the model for over 2 s
                reply = host.request(frames(4, picture_of("ada", jpeg)))
            watch.stop(costs["first verdict"], pid)
    return costs


def batches(host: HostClient, jpeg: bytes, tiles: int, runs: int, *, still: bool = False) -> Cost:
    """What a batch of so many tiles costs, from its first byte being written to its verdicts being read.

    `still` pictures show what the last one showed.
    """
    cost = Cost()
    for n in range(10 * runs):
        picture = retaken(jpeg, 0 if still else n)
        request = frames(1000 * tiles + n, *(picture_of(f"{tiles}-{tile}", picture) for tile in range(tiles)))
        watch = Stopwatch(host.process.pid)
        if judged(host.request(request, timeout=30)):
            watch.stop(cost)
        if len(cost.wall) == runs:
            return cost
    sys.exit(f"Batches of {tiles} are not judged in time: the machine is too busy to measure.")


def judged(reply: HostMessage) -> bool:
    """Whether every picture was looked at: on a busy machine some are stale before their turn."""
    items = as_a(Verdicts, reply).items
    assert all(item.error is UNSET for item in items), items
    return not any(item.dropped for item in items)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, default=20, help="starts, and batches per size (default 20)")
    parser.add_argument("--model", help="name in models/, or path of an .onnx file, instead of the default")
    arguments = parser.parse_args()
    runs: int = arguments.runs
    if arguments.model:
        given = Path(arguments.model)
        os.environ[MODEL_VARIABLE] = str(given.resolve()) if given.suffix == ".onnx" else arguments.model
    jpeg = pictures.jpeg(pictures.person(320, 180, face_px=80), quality=80)

    table = Table(
        "what", "p50", "p95", "CPU", "goal", title=f"host, {len(jpeg) / 1024:.0f} KiB a picture, {runs} runs"
    )

    def row(what: str, cost: Cost, goal: str) -> None:
        p95 = statistics.quantiles(cost.wall, n=20, method="inclusive")[-1]
        values = (statistics.median(cost.wall), p95, statistics.fmean(cost.cpu))
        table.add_row(what, *(f"{value:.0f} ms" for value in values), goal)

    goals = {"hello answered": "150 ms", "first verdict": "900 ms"}
    for what, cost in starts(jpeg, runs).items():
        row(f"start to {what}", cost, goals.get(what, ""))
    with HostClient.spawn(HOST) as host:
        begin(host)
        costs, memory = {}, {}
        for tiles in TILES:  # rising: what a batch takes is kept for the next
            costs[tiles] = batches(host, jpeg, tiles, runs)
            memory[tiles] = psutil.Process(host.process.pid).memory_info().rss
        still = batches(host, jpeg, 25, runs, still=True)
    for tiles, goal in TILES.items():
        row(f"round trip of {tiles} tiles", costs[tiles], f"part of {goal} ms")
    per_picture = statistics.fmean(costs[25].cpu) / 25
    share = 9 * per_picture / SETTLED_MS * 100
    table.add_row("a picture", "", "", f"{per_picture:.1f} ms", "")
    table.add_row("… that shows nothing new", "", "", f"{statistics.fmean(still.cpu) / 25:.1f} ms", "")
    table.add_row("9 settled participants", "", "", f"{share:.1f} % of a core", "3 %")
    for tiles, size in memory.items():
        goal = MEMORY_GOALS.get(tiles, "")
        table.add_row(f"resident memory, {tiles} tiles", f"{size / 1e6:.0f} MB", "", "", goal)
    Console().print(table)


if __name__ == "__main__":
    main()
