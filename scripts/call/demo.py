"""The demonstration call: who joins, how long it is watched, and what is reported of it."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, Error, Page, Playwright

from call import cameras
from call.browser import allow_site, launch
from call.meeting import Meeting, join
from call.watch import Snapshot, Watcher
from veritile.install.register import install_profile

OWN_NAME = "You"
VIEWPORT = (1440, 560)
FIRST_VERDICT_GOAL_MS = 30_000
"""The network that ships hardly sees the demonstration's swap: enough evidence takes about 20 s."""
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who joins the call from a browser of their own."""

    name: str
    footage: Path | None
    """A video file; None for the astronaut."""
    swapped: bool = False
    """With the astronaut: whether her face is swapped."""

    def camera(self, target: Path) -> Path:
        """Write what this guest's camera shows; ValueError when the footage is no video."""
        if self.footage:
            return cameras.from_video(self.footage, target)
        return cameras.astronaut(target, swapped=self.swapped)


class Call:
    """A call that is going on: the watching browser, its meeting page, and the watcher beside it."""

    def __init__(self, context: BrowserContext, profile: Path, page: Page, watcher: Watcher) -> None:
        self.context = context
        self.profile = profile
        self.page = page
        self.watcher = watcher

    @property
    def open(self) -> bool:
        """Whether the watching browser and its meeting page are still there."""
        return not self.page.is_closed()


@contextmanager
def hold(
    playwright: Playwright,
    guests: Sequence[Guest],
    *,
    chromium: Path,
    extension: Path,
    folder: Path,
    headless: bool,
    say: Say,
) -> Iterator[Call]:
    """Hold a call with `guests`, watched by a browser with the extension; everything ends with the block."""
    say("- preparing the cameras")
    own = Guest(OWN_NAME, None).camera(folder / "own.mjpeg")
    films = [guest.camera(folder / f"guest-{index}.mjpeg") for index, guest in enumerate(guests)]
    with ExitStack() as stack:
        meeting = stack.enter_context(Meeting())
        say("- starting the browser with the extension")
        profile = folder / "watching"
        profile.mkdir()
        install_profile(profile)
        context = launch(
            playwright,
            chromium=chromium,
            profile=profile,
            camera=own,
            extension=extension,
            headless=headless,
            viewport=VIEWPORT,
        )
        stack.callback(_close, context)
        allow_site(context, "http://127.0.0.1/*")
        page = join(context, meeting.url(), OWN_NAME)
        context.pages[0].close()  # the empty one that every browser starts with
        call = Call(context, profile, page, Watcher(context, page))
        for guest, film in zip(guests, films, strict=True):
            say(f"- {guest.name} joins")
            # Other people's browsers: no extension, and never on this screen.
            other = launch(playwright, chromium=chromium, profile=folder / film.stem, camera=film)
            stack.callback(_close, other)
            join(other, meeting.url(), guest.name)
        page.bring_to_front()
        yield call


def report(snapshot: Snapshot, guests: Sequence[Guest]) -> dict[str, Any]:
    """Return what `--json` prints: participants, host, measurements, and whether all is as it should be."""
    entries = [entry for tab in snapshot["tabs"] for entry in tab["entries"]]
    figures: dict[str, Any] = next((tab["figures"] for tab in snapshot["tabs"] if tab.get("figures")), {})
    first = figures.get("first_verdict_ms", {})
    participants = [
        {
            "name": entry.get("name"),
            "self": entry["kind"] == "self",
            "label": entry.get("label"),
            "score": entry.get("score"),
            "confidence": entry.get("confidence"),
            "reason": entry.get("reason"),
            "latency_ms": entry.get("latency_ms"),
            "first_verdict_ms": first.get(entry["participant"]),
        }
        for entry in entries
    ]
    problems = list(_problems(participants, snapshot["host"], guests))
    return {
        "participants": participants,
        "host": snapshot["host"],
        "call": _measurements(figures),
        "problems": problems,
        "ok": not problems,
    }


def _problems(
    participants: Sequence[dict[str, Any]], host: dict[str, Any], guests: Sequence[Guest]
) -> Iterator[str]:
    if host["status"] != "ready":
        yield f"The host is {host['status']}: {host.get('detail', 'no detail')}"
    for guest in guests:
        found = [p for p in participants if p["name"] == guest.name]
        if len(found) != 1:
            yield f"{guest.name}: {len(found)} tiles were found, not one."
            continue
        told = found[0]
        if not told["label"] or told["score"] is None:
            yield f"{guest.name}: no label with a score (label {told['label']}, reason {told['reason']})."
        elif told["first_verdict_ms"] is None:
            yield f"{guest.name}: no first verdict was reported yet (label {told['label']})."
        elif told["first_verdict_ms"] > FIRST_VERDICT_GOAL_MS:
            yield f"{guest.name}: the first verdict took {told['first_verdict_ms']:.0f} ms."
    if any(p["self"] and p["label"] for p in participants):
        yield "The own tile carries a label."
    if not any(p["self"] for p in participants):
        yield "The own tile was not recognised."


def _measurements(figures: dict[str, Any]) -> dict[str, Any]:
    latency = sorted(figures.get("latency_ms", []))
    observed = figures.get("observed_ms") or math.nan
    return {
        "latency_p50_ms": statistics.median(latency) if latency else None,
        "latency_p95_ms": latency[math.ceil(0.95 * len(latency)) - 1] if latency else None,
        "verdicts": len(latency),
        "captured": figures.get("captured"),
        "dropped": figures.get("dropped"),
        "main_thread_percent": 100 * figures["main_thread_ms"] / observed if figures else None,
        "capture": figures.get("capture"),
    }


def _close(context: BrowserContext) -> None:
    with suppress(Error):  # the user may have closed the window already
        context.close()
