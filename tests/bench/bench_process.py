"""What it costs that pictures are looked at in another process: `python tests/bench/bench_process.py`.

The same pictures go to the pipeline in this process and to one of its own, in turns, in one run.
"""

from __future__ import annotations

import statistics
import sys
import time
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from rich.console import Console
from rich.table import Table

import pictures
from native.talk import retaken
from veritile.native.analyzer import Analyzer, load_analyzer
from veritile.native.inference.watched import WatchedAnalyzer

ROUNDS = 200


def main() -> None:
    face = pictures.jpeg(pictures.person(320, 180, face_px=80), 80)
    shown = [retaken(face, n) for n in range(16)]
    watched = WatchedAnalyzer()
    began = time.perf_counter()
    watched.load()
    loaded = (time.perf_counter() - began) * 1000
    processes = [psutil.Process(), psutil.Process(watched.pid)]
    ways: dict[str, Analyzer] = {"in this process": load_analyzer(), "in one of its own": watched}
    wall: dict[str, list[float]] = {name: [] for name in ways}
    cpu = dict.fromkeys(ways, 0.0)
    for n in range(ROUNDS):
        for name, analyzer in ways.items():
            before, began = spent(processes), time.perf_counter()
            analyzer.analyze_encoded(shown[n % len(shown)])
            wall[name].append((time.perf_counter() - began) * 1000)
            cpu[name] += (spent(processes) - before) * 1000
    table = Table("a picture of 320x180", "p50", "p95", "CPU, mean", box=None)
    for name, times in wall.items():
        p95 = statistics.quantiles(times, n=20)[-1]
        table.add_row(
            name, f"{statistics.median(times):.2f} ms", f"{p95:.2f} ms", f"{cpu[name] / ROUNDS:.2f} ms"
        )
    console = Console()
    console.print(table)
    console.print(f"starting the process and loading the model: {loaded:.0f} ms")
    watched.kill()


def spent(processes: list[psutil.Process]) -> float:
    """CPU seconds of all, in the system's steps of 10 ms."""
    return sum(times.user + times.system for times in (process.cpu_times() for process in processes))


if __name__ == "__main__":
    main()
