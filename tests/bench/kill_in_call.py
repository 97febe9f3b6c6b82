"""Kills the host behind a call in a real Chromium: `python tests/bench/kill_in_call.py`.

A call of the demonstration is watched with the extension; its host is killed (`kill -9`) at moments that
nobody chose. The extension starts another 5 times a minute at most: when it has done so, the next kill waits.

Goals: each time the extension finds back by itself, the log is whole and its chain holds, nothing is left of
the killed host, and whatever verdict the extension has shown is in the log.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from playwright.sync_api import sync_playwright
from rich.console import Console

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

import bootstrap
from call.demo import Call, Guest, hold
from e2e.hosts import hosts_of
from native.killing import examined
from veritile.store.database import readable
from veritile.store.folder import FILE_NAME, FOLDER

GUESTS = (Guest("Rea Real", None), Guest("Sam Swapped", None, swapped=True))
RESTARTS, WINDOW_S = 5, 65.0
"""What the extension allows, see extension/src/background/reconnect.ts: it counts its starts, each up to some
seconds after the kill."""
LONGEST_S = 20.0
"""From the host being ready to its being killed: from before the first verdict to after the last change."""
BACK_S = 30.0
OF_THE_HOST = {"undecided", "no_face", "face_too_small", "blurred", "too_dark"}
"""Reasons that the host alone gives; others may be the page's own."""
SHOWN_S = 30.0
"""A verdict is shown at most so long after its picture was taken."""
_CALLS = "chrome.storage.session.get(null).then(Object.values)"
Change = tuple[str, float, str, str | None]
"""Participant, when the badge changed (epoch ms), label and reason."""


@dataclass
class Came:
    """What came of the kills."""

    back_s: list[float] = field(default_factory=list)
    """From each kill to the next host being ready."""
    stuck: int = 0
    """Times that the extension did not find back by itself."""
    left: int = 0
    """Processes of killed hosts that went on."""
    corrupt: int = 0
    broken: int = 0
    shown: set[Change] = field(default_factory=set)


def kill(call: Call, times: int, seed: int) -> Came:
    """Kill the call's host so many times."""
    chance, came, kills = random.Random(seed), Came(), list[float]()
    log = call.profile / "veritile" / FOLDER / FILE_NAME
    call.watcher.wait_for(_ready, seconds=60, what="the host to be ready")
    for _ in range(times):
        call.page.wait_for_timeout(chance.uniform(0, LONGEST_S) * 1000)
        if len(kills) >= RESTARTS:
            call.page.wait_for_timeout(max(0.0, kills[-RESTARTS] + WINDOW_S - time.monotonic()) * 1000)
        came.shown |= _shown(call)
        (host,) = hosts_of(call)
        family = [host, *host.children(recursive=True)]
        host.kill()
        kills.append(time.monotonic())
        came.left += len(psutil.wait_procs(family, timeout=10)[1])
        try:
            call.watcher.wait_for(
                lambda now: _ready(now) and bool(hosts_of(call)), seconds=BACK_S, what="the host to be back"
            )
        except TimeoutError:
            came.stuck += 1
            call.watcher.page.get_by_role("button", name="Try again").click()
            call.watcher.wait_for(_ready, seconds=BACK_S, what="the host to be back after the user asked")
        came.back_s.append(time.monotonic() - kills[-1])
        whole, chained = examined(log)
        came.corrupt += not whole
        came.broken += not chained
    call.page.wait_for_timeout(5000)  # the extension stores what it has shown some seconds later
    came.shown |= _shown(call)
    return came


def missing(shown: set[Change], log: Path) -> set[Change]:
    """What was shown and has no verdict in the log that it could have come from."""
    with closing(readable(log)) as connection:
        told = connection.execute("SELECT participant, captured_at, label, reason FROM verdicts").fetchall()
    return {
        (who, at, label, reason)
        for who, at, label, reason in shown
        if not any(
            (who, label, reason) == (participant, *verdict) and 0 <= at - taken < SHOWN_S * 1000
            for participant, taken, *verdict in told
        )
    }


def _shown(call: Call) -> set[Change]:
    """Changes of badges that the extension remembers, where the verdict was the host's."""
    return {
        (person["participant"], change["at"], change["label"], change.get("reason"))
        for record in call.watcher.page.evaluate(_CALLS)
        if isinstance(record, dict) and "people" in record
        for person in record["people"]
        for change in person["changes"]
        if change["label"] != "inconclusive" or change.get("reason") in OF_THE_HOST
    }


def _ready(snapshot: dict) -> bool:  # type: ignore[type-arg]
    return bool(snapshot["host"]["status"] == "ready")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--times", type=int, default=100, help="kills (default 100: 22 minutes)")
    parser.add_argument("--seed", type=int, default=0, help="of the moments")
    arguments = parser.parse_args()
    console = Console(width=120)
    with tempfile.TemporaryDirectory(prefix="veritile-kill-") as name, sync_playwright() as playwright:
        with hold(
            playwright,
            GUESTS,
            chromium=bootstrap.ensure_chromium(),
            extension=bootstrap.build_extension(),
            folder=Path(name),
            headless=True,
            say=console.print,
        ) as call:
            came = kill(call, arguments.times, arguments.seed)
            log = call.profile / "veritile" / FOLDER / FILE_NAME
        lost = missing(came.shown, log)
        with closing(readable(log)) as connection:
            (entries,) = connection.execute("SELECT count(*) FROM entries").fetchone()
    console.print(
        f"{len(came.back_s)} kills: {came.stuck} times the extension did not find back by itself, "
        f"{came.left} processes left, {came.corrupt} corrupt databases, {came.broken} broken chains of "
        f"{entries} entries, {len(lost)} of {len(came.shown)} shown changes missing; "
        f"back after {statistics.median(came.back_s):.1f} s, at most {max(came.back_s):.1f} s"
    )
    for change in sorted(lost):
        console.print("missing:", change)
    sys.exit(bool(came.stuck or came.left or came.corrupt or came.broken or lost))


if __name__ == "__main__":
    main()
