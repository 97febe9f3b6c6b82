"""How often the decision engine cries wolf, and how long it takes to notice: simulated calls.

Nobody can watch ten thousand hours of real calls, so people are drawn instead
(scripts/simulation/people.py says how). The engine that judges them is the one that
ships, with its own pace of looks, and compares with people drawn in the same way, new
ones for every block of calls.

The defaults of --rho and --tau are what models/results.csv has of models/mesonet.onnx
(live swaps, and videos). All of it holds for real networks as far as they are like this.

    python scripts/simulate_calls.py                writes docs/decision.csv and docs/decision.md's tables
    python scripts/simulate_calls.py --check        says whether the page's tables are those of the CSV
    python scripts/simulate_calls.py --scale 0.02   a quick look, printed only
"""

from __future__ import annotations

import laboratory  # isort: skip  # noqa: F401

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "host"))

from simulation.measures import FACTS, Task, work
from simulation.people import World
from simulation.tables import PAGE, TABLES, Row, filled, markdown, read_rows, write
from veritile.vocabulary import Sensitivity

HOURS = {Sensitivity.SENSITIVE: 300, Sensitivity.BALANCED: 1000, Sensitivity.CONSERVATIVE: 2500}
SWAPS = 300
DELAYS = 1000
"""Calls of each kind."""


def tasks(options: argparse.Namespace) -> list[Task]:
    """List the pieces, in the order of the tables."""
    found = []
    for auc in options.auc:
        for rho in (0.0, options.rho):
            for preset in Sensitivity:
                world = World(auc, options.tau, rho)
                found.append(("false_alarms", world, preset, HOURS[preset]))
                found += [(what, world, preset, SWAPS) for what in ("likely_real", "live")]
        if auc in FACTS:
            found += [("delay", World(auc, 0.2, 0.0), preset, DELAYS) for preset in Sensitivity]
    return [
        (what, world, preset, max(20, round(calls * options.scale)), options.seed)
        for what, world, preset, calls in found
    ]


def simulate(options: argparse.Namespace) -> list[Row]:
    """Run everything, and say so on standard error."""
    rows, started = [], time.monotonic()
    with ProcessPoolExecutor(options.jobs) as pool:
        for done in pool.map(work, tasks(options)):
            rows += done
            for found in done:
                print(f"{time.monotonic() - started:6.0f} s  {found}", file=sys.stderr)
    return rows


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--auc", type=float, nargs="+", default=sorted(FACTS), help="frame AUCs (.7 .8 .9)")
    parser.add_argument("--tau", type=float, default=1.26, help="autocorrelation time, s (default 1.26)")
    parser.add_argument("--rho", type=float, default=0.71, help="share of variance that stays with a person")
    parser.add_argument("--jobs", type=int, default=1, help="processes; the result is the same")
    parser.add_argument("--seed", type=int, default=2026, help="of all chance (default 2026)")
    parser.add_argument(
        "--scale", type=float, default=1.0, help="less than 1: fewer calls, nothing is written"
    )
    parser.add_argument(
        "--check", action="store_true", help="compare docs/decision.md with docs/decision.csv"
    )
    options = parser.parse_args()
    if options.check:
        page = PAGE.read_text(encoding="utf-8")
        right = filled(page, read_rows()) == page
        print("The tables are those of the CSV." if right else "The tables differ: run this without --check.")
        return 0 if right else 1
    rows = simulate(options)
    if options.scale < 1:
        for table in TABLES:
            print(f"\n{table}\n\n{markdown(table, rows)}")
    else:
        write(rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
