"""People whose log-odds are drawn.

A person's calibrated log-odds are m + x(t). m, which stays, is drawn once a person
with the share rho of the variance; x forgets as the network does (an autoregressive
process with integrated autocorrelation time tau). Together they have the mean and
variance of a network with a given frame AUC whose calibration is right: -d²/2 for
real people, +d²/2 for swaps, variance d², d = √2 Φ⁻¹(AUC).
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from statistics import NormalDist, fmean

from veritile.decision import Policy, Reference

REAL_PEOPLE = 400
SWAPPED_PEOPLE = 20
"""In a reference: about as many as come with the weights."""
LOOKS = 30
"""At each of them, 2 s apart."""


@dataclass(frozen=True)
class World:
    """How log-odds come about."""

    auc: float
    tau: float
    """Integrated autocorrelation time, seconds."""
    rho: float
    """Share of the variance that stays with a person, 0-1."""

    @property
    def distance(self) -> float:
        """Between real and swapped, in standard deviations of a frame's log-odds."""
        return math.sqrt(2) * NormalDist().inv_cdf(self.auc)


class Person:
    """Draws log-odds for increasing times."""

    def __init__(self, world: World, rng: random.Random) -> None:
        distance = world.distance
        self._shift = distance**2
        self._mean = -self._shift / 2 + distance * math.sqrt(world.rho) * rng.gauss(0, 1)
        self._spread = distance * math.sqrt(1 - world.rho)
        self._decay = 2 / world.tau  # a correlation of exp(-decay t) has the integral tau over all lags
        self._rng = rng
        self._x, self._at = rng.gauss(0, 1), 0.0

    def log_odds(self, at: float, *, swapped: bool) -> float:
        """Of the frame at `at` seconds; a swap moves the same person's log-odds up by d²."""
        kept = math.exp(-self._decay * (at - self._at))
        self._x = kept * self._x + math.sqrt(1 - kept * kept) * self._rng.gauss(0, 1)
        self._at = at
        return self._mean + self._spread * self._x + (self._shift if swapped else 0.0)


def reference(world: World, rng: random.Random) -> Reference:
    """People to compare with, drawn like those who are judged."""
    real = [_mean(world, rng, swapped=False) for _ in range(REAL_PEOPLE)]
    return Reference.of({"100-200": real}, [_mean(world, rng, swapped=True) for _ in range(SWAPPED_PEOPLE)])


def _mean(world: World, rng: random.Random, *, swapped: bool) -> float:
    """Mean log-odds, cut off as the engine cuts them off, of somebody seen for a minute."""
    clip, person = Policy().clip, Person(world, rng)
    looks = (person.log_odds(2.0 * n, swapped=swapped) for n in range(LOOKS))
    return fmean(min(clip, max(-clip, look)) for look in looks)
