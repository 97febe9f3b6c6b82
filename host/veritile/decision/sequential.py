"""The two tests of evidence: Wald's at the start of a call, and a CUSUM for the rest of it.

Both add up weighted log-odds. Wald's sequential probability ratio test (1945)
adds from the first look on, until the sum passes a bound: it tells who has been
swapped, or not, from the beginning. The CUSUM (Page, 1954) never falls below 0:
it forgets what spoke for real, so that an hour of calm does not hide a swap that
begins then. With log-odds that mean what they say, its time between false alarms
is e**alarm looks at least (Lorden, 1971).

Log-odds of frames close in time repeat each other. A look dt seconds after the
last counts for tanh(dt / tau): with scores that forget exponentially, of
integrated autocorrelation time tau, a sum of equally spaced looks has then just
the variance that it would have were the looks independent and whole.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from veritile.decision.observation import Size

CEILING: Final = 20.0
"""No sum goes beyond: a swap that has ended is forgiven within a bounded time. The strictest budget's bound
lies below."""
NEUTRAL: Final = 2.0
_SIZES: Final = tuple(Size)


def temper(dt: float, tau_s: float) -> float:
    """Return the share of an independent look, 0-1, that one `dt` seconds after the last is worth."""
    return math.tanh(dt / tau_s)


class Sums(NamedTuple):
    """What both tests have added up."""

    start: float = 0.0
    """Since the first look; kept as it is once it has spoken for real."""
    real: bool = False
    """Whether the sum of the start has said real."""
    evidence: float = 0.0
    """The CUSUM: since the sum was last 0."""
    total: float = 0.0
    """Weighted log-odds since then, not cut off at `CEILING`."""
    weights: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Weight of the looks since then, by size."""

    def after(self, weight: float, log_odds: float, size: Size, real: float) -> Sums:
        """Return the sums with one more look of this weight; `real` is the start's bound for real."""
        step = weight * log_odds
        start = self.start if self.real else min(CEILING, self.start + step)
        says_real = self.real or start <= real
        evidence = min(CEILING, self.evidence + step)
        if evidence <= 0.0:
            return Sums(start, says_real)
        small, medium, large = self.weights
        if size is _SIZES[0]:
            small += weight
        elif size is _SIZES[1]:
            medium += weight
        else:
            large += weight
        return Sums(start, says_real, evidence, self.total + step, (small, medium, large))

    @property
    def mean(self) -> float | None:
        """Mean log-odds since the evidence was last 0; None when it is.

        It is looked at when it is highest, by luck too: `NEUTRAL` looks that say nothing are added to it.
        """
        weight = sum(self.weights)
        return self.total / (weight + NEUTRAL) if weight > 0.0 else None

    @property
    def size(self) -> Size:
        """Size of most of the looks since then."""
        return _SIZES[self.weights.index(max(self.weights))]
