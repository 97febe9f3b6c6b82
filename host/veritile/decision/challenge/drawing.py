"""A sequence of steps that nobody can know beforehand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from veritile.decision.challenge.steps import LIBRARY, TURNS
from veritile.decision.challenge.words import Step

if TYPE_CHECKING:
    from random import Random

SHORTEST_S: Final = 15
LONGEST_S: Final = 25
"""Seconds that all steps may take together, at least and at most."""


def draw(random: Random) -> tuple[Step, ...]:
    """Draw some steps at random: one turn to the side at least, none twice, 15 to 25 s in all.

    Profile views are asked for always, because networks that swap faces know frontal ones best.
    """
    while True:
        steps: list[Step] = []
        for step in random.sample(list(LIBRARY), len(LIBRARY)):
            if seconds(steps) + LIBRARY[step].seconds <= LONGEST_S:
                steps.append(step)
            if seconds(steps) >= SHORTEST_S and random.random() < 0.5:
                break
        if any(step in TURNS for step in steps) and seconds(steps) >= SHORTEST_S:
            return tuple(steps)


def seconds(steps: list[Step] | tuple[Step, ...]) -> int:
    """Return what the steps may take together."""
    return sum(LIBRARY[step].seconds for step in steps)
