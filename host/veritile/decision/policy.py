"""The numbers that the decision rests on, in one immutable place."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from veritile.vocabulary import BUDGETS, THRESHOLDS, Sensitivity

SMALLEST_BUDGET: Final = 0.001
LARGEST_BUDGET: Final = 10.0
"""Bounds of `Policy.budget`: an alarm in 1,000 hours, and one in 6 minutes."""
LOOKS_PER_HOUR: Final = 3600.0
"""Independent looks in an hour of a suspected person: one a second."""
START_HOURS: Final = 0.01
"""The test at the start may spend what this share of an hour may: a hundredth of the budget."""
MISSED_AT_START: Final = 0.05
"""Share of swaps that the test at the start may take for real; the rest of the call goes on looking."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How many false alarms a user accepts, and what follows from it.

    Log-odds are natural logarithms of P(fake)/P(real); times are in the unit that their name ends in.
    """

    budget: float = BUDGETS[Sensitivity.BALANCED]
    """False alarms per hour and real participant; `SMALLEST_BUDGET` to `LARGEST_BUDGET`."""
    threshold: float = THRESHOLDS[Sensitivity.BALANCED]
    """Score below which what is too short for the test (a picture) is not `likely_fake`; 0-1, both ends
    excluded. Live, it decides nothing."""
    suspect_band: float = 0.6
    """Width, in log-odds below the threshold, of the band in which a picture is `suspect`."""
    clip: float = 2.75
    """One look's log-odds count for at most this much, less than any bound: no single look decides."""
    memory_s: float = 30.0
    """Time constant with which older looks fade from the score."""
    min_frames: int = 3
    """Usable frames before any label but `inconclusive`."""
    min_span_s: float = 0.8
    """Time between first and newest usable frame before any label but `inconclusive`."""
    dwell_s: float = 3.0
    """A label stays for this long at least; only an alarm does not wait."""
    regain_s: float = 30.0
    """Who looked like swapped people is `likely_real` only once that is longer ago."""
    patience_s: float = 25.0
    """Time between first and newest usable frame after which a test without an end is `undecided`."""
    max_age_s: float = 15.0
    """A label is withdrawn when the newest usable frame is older than this."""

    def __post_init__(self) -> None:
        if not SMALLEST_BUDGET <= self.budget <= LARGEST_BUDGET:
            raise ValueError(
                f"the budget must lie between {SMALLEST_BUDGET} and {LARGEST_BUDGET} false alarms per hour, "
                f"not {self.budget}"
            )
        if not 0.0 < self.threshold < 1.0:
            raise ValueError(f"threshold must lie between 0 and 1, both excluded, not {self.threshold}")

    @classmethod
    def for_sensitivity(cls, sensitivity: Sensitivity | str) -> Policy:
        """Return the policy of a preset; ValueError when there is none of that name."""
        preset = Sensitivity(sensitivity)
        return cls(BUDGETS[preset], THRESHOLDS[preset])

    @property
    def start_fake(self) -> float:
        """Evidence at which the test at the start says fake: Wald's upper bound, 6.86 for balanced."""
        return math.log((1.0 - MISSED_AT_START) / (self.budget * START_HOURS))

    @property
    def start_real(self) -> float:
        """Evidence at which the test at the start says real.

        Wald's lower bound for a share of false alarms near 0: the same for every budget, so that a stricter
        one never comes to an alarm by another way.
        """
        return math.log(MISSED_AT_START)

    @property
    def alarm(self) -> float:
        """Evidence, gathered since it last spoke for real, at which the rest of the call says fake: 10.49."""
        return math.log(LOOKS_PER_HOUR / self.budget)
