"""What Veritile costs a call's page, in a real Chromium: `python tests/bench/bench_call.py`.

    python tests/bench/bench_call.py                                  every place, 1 to 49 tiles
    python tests/bench/bench_call.py --place meet --tiles 9 49        some of it
    python tests/bench/bench_call.py --minutes 10 --write docs/speed.md     … and the page's tables made anew

The three platforms are stand-in pages at their real addresses with real WebRTC
video (tests/e2e/pages); each remote person has a connection of their own up to
9 tiles, beyond that they are copies of one. Peer Calls is a real call between
real browsers on this same computer, which is why it stops at 4.

Each call is watched for `--seconds` with detection off, then as long with it
on. "Added" is the difference in the page's main thread's processor time, all
that the browser does for us included; it may be negative. "Own tasks" is what
Veritile's script measures of itself.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, CDPSession, Page, Playwright, sync_playwright
from rich.console import Console

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

import bootstrap
from call.browser import launch
from call.cameras import astronaut
from call.demo import Guest, hold
from call.watch import Snapshot, Watcher
from e2e.origins import MEET, TEAMS, ZOOM, serve
from e2e.standin import StandIn
from veritile.install.register import install_profile

PLACES = {"meet": MEET, "zoom": ZOOM, "teams": TEAMS}
PEER_CALLS = "peer-calls"
TILES = (1, 4, 9, 25, 49)
MOST_PEERS = 4
OWN_CONNECTION = 9
"""Up to so many people have a connection each."""
GOALS_P95 = {1: 60, 9: 120, 25: 250}
GOALS_SHARE = {9: 1, 49: 3}
SETTLE_MS = 8000
"""After the burst at the start of a call, while everybody is new."""
MARK = ("<!-- figures -->", "<!-- /figures -->")


@dataclass(frozen=True, slots=True)
class Measured:
    """One call, watched with and without Veritile."""

    place: str
    tiles: int
    latency_ms: tuple[float, ...]
    own_share: float
    """Of the page's main thread, in percent: Veritile's own tasks."""
    added_share: float
    """Percentage points: the main thread with detection, less without."""
    dropped: tuple[float, float]
    """Video frames that were not shown, in percent of all, without and with detection."""
    long_tasks: int
    longest_ms: float
    capture: str


def quantile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that `share` of all do not exceed; NaN of none."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)] if ordered else math.nan


class Thread:
    """How busy a page's main thread is, and how its videos fare, over a stretch of time."""

    FRAMES = """() => [...document.querySelectorAll("video")].reduce(([all, lost], video) => {
      const { totalVideoFrames, droppedVideoFrames } = video.getVideoPlaybackQuality();
      return [all + totalVideoFrames, lost + droppedVideoFrames];
    }, [0, 0])"""

    def __init__(self, page: Page, frame: Any) -> None:
        self.page, self.frame = page, frame
        self.session: CDPSession = page.context.new_cdp_session(page)
        # Processor time: what a busy machine makes the thread wait for is none of it.
        self.session.send("Performance.enable", {"timeDomain": "threadTicks"})

    def metrics(self) -> dict[str, float]:
        """What the browser counts of this page."""
        return {m["name"]: m["value"] for m in self.session.send("Performance.getMetrics")["metrics"]}

    def watch(self, seconds: float) -> tuple[float, float]:
        """Return the main thread's share and the share of dropped frames over `seconds`, in percent."""
        before, frames = self.metrics(), self.frame.evaluate(self.FRAMES)
        self.page.wait_for_timeout(seconds * 1000)
        after, then = self.metrics(), self.frame.evaluate(self.FRAMES)
        busy = (after["TaskDuration"] - before["TaskDuration"]) / (after["Timestamp"] - before["Timestamp"])
        shown = then[0] - frames[0]
        return 100 * busy, 100 * (then[1] - frames[1]) / shown if shown else 0.0

    def heap(self) -> float:
        """Return what is left on the page's heap after collecting garbage, in MB."""
        self.session.send("HeapProfiler.collectGarbage")
        return self.metrics()["JSHeapUsedSize"] / 1e6


def figures(snapshot: Snapshot) -> dict[str, Any]:
    """What the call's content script measured on itself."""
    found = [tab["figures"] for tab in snapshot["tabs"] if tab.get("figures")]
    return found[0] if found else {}


def switch(watcher: Watcher, on: bool) -> None:
    """Turn detection on or off, as the popup's switch does."""
    message = {"kind": "set", "settings": {"enabled": on}}
    watcher.page.evaluate(
        "message => chrome.runtime.connect({ name: 'veritile.popup' }).postMessage(message)", message
    )
    watcher.wait_for(lambda s: s["enabled"] is on, seconds=10, what=f"detection to be {on}")


def measure(place: str, tiles: int, page: Page, frame: Any, watcher: Watcher, seconds: float) -> Measured:
    """Watch a call that is on, without and with detection."""
    thread = Thread(page, frame)
    switch(watcher, False)
    page.wait_for_timeout(2000)
    share_off, dropped_off = thread.watch(seconds)
    switch(watcher, True)

    def everybody(snapshot: Snapshot) -> bool:
        entries = [entry for tab in snapshot["tabs"] for entry in tab["entries"]]
        return sum(1 for e in entries if e["kind"] == "camera" and e.get("latency_ms")) >= tiles

    watcher.wait_for(everybody, seconds=90, what=f"a first look at all {tiles}")
    page.wait_for_timeout(SETTLE_MS)
    before = figures(watcher.snapshot())
    share_on, dropped_on = thread.watch(seconds)
    after = watcher.wait_for(
        lambda s: figures(s)["observed_ms"] >= before["observed_ms"] + 1000 * seconds,
        seconds=15,
        what="figures of all of it",
    )
    now = figures(after)
    new = max(1, now["captured"] - before["captured"])
    return Measured(
        place,
        tiles,
        tuple(now["latency_ms"][-new:]),
        100
        * (now["main_thread_ms"] - before["main_thread_ms"])
        / (now["observed_ms"] - before["observed_ms"]),
        share_on - share_off,
        (dropped_off, dropped_on),
        now["long_tasks"],
        now["longest_task_ms"],
        now["capture"],
    )


def at_origin(context: BrowserContext, place: str, tiles: int) -> StandIn:
    """Open a call of so many others at a platform's address."""
    call = StandIn(context, PLACES[place])
    if tiles <= OWN_CONNECTION:
        keys = [f"p{10 + at}" for at in range(tiles)]
        call.document.evaluate("keys => stage.separate(keys)", keys)
    call.show(tiles)
    return call


def in_peer_calls(playwright: Playwright, folder: Path, tiles: int, seconds: float) -> Measured:
    """Hold a real call with so many others, each a browser of their own."""
    guests = [Guest(f"Guest {'ABCD'[at]}", None) for at in range(tiles)]
    with hold(
        playwright,
        guests,
        chromium=bootstrap.ensure_chromium(),
        extension=bootstrap.build_extension(),
        folder=folder,
        headless=True,
        say=lambda text: None,
    ) as call:
        return measure(PEER_CALLS, tiles, call.page, call.page, call.watcher, seconds)


def remember(call: StandIn, minutes: float) -> tuple[float, float]:
    """Return the page's heap at the beginning and after `minutes` with detection on, in MB."""
    thread = Thread(call.page, call.document)
    call.page.wait_for_timeout(30_000)
    before = thread.heap()
    call.page.wait_for_timeout(60_000 * minutes)
    return before, thread.heap()


def table(rows: Sequence[Measured]) -> str:
    """The figures as a table in Markdown."""
    lines = [
        "| Where | Tiles | capture → badge p50 / p95, ms | goal | main thread added | goal | own tasks |"
        " frames dropped without / with | our tasks > 50 ms | longest, ms | way of capture |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        p50, p95 = statistics.median(row.latency_ms), quantile(row.latency_ms, 0.95)
        goal = GOALS_P95.get(row.tiles)
        share = GOALS_SHARE.get(row.tiles)
        lines.append(
            f"| {row.place} | {row.tiles} | {p50:.0f} / {p95:.0f} | {goal or ''} |"
            f" {row.added_share:+.1f} points |"
            f" {f'<= {share}' if share else ''} | {row.own_share:.2f} % |"
            f" {row.dropped[0]:.1f} / {row.dropped[1]:.1f} % | {row.long_tasks} | {row.longest_ms:.0f} |"
            f" {row.capture} |"
        )
    return "\n".join(lines)


def machine() -> str:
    """How busy the machine is, for whoever reads the figures."""
    load = os.getloadavg()[0]
    state = "a busy machine" if load > 0.75 * (os.cpu_count() or 1) else "a quiet machine"
    return f"{os.cpu_count()} cores, load {load:.1f} before it began: {state}"


def write(page: Path, text: str) -> None:
    """Put `text` between the page's marks."""
    before, rest = page.read_text(encoding="utf-8").split(MARK[0])
    _, after = rest.split(MARK[1])
    page.write_text(f"{before}{MARK[0]}\n\n{text}\n\n{MARK[1]}{after}", encoding="utf-8")


def run(options: argparse.Namespace, say: Callable[[str], None]) -> Iterator[str]:
    """Measure everything; yield the parts of the report."""
    state = machine()  # what it does itself is no other work
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="veritile-bench-")))
        playwright = stack.enter_context(sync_playwright())
        rows: list[Measured] = []
        missed: list[str] = []

        def attempt(place: str, tiles: int, take: Callable[[], Measured]) -> None:
            say(f"{place}, {tiles} tiles")
            try:
                rows.append(take())
            except TimeoutError as error:
                # On a machine that is too busy: the others can still be told.
                missed.append(
                    f"Not measured: {place} with {tiles} tiles, {str(error).split(': not')[0]} was late."
                )

        if PEER_CALLS in options.place:
            for tiles in (n for n in options.tiles if n <= MOST_PEERS):
                there = folder / f"peers-{tiles}"
                there.mkdir()
                attempt(PEER_CALLS, tiles, partial(in_peer_calls, playwright, there, tiles, options.seconds))
        profile = folder / "profile"
        profile.mkdir()
        install_profile(profile)
        arguments = stack.enter_context(serve())
        context = launch(
            playwright,
            chromium=bootstrap.ensure_chromium(),
            profile=profile,
            camera=astronaut(folder / "camera.mjpeg", swapped=False, seconds=3),
            extension=bootstrap.build_extension(),
            arguments=arguments,
        )
        stack.callback(context.close)
        for place in (name for name in options.place if name in PLACES):
            for tiles in options.tiles:
                call = at_origin(context, place, tiles)
                watched = (call.page, call.document, call.watcher, options.seconds)
                attempt(place, tiles, partial(measure, place, tiles, *watched))
                call.close()
        yield table(rows)
        yield from missed
        yield f"Each call was watched for {options.seconds:g} s, twice. {state}."
        if options.minutes:
            say(f"memory: meet, 25 tiles, {options.minutes:g} min")
            call = at_origin(context, "meet", 25)
            before, after = remember(call, options.minutes)
            yield (
                "The page's heap at Meet's address with 25 tiles, after collecting garbage:"
                f" {before:.1f} MB half a minute into the call, {after:.1f} MB"
                f" {options.minutes:g} minutes later."
            )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--place", nargs="+", choices=[*PLACES, PEER_CALLS], default=[PEER_CALLS, *PLACES])
    parser.add_argument("--tiles", nargs="+", type=int, choices=TILES, default=list(TILES))
    parser.add_argument("--seconds", type=float, default=10, help="how long each call is watched, twice")
    parser.add_argument("--minutes", type=float, default=1, help="how long memory is watched; 0: not at all")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="make the figures of this page anew")
    parser.add_argument("--json", action="store_true", help="print one JSON object with the report's parts")
    options = parser.parse_args()
    console = Console(stderr=True)
    parts = list(run(options, lambda text: console.print(f"- {text}", highlight=False)))
    text = "\n\n".join(parts)
    out = json.dumps({"parts": parts}) if options.json else text
    Console(soft_wrap=True).print(out, markup=False, highlight=False)
    if options.write:
        write(options.write, text)


if __name__ == "__main__":
    main()
