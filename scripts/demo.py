"""Holds a video call on this computer and shows Veritile labelling it.

    python3 scripts/demo.py

One participant is real, one has a swapped face; you watch from a third browser
with the extension loaded and the host running. Whatever is missing is set up
first. Ctrl-C, or closing the window, ends everything.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bootstrap

if TYPE_CHECKING:
    from call.demo import Call, Guest

CLIPS = bootstrap.ROOT.parent / "shared" / "data" / "clips"
HEADLESS_SECONDS = 40.0
# Footage that --camera takes by name: whether the astronaut's face is swapped.
ASTRONAUT = {"astronaut": False, "astronaut-swapped": True}


def main() -> int:
    """Run the demonstration; return 0 when every participant was labelled as promised, else 1."""
    options = _options()
    if not options.headless and _no_screen():
        print(
            "There is no screen here. Add --headless (and --screenshot PNG to see the call).", file=sys.stderr
        )
        return 2
    bootstrap.reenter(["demo"])
    extension = bootstrap.build_extension()
    chromium = bootstrap.ensure_chromium()
    return _demonstrate(options, extension, chromium)


def _demonstrate(options: argparse.Namespace, extension: Path, chromium: Path) -> int:
    from playwright.sync_api import Error, sync_playwright

    from call import demo

    guests = _guests(options.camera)
    stop = _StopOnSignal()
    found: dict[str, Any] | None = None
    with tempfile.TemporaryDirectory(prefix="veritile-demo-", ignore_cleanup_errors=True) as folder:
        try:
            with (
                sync_playwright() as playwright,
                demo.hold(
                    playwright,
                    guests,
                    chromium=chromium,
                    extension=extension,
                    folder=Path(folder),
                    headless=options.headless,
                    say=bootstrap.say,
                ) as call,
            ):
                found = _watch(call, guests, options, stop)
        except (ValueError, RuntimeError, Error) as error:
            if not stop.asked and found is None:
                print(f"The demonstration could not be held: {error}", file=sys.stderr)
                return 1
    if found is None:
        return 0 if stop.asked else 1
    if options.json:
        print(json.dumps(found, ensure_ascii=False))
    else:
        _print_table(found)
    return 0 if found["ok"] else 1


def _watch(
    call: Call, guests: list[Guest], options: argparse.Namespace, stop: _StopOnSignal
) -> dict[str, Any] | None:
    """Watch the call until its time is up, the window is closed, or Ctrl-C; return the last report."""
    from playwright.sync_api import Error

    from call.badges import open_card
    from call.demo import report

    seconds = options.seconds or (HEADLESS_SECONDS if options.headless else float("inf"))
    bootstrap.say("- the call is on" + ("" if options.headless else "; Ctrl-C or closing the window ends it"))
    found, watched = None, 0.0
    told: dict[str, str] = {}
    while call.open and not stop.asked and watched < seconds:
        try:
            call.watcher.page.wait_for_timeout(250)
            found = report(call.watcher.snapshot(), guests)
        except Error:  # the window was closed: what was seen last is the result
            if found is None:
                raise
            bootstrap.say("- the browser was closed")
            return found
        watched += 0.25
        for participant in found["participants"]:
            label = participant["label"]
            if label and told.get(participant["name"]) != label:
                told[participant["name"]] = label
                bootstrap.say(
                    f"  {watched:5.1f} s  {participant['name'] or 'somebody'}: {label.replace('_', ' ')}"
                )
    if options.screenshot and call.open:
        open_card(call.page)
        call.page.screenshot(path=options.screenshot)
        bootstrap.say(f"- screenshot: {options.screenshot}")
    return found


def _guests(cameras: list[tuple[str, str]]) -> list[Guest]:
    from call.demo import Guest

    if cameras:
        return [
            Guest(name, None if file in ASTRONAUT else Path(file).absolute(), ASTRONAUT.get(file, False))
            for name, file in cameras
        ]
    real, fake = CLIPS / "call-1-real.mp4", CLIPS / "call-1-fake.mp4"
    if real.is_file() and fake.is_file():
        return [Guest("Rea Real", real), Guest("Sam Swapped", fake, swapped=True)]
    return [Guest("Rea Real", None), Guest("Sam Swapped", None, swapped=True)]


def _print_table(found: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    def number(value: float | None, form: str = ".0f") -> str:
        return "–" if value is None else format(value, form)

    table = Table(title="Veritile's view of the call")
    for heading in ("Participant", "Label", "P(fake)", "Confidence", "First ms", "Badge ms"):
        table.add_column(heading, justify="left" if heading in ("Participant", "Label") else "right")
    for p in found["participants"]:
        label = "not judged" if p["self"] else (p["label"] or "–").replace("_", " ")
        table.add_row(
            p["name"] or "somebody",
            label + (f": {p['reason'].replace('_', ' ')}" if p["reason"] else ""),
            number(p["score"], ".2f"),
            number(p["confidence"], ".2f"),
            number(p["first_verdict_ms"]),
            number(p["latency_ms"]),
        )
    console = Console()
    console.print(table)
    call = found["call"]
    console.print(
        f"Capture to badge: p50 {number(call['latency_p50_ms'])} ms, p95 {number(call['latency_p95_ms'])} ms "
        f"over {call['verdicts']} verdicts, captured by {call['capture']}. "
        f"Main thread of the page: {number(call['main_thread_percent'], '.2f')} %."
    )
    for problem in found["problems"]:
        console.print(f"Not as it should be: {problem}")


class _StopOnSignal:
    """Whether Ctrl-C (or SIGTERM) has been asked for; a second one ends at once, as usual."""

    def __init__(self) -> None:
        self.asked = False
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._handle)

    def _handle(self, number: int, _frame: object) -> None:
        self.asked = True
        signal.signal(number, signal.default_int_handler)


def _no_screen() -> bool:
    return sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _camera(text: str) -> tuple[str, str]:
    name, separator, file = text.partition("=")
    if not separator or not name.strip():
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=FILE")
    if file not in ASTRONAUT and not Path(file).is_file():
        raise argparse.ArgumentTypeError(f"{file} is not a file")
    return name.strip(), file


def _seconds(text: str) -> float:
    value = float(text)
    if not 1 <= value <= 86_400:
        raise argparse.ArgumentTypeError("must be between 1 and 86400")
    return value


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--headless", action="store_true", help="show no window")
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object")
    parser.add_argument(
        "--screenshot",
        metavar="PNG",
        type=Path,
        help="save a picture of the call at the end, the most alarming badge opened",
    )
    parser.add_argument(
        "--seconds",
        metavar="N",
        type=_seconds,
        help=f"how long to watch (default: {HEADLESS_SECONDS:.0f} when headless, else until closed)",
    )
    parser.add_argument(
        "--camera",
        metavar="NAME=FILE",
        type=_camera,
        action="append",
        default=[],
        help="a participant and the video that their camera shows (or `astronaut`, `astronaut-swapped`: "
        "a portrait that comes with the demo); may be given several times",
    )
    return parser.parse_args()


if __name__ == "__main__":
    with bootstrap.told():
        sys.exit(main())
