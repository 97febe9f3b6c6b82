"""What was noticed beside the ticks: told to the user as it is, and worth nothing in the judgement.

docs/challenge.md says how well each tells real people from swapped ones, on heads that are
animated by script and on the development benchmark, too few of whose clips show a face from
the side for any to have a share.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from veritile.decision.challenge.cells import apart, complexion
from veritile.decision.challenge.glimpse import Glimpse
from veritile.decision.challenge.reference import Reference
from veritile.decision.challenge.watchers import LOST_FROM
from veritile.decision.challenge.words import Finding

TURNED: Final = LOST_FROM
"""Degrees of measured yaw against before, from which on a view is one from the side."""
UNUSUAL: Final[dict[Finding, float]] = {
    Finding.NOT_DONE: 0.0,
    Finding.TRACK_LOST: 0.5,
    Finding.TRACK_JUMP: 0.5,
    Finding.COLOUR_JUMP: 0.03,
    Finding.OUTLINE_JUMP: 0.1,
}
"""Above it a finding is one that hardly any real head shows: of 67 that were measured one was beyond."""


class Found(NamedTuple):
    """One finding of one step."""

    finding: Finding
    value: float

    @property
    def unusual(self) -> bool:
        """Whether hardly any real head shows it."""
        return self.value > UNUSUAL[self.finding]


class SideViews:
    """Gathers what the views from the side show during one step."""

    def __init__(self) -> None:
        self._found = self._lost = 0
        self._jump = 0.0
        self._colours: list[float] = []
        self._outlines: list[float] = []
        self._turned = False
        self._last: Glimpse | None = None

    def see(self, glimpse: Glimpse, reference: Reference) -> None:
        """Take in a picture."""
        if glimpse.unchanged or not glimpse.cells:
            return
        if not glimpse.found:
            self._lost += self._turned
            self._last = None
            return
        assert glimpse.attitude is not None
        self._turned = abs(glimpse.attitude[0] - reference.yaw) >= TURNED
        if self._turned:
            self._found += 1
            self._colours.append(apart(complexion(glimpse.cells), reference.skin))
            if reference.outline and glimpse.outline:
                self._outlines.append(_softer(glimpse.outline, reference.outline))
            if self._last is not None:
                self._jump = max(self._jump, _jump(self._last, glimpse))
        self._last = glimpse if self._turned else None

    def findings(self) -> tuple[Found, ...]:
        """What there is to tell; nothing without views from the side."""
        if not self._found:
            return ()
        told = [
            Found(Finding.TRACK_LOST, self._lost / (self._lost + self._found)),
            Found(Finding.COLOUR_JUMP, _middle(self._colours)),
        ]
        if self._found > 1:
            told.append(Found(Finding.TRACK_JUMP, self._jump))
        if self._outlines:
            told.append(Found(Finding.OUTLINE_JUMP, max(0.0, _middle(self._outlines))))
        return tuple(told)


def _jump(before: Glimpse, now: Glimpse) -> float:
    assert before.box is not None
    assert now.box is not None
    (ax, ay, aw, ah), (bx, by, bw, bh) = before.box, now.box
    apart_px = max(abs(ax + aw / 2 - bx - bw / 2), abs(ay + ah / 2 - by - bh / 2))
    return apart_px / max(aw, ah)


def _softer(now: tuple[float, ...], before: tuple[float, ...]) -> float:
    """By which share an outline is less sharp than before, by the median; negative when it is sharper."""
    kept = [n / b for n, b in zip(now, before, strict=True) if n > 0 and b > 0]
    return 1.0 - _middle(kept) if kept else 0.0


def _middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]
