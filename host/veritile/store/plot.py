"""The course of one participant as an SVG picture, to stand in a page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Final

from veritile.store.document import Change, Person
from veritile.vocabulary import Label

WIDTH: Final = 720
HEIGHT: Final = 140
_LEFT, _TOP, _RIGHT, _BOTTOM = 34, 8, WIDTH - 8, HEIGHT - 20


def plot(person: Person, begin: float, end: float, alarm: float | None, title: str) -> str:
    """Return the SVG: bands for the labels, lines for score and evidence, the latter as a share of `alarm`.

    Args:
        person: with at least one change.
        begin, end: of the time shown, epoch ms.
        alarm: evidence at which an alarm is allowed, log-odds; None leaves evidence out.
        title: what a screen reader says of it.
    """
    span = max(end - begin, 1.0)

    def x(at: float) -> float:
        return round(_LEFT + (_RIGHT - _LEFT) * min(1.0, max(0.0, (at - begin) / span)), 1)

    def y(share: float) -> float:
        return round(_BOTTOM - (_BOTTOM - _TOP) * min(1.0, max(0.0, share)), 1)

    points = sorted((*person.changes, *person.standings), key=lambda point: point.at)
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">',
        *(
            f'<rect class="{name(change.label)}" x="{x(change.at)}" y="{_TOP}" '
            f'width="{round(x(until) - x(change.at), 1)}" height="{_BOTTOM - _TOP}"/>'
            for change, until in _lasting(person.changes, end)
        ),
        *(
            f'<path class="grid" d="M{_LEFT} {y(share)}H{_RIGHT}"/>'
            f'<text x="{_LEFT - 6}" y="{y(share) + 4}" text-anchor="end">{share:g}</text>'
            for share in (0.0, 0.5, 1.0)
        ),
    ]
    if alarm:
        parts.append(f'<path class="evidence" d="{_line(points, end, x, lambda p: y(p.evidence / alarm))}"/>')
    scored = [point for point in points if point.score is not None]
    parts.append(f'<path class="score" d="{_line(scored, end, x, lambda p: y(p.score or 0.0))}"/>')
    minutes = f"{span / 60000:.1f} min"
    parts.append(
        f'<text x="{_LEFT}" y="{HEIGHT - 4}">0</text>'
        f'<text x="{_RIGHT}" y="{HEIGHT - 4}" text-anchor="end">{minutes}</text></svg>'
    )
    return "".join(parts)


def name(label: Label) -> str:
    """The label's class in the page."""
    return label.value.replace("_", "-")


def _lasting(changes: tuple[Change, ...], end: float) -> list[tuple[Change, float]]:
    ends = [change.at for change in changes[1:]]
    return list(zip(changes, [*ends, end], strict=True)) if changes else []


def _line(
    points: Sequence[Change], end: float, x: Callable[[float], float], y: Callable[[Change], float]
) -> str:
    """A line of steps: each value holds until the next."""
    if not points:
        return ""
    steps = [f"M{x(points[0].at)} {y(points[0])}"]
    steps += [f"H{x(point.at)}V{y(point)}" for point in points[1:]]
    return "".join([*steps, f"H{x(end)}"])
