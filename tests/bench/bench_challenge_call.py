"""What a challenge costs during a real call: `python tests/bench/bench_challenge_call.py [--seconds 15]`.

The call of `tests/e2e/test_challenge.py`: five people and oneself on Peer Calls, in a real Chromium with the
extension and the real host. Its processes' CPU time is taken over some seconds before, while one person is
challenged, and after; and how often that person and the four others are looked at meanwhile. The goals are
about five looks a second at the person, some at each of the others, and no more CPU than the
budget (5 % of all cores unless set otherwise). All browsers run on this computer too: a busy machine
makes looks rarer, not dearer.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import psutil
from click import echo
from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

import bootstrap
from e2e.checking import OTHERS, WHOM, Checking, held, start_unseen, stop_unseen
from e2e.hosts import hosts_of

BUDGET = 0.05


def measure(checking: Checking, seconds: float) -> tuple[float, float, float]:
    """Looks a second at the person, at the least looked at of the others, and cores that the host takes."""
    (host,) = hosts_of(checking.call)
    looks, cpu, began = checking.looks(), _cpu(host), time.monotonic()
    checking.call.page.wait_for_timeout(1000 * seconds)
    took = time.monotonic() - began
    more = {name: (count - looks.get(name, 0)) / took for name, count in checking.looks().items()}
    return more[WHOM], min(more[name] for name in OTHERS), (_cpu(host) - cpu) / took


def _cpu(host: psutil.Process) -> float:
    """Seconds of CPU time of the host and of the process that looks."""
    times = [process.cpu_times() for process in (host, *host.children(recursive=True))]
    return sum(spent.user + spent.system for spent in times)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seconds", type=float, default=15, help="of each row; a challenge takes 15 to 25")
    seconds: float = parser.parse_args().seconds
    cores = os.cpu_count() or 1
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        extension, chromium = bootstrap.build_extension(), bootstrap.ensure_chromium()
        with held(playwright, chromium=chromium, extension=extension, folder=Path(folder)) as checking:
            checking.call.page.wait_for_timeout(10_000)  # after the burst at the start of a call
            rows = {"before": measure(checking, seconds)}
            start_unseen(checking)
            rows["challenge"] = measure(checking, seconds)
            stop_unseen(checking)
            checking.call.page.wait_for_timeout(5_000)
            rows["after"] = measure(checking, seconds)
    echo("| | looks a second: the person | the least of the others | host: cores | of the machine | budget |")
    echo("|---|---|---|---|---|---|")
    for name, (whom, others, busy) in rows.items():
        echo(f"| {name} | {whom:.1f} | {others:.2f} | {busy:.3f} | {busy / cores:.1%} | {BUDGET:.0%} |")


if __name__ == "__main__":
    main()
