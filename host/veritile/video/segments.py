"""Where in a video somebody looks swapped: pure functions of scores over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from veritile.odds import logit, probability

WINDOW_S: Final = 3.0
"""Looks that are averaged at each moment: one frame's score alone leaps."""
GAP_S: Final = 2.0
"""Segments that are closer together are one."""
LEAST_LOOKS: Final = 2
"""Usable looks in a segment."""


class Scored(NamedTuple):
    """One usable look."""

    t: float
    """Seconds."""
    log_odds: float
    quality: float
    """0-1, above 0."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch that looks swapped."""

    start: float
    """Seconds, of its first look."""
    end: float
    """Of its last look."""
    score: float
    """P(fake) by the mean of its looks, 0-1."""
    worst: float
    """When the score was highest, seconds."""


def suspicious(looks: Sequence[Scored], threshold: float) -> tuple[Segment, ...]:
    """Return the segments, in order, whose looks average at or above `threshold`, over `WINDOW_S` and in all.

    Args:
        looks: in order of time.
        threshold: P(fake), 0-1, both ends excluded.
    """
    bound = logit(threshold)
    runs: list[list[Scored]] = []
    for look, mean in zip(looks, smoothed(looks), strict=True):
        if mean < bound:
            continue
        if runs and look.t - runs[-1][-1].t <= GAP_S:
            runs[-1].append(look)
        else:
            runs.append([look])
    found = (_segment(run) for run in runs if len(run) >= LEAST_LOOKS)
    # What lies around a stretch may have lifted the means, and its own looks speak for no swap.
    return tuple(segment for segment in found if segment.score >= threshold)


def smoothed(looks: Sequence[Scored]) -> list[float]:
    """Return the mean log-odds, weighted by quality, of what lies within half of `WINDOW_S` of each look."""
    means, first, last, total, weight = [], 0, 0, 0.0, 0.0
    for look in looks:
        while last < len(looks) and looks[last].t <= look.t + WINDOW_S / 2:
            total += looks[last].quality * looks[last].log_odds
            weight += looks[last].quality
            last += 1
        while looks[first].t < look.t - WINDOW_S / 2:
            total -= looks[first].quality * looks[first].log_odds
            weight -= looks[first].quality
            first += 1
        means.append(total / weight)
    return means


def _segment(run: Sequence[Scored]) -> Segment:
    weight = sum(look.quality for look in run)
    mean = sum(look.quality * look.log_odds for look in run) / weight
    worst = max(run, key=lambda look: look.log_odds)
    return Segment(run[0].t, run[-1].t, probability(mean), worst.t)
