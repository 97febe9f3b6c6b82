"""The figures for people, for programs and for docs/live.md."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

from veritile.errors import FileUnreadableError
from veritile.live.call import Call
from veritile.live.figures import Figures, false_alarms, figures
from veritile.vocabulary import BUDGETS, Sensitivity


@dataclass(frozen=True, slots=True)
class Report:
    """What a run found."""

    conditions: str
    """What was done to the clips: the name of the block in docs/live.md."""
    command: str
    """That makes it again."""
    model: str
    """Name and version."""
    sha256: str
    compared: bool
    """Whether the model comes with real people to compare with."""
    stills: int
    """Clips that were left out because they are too short."""
    unpaired: int
    """Clips that were left out because nothing could be swapped."""
    calls: tuple[Call, ...]

    @property
    def figures(self) -> list[Figures]:
        """Of all calls, then by group."""
        return list(figures(self.calls))


Row = tuple[str, Callable[[Figures], str]]


def _seconds(figure: Figures, *names: str) -> str:
    values = [getattr(figure, name) for name in names]
    return " / ".join("never" if value is None else f"{value:.1f}" for value in values)


def _found(figure: Figures) -> str:
    return _seconds(figure, "detect_p50", "detect_p90") if figure.swapped else "–"


def _upper(figure: Figures) -> str:
    return "–" if figure.alarms_upper is None else f"{figure.alarms_upper:.2f}"


def _people(figure: Figures) -> str:
    if figure.alarmed_share_upper is None:
        return "–"
    return f"{figure.falsely_alarmed} of {figure.real} ({100 * figure.alarmed_share_upper:.0f} %)"


def _as_real(figure: Figures, whose: str) -> str:
    share = getattr(figure, f"{whose}_real_share")
    if share is None:
        return "–"
    return f"{getattr(figure, f'{whose}_real')} of {getattr(figure, whose)} ({100 * share:.0f} %)"


def _inconclusive(figure: Figures) -> str:
    shares = figure.inconclusive.items()
    return ", ".join(f"{reason.replace('_', ' ')} {100 * share:.1f} %" for reason, share in shares) or "never"


ROWS: Final[tuple[Row, ...]] = (
    ("First label, p50 / p90, s", lambda f: _seconds(f, "first_label_p50", "first_label_p90")),
    ("First answer, p50 / p90, s", lambda f: _seconds(f, "first_answer_p50", "first_answer_p90")),
    ("Never labelled", lambda f: f"{f.never_labelled} of {f.calls}"),
    ("Swap to alarm, p50 / p90, s", _found),
    ("Swaps missed", lambda f: f"{f.missed} of {f.swapped}"),
    ("Swaps at least suspect", lambda f: f"{f.at_least_suspect} of {f.swapped}"),
    ("Swapped people ever likely real (share of their time)", lambda f: _as_real(f, "swapped")),
    ("Real people ever likely real (share of their time)", lambda f: _as_real(f, "real")),
    ("False alarms", lambda f: str(f.false_alarms)),
    ("… in participant-minutes of real people", lambda f: f"{f.real_minutes:.1f}"),
    ("… an hour, at most (95 %)", _upper),
    ("… an hour, budget", lambda f: f"{BUDGETS[f.preset]:g}"),
    ("Real people falsely alarmed, share at most (95 %)", _people),
    ("Inconclusive, share of the time", _inconclusive),
    ("Looks against 30 frames a second", lambda f: f"{100 * f.looks_share:.1f} %"),
    ("CPU seconds a participant-minute", lambda f: f"{f.cpu_s_per_minute:.2f}"),
)
GROUP_ROWS: Final[tuple[Row, ...]] = (
    ("Real", lambda f: str(f.real)),
    ("Falsely alarmed", lambda f: str(f.falsely_alarmed)),
    ("Swapped", lambda f: str(f.swapped)),
    ("Missed", lambda f: str(f.missed)),
    ("Ever likely real: real / swapped", lambda f: f"{f.real_real} / {f.swapped_real}"),
    ("First label, p50, s", lambda f: _seconds(f, "first_label_p50")),
    ("Swap to alarm, p50, s", lambda f: _seconds(f, "detect_p50") if f.swapped else "–"),
)
_NAMES: Final = {
    "<100": "face below 100 px",
    "100-200": "face of 100 to 200 px",
    ">=200": "face from 200 px",
    "frontal": "mostly frontal",
    "turned": "mostly turned away",
}


def overall(all_figures: Iterable[Figures]) -> list[list[str]]:
    """Return the main table's lines, the heading first: a preset a column."""
    columns = [figure for figure in all_figures if figure.group == "all"]
    lines = [["", *(figure.preset.value for figure in columns)]]
    return lines + [[title, *(cell(figure) for figure in columns)] for title, cell in ROWS]


def by_group(all_figures: Iterable[Figures]) -> list[list[str]]:
    """Return the lines of the table by size and pose, the heading first."""
    lines = [["Calls", "Preset", *(title for title, _ in GROUP_ROWS)]]
    for figure in all_figures:
        if figure.group != "all":
            cells = [cell(figure) for _, cell in GROUP_ROWS]
            lines.append([_NAMES[figure.group], figure.preset.value, *cells])
    return lines


def caution(all_figures: Iterable[Figures]) -> str:
    """Return how little the minutes behind the false alarms prove."""
    for figure in all_figures:
        if figure.group == "all" and figure.real:
            strict = BUDGETS[Sensitivity.CONSERVATIVE]
            return (
                f"{figure.real_minutes:.0f} participant-minutes of {figure.real} real people prove little: "
                f"to show a budget of {strict:g} false alarms an hour takes {-math.log(0.05) / strict:.0f} "
                "participant-hours without one, and short clips show the same seconds again and again."
            )
    return "No real person was played: nothing is known of false alarms."


def show(report: Report, console: Console) -> None:
    """Print the tables for people."""
    found = report.figures
    console.print(f"{report.model}, {_played(report)}.", soft_wrap=True)
    for lines in (overall(found), by_group(found)):
        if len(lines) > 1:
            table = Table(*lines[0], box=None)
            for line in lines[1:]:
                table.add_row(*line)
            console.print(table)
    console.print(caution(found), soft_wrap=True)


def as_json(report: Report) -> dict[str, Any]:
    """Return all that was found, as one object for programs."""
    return {
        "conditions": report.conditions,
        "model": {"name": report.model, "sha256": report.sha256, "compared": report.compared},
        "left_out": {"stills": report.stills, "unpaired": report.unpaired},
        "figures": [asdict(figure) for figure in report.figures],
        "caution": caution(report.figures),
        "calls": [_call(call) for call in report.calls],
    }


def _call(call: Call) -> dict[str, Any]:
    changes: list[dict[str, Any]] = []
    for shown in call.shown:
        label, reason = shown.item.label, shown.item.reason or None
        if not changes or (changes[-1]["label"], changes[-1]["reason"]) != (label, reason):
            changes.append({"s": shown.s, "label": label, "reason": reason, "score": shown.item.score})
    return {
        "name": call.name,
        "preset": call.preset,
        "swap_s": None if call.swap_s == math.inf else call.swap_s,
        "seconds": call.seconds,
        "looks": len(call.shown),
        "false_alarms": false_alarms(call),
        "labels": changes,
    }


def markdown(report: Report) -> str:
    """Return the block for docs/live.md."""
    found = report.figures
    parts = [
        f"`{report.command}`: {report.model} (SHA-256 {report.sha256[:12]}…), {_played(report)}.",
        _table(overall(found)),
        _table(by_group(found)),
        caution(found),
    ]
    return "\n\n".join(parts)


def _played(report: Report) -> str:
    """`40 clips (23 real) on a line that is untouched; …`."""
    clips = {call.name: call for call in report.calls}
    real = sum(call.swap_s > 0 for call in clips.values())
    people = "with" if report.compared else "without"
    words = f"{len(clips)} calls ({real} with a real person), {report.conditions}"
    words += f"; {people} people to compare with"
    if report.stills:
        words += f"; left out, being too short: {report.stills}"
    if report.unpaired:
        words += f"; left out, being no pair: {report.unpaired}"
    return words


def _table(lines: Sequence[Sequence[str]]) -> str:
    rows = [lines[0], ["---"] * len(lines[0]), *lines[1:]]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def filled(page: Path, conditions: str, block: str | None) -> str:
    """Return a page with the block of these conditions made anew; as it is for None.

    Raises FileUnreadableError when the page, or such a block in it, is not there.
    """
    start = f"<!-- live: {conditions} -->"
    try:
        text = page.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise FileUnreadableError(f"{page} cannot be read as a page of text: name another.") from error
    found = re.search(rf"(?<={re.escape(start)}\n).*?(?=<!-- end -->)", text, re.DOTALL)
    if found is None:
        raise FileUnreadableError(
            f"{page} has no place for this: add the lines {start} and <!-- end --> where it should stand."
        )
    return text if block is None else f"{text[: found.start()]}{block}\n{text[found.end() :]}"
