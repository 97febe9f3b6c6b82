"""What the session log costs a look: `python tests/bench/bench_log.py`.

The same calls are played to two hosts in turn, one that logs and one that does
not; the work on the pictures is left out, so that the difference can be seen.
"""

from __future__ import annotations

import argparse
import itertools
import os
import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1]))


from rich.console import Console
from rich.table import Table

import pictures
from native.recording import GatedAnalyzer
from native.talk import HELLO, OPEN, frames, picture_of
from veritile.frame import FrameResult
from veritile.live.host import EPOCH_MS, PlayedHost
from veritile.native.client import HostClient
from veritile.native.messages import Configure
from veritile.store.folder import DATA_DIR_VARIABLE
from veritile.vocabulary import Reason

HOST = (sys.executable, "-m", "veritile.native.host")
PEOPLE = 9


class Unending(GatedAnalyzer):
    """Remembers nothing, so that a call may be as long as it likes."""

    def __init__(self, *, changing: bool) -> None:
        super().__init__(is_open=True)
        self.looked_at = Forgetful()
        self._changing = changing

    def analyze_encoded(self, data: bytes, *, last: bytes | None = None, focus: object = None) -> FrameResult:
        result = super().analyze_encoded(data, last=last)
        if not self._changing:
            return result
        # Why somebody cannot be judged is told at once, and is another with each picture.
        reason = (Reason.BLURRED, Reason.TOO_DARK)[data[-1] % 2]
        look = replace(result.looks[0], log_odds=None, reason=reason)
        return replace(result, looks=(look,))


class Forgetful(list[bytes]):
    def append(self, value: bytes) -> None:
        return


def cost(log: Path | None, batches: int, *, changing: bool) -> tuple[float, list[float]]:
    """CPU ms a look, and wall-clock ms of each batch; `changing` looks change every verdict."""
    ids, walls = itertools.count(10), []
    with PlayedHost(Unending(changing=changing), log=log) as host:
        host.ask(0, HELLO)
        host.ask(0, OPEN)
        began = time.process_time()
        for n in range(batches):
            ms, data = 5000 * n, b"%d" % n
            batch = (picture_of(f"p-{who}", data, captured_at=EPOCH_MS + ms) for who in range(PEOPLE))
            started = time.perf_counter()
            host.ask(ms, frames(next(ids), *batch))
            walls.append((time.perf_counter() - started) * 1000)
        spent = time.process_time() - began
    return spent * 1000 / batches / PEOPLE, walls


def first_verdict(jpeg: bytes, *, logging: bool) -> float:
    """Wall-clock ms from the start of a host process to its first verdict."""
    with TemporaryDirectory() as folder:
        variables = {DATA_DIR_VARIABLE: folder, "VERITILE_LOG_DIR": folder}
        began = time.perf_counter()
        with HostClient.spawn(HOST, env={**os.environ, **variables}) as host:
            host.request(HELLO)
            host.send(Configure(id=4, log=logging))
            host.send(OPEN)
            host.wait_loaded()
            host.request(frames(5, picture_of("ada", jpeg)), timeout=30)
            return (time.perf_counter() - began) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--batches", type=int, default=300, help="of nine looks, in each run (default 300)")
    parser.add_argument("--runs", type=int, default=5, help="of each kind (default 5)")
    arguments = parser.parse_args()
    table = Table("calls", "log", "CPU a look", "batch p50", "batch p95", title=f"{PEOPLE} people a batch")
    for changing in (False, True):
        for logging in (False, True):
            costs, walls = [], []
            for _ in range(arguments.runs):
                with TemporaryDirectory() as folder:
                    log = Path(folder) / "log" / "calls.db" if logging else None
                    cpu, wall = cost(log, arguments.batches, changing=changing)
                costs.append(cpu)
                walls += wall
            p95 = statistics.quantiles(walls, n=20)[-1]
            table.add_row(
                "every verdict changes" if changing else "verdicts settle",
                "on" if logging else "off",
                f"{statistics.median(costs):.3f} ms",
                f"{statistics.median(walls):.2f} ms",
                f"{p95:.2f} ms",
            )
    Console().print(table)
    jpeg = pictures.jpeg(pictures.person(320, 180, face_px=80), quality=80)
    starts: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(4 * arguments.runs):
        for logging, walls in starts.items():
            walls.append(first_verdict(jpeg, logging=logging))
    for logging, walls in starts.items():
        said = f"start to first verdict, log {'on' if logging else 'off'}: {statistics.median(walls):.0f} ms"
        Console().print(f"{said} (fastest {min(walls):.0f})")


if __name__ == "__main__":
    main()
