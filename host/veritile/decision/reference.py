"""What the decision knows of the network whose scores it weighs: its memory, and how it scores people.

Errors follow the person: a real person whose face the network dislikes would,
with time, pass any bound on evidence. So an alarm must pass a second test, a
conformal one, which assumes nothing about the network: among n real people whom
it never learnt from, how many look as fake as this one? For a new real person
the answer p = (1 + #{as fake or more so}) / (n + 1) is at most a given level in
at most that share of cases (Vovk, Gammerman and Shafer, 2005).

One person is thus a false alarm for good or not at all. With calls of
`CALL_HOURS` the share of people may be budget x CALL_HOURS; of that, `REPEATED` is
asked for, because the comparison is made anew with every look. n people support no
budget below 1 / ((n + 1) x CALL_HOURS x REPEATED): see `Reference.smallest_budget`.

`likely_real` is a claim too, and a weak network would make it of most swaps. So it
must pass the same test from the other side: among n swapped people whom the network
never learnt from, how many look as real as this one? At most `MISSED` of them may.
n below 1 / MISSED - 1 support no such claim, and it is not made.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Self

from veritile.decision.observation import Size

CALL_HOURS: Final = 1.0
"""Expected length of a call."""
REPEATED: Final = 0.75
"""Share of the level that is granted: whoever lies just above it passes it now and then by luck. Chosen so
that scripts/simulate_calls.py finds the budget kept."""
LARGEST_LEVEL: Final = 0.2
"""However generous the budget, an alarm is for people who look more fake than four in five real ones."""
MISSED: Final = 0.1
"""Share of swapped people who may look so real that they are called `likely_real`."""
ENOUGH: Final = 133
"""People of one size class from which on they alone are compared with: what the strictest preset needs."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Mean log-odds of people whom the network never learnt from, sorted."""

    by_size: Mapping[Size, tuple[float, ...]]
    """Real people, by the size of their faces."""
    everybody: tuple[float, ...]
    """Real people of all sizes."""
    swapped: tuple[float, ...] = ()
    """Swapped people: so few are known that they are not parted by size."""

    @classmethod
    def of(cls, means: Mapping[str, Iterable[float]], swapped: Iterable[float] = ()) -> Self:
        """Build from plain data: one mean a person.

        Args:
            means: of real people, under the keys `<100`, `100-200` and `>=200` (pixels).
            swapped: of swapped people.

        Raises ValueError for another key, a mean that is not finite, or nobody at all.
        """
        by_size = {Size(key): tuple(sorted(map(float, values))) for key, values in means.items()}
        everybody = tuple(sorted(mean for group in by_size.values() for mean in group))
        fakes = tuple(sorted(map(float, swapped)))
        if not everybody:
            raise ValueError("a reference needs the mean log-odds of one real person at least")
        if not all(map(math.isfinite, (*everybody, *fakes))):
            raise ValueError("the means of a reference must be finite numbers")
        return cls(by_size, everybody, fakes)

    def people(self, size: Size | None) -> tuple[float, ...]:
        """Whom a person of this size is compared with: people of like size if they are `ENOUGH`, else all."""
        alike = self.by_size.get(size, ()) if size is not None else ()
        return alike if len(alike) >= ENOUGH else self.everybody

    def p(self, mean: float, size: Size | None) -> float:
        """Return the conformal p-value of a mean log-odds, in (0, 1]."""
        people = self.people(size)
        as_fake = len(people) - bisect_left(people, mean)
        return (1 + as_fake) / (len(people) + 1)

    def p_swapped(self, mean: float) -> float | None:
        """Return the conformal p-value, in (0, 1], of a mean log-odds among swapped people; None without any.

        The share of swapped people who look as real or more so.
        """
        if not self.swapped:
            return None
        return (1 + bisect_right(self.swapped, mean)) / (len(self.swapped) + 1)

    def level(self, budget: float, size: Size | None) -> float:
        """Return the p-value up to which an alarm is allowed, for a budget of false alarms per hour."""
        level = budget * CALL_HOURS * REPEATED
        return min(LARGEST_LEVEL, max(level, 1 / (len(self.people(size)) + 1)))

    @property
    def smallest_budget(self) -> float:
        """The strictest budget, in false alarms per participant-hour, that so many people can support.

        Whatever the size of a face: a class of `ENOUGH` people supports less than everybody together.
        """
        fewest = min(len(self.people(size)) for size in (None, *Size))
        return 1 / ((fewest + 1) * CALL_HOURS * REPEATED)


@dataclass(frozen=True, slots=True)
class Scorer:
    """The network, as far as the decision must know it."""

    tau_s: float = 1.0
    """Integrated autocorrelation time of its log-odds, seconds: so far apart, looks at a person are new."""
    reference: Reference | None = None
    """People to compare with. Without real ones evidence alone decides, and people whom the network dislikes
    are false alarms beyond the budget; without swapped ones `likely_real` has no stated rate of error."""

    def __post_init__(self) -> None:
        if not 0.0 < self.tau_s < math.inf:
            raise ValueError(f"tau_s must be a positive number of seconds, not {self.tau_s}")

    def p_swapped(self, mean: float) -> float | None:
        """As `Reference.p_swapped`; None without a reference too."""
        return self.reference.p_swapped(mean) if self.reference else None

    def allows_alarm(self, p: float | None, budget: float) -> bool:
        """Whether somebody with this p-value among real people may be accused; everybody may without any."""
        return self.reference is None or (p is not None and p <= self.reference.level(budget, None))
