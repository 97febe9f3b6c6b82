"""What a run of the temporal model is made of: the numbers that decide its outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LENGTHS: Final = (20, 40)
"""Frames that a sequence may have."""


@dataclass(frozen=True, slots=True)
class TemporalRecipe:
    """Everything that decides which weights come out, besides the data, the frame model and the libraries."""

    sequences: int = 1600
    """Pairs of a real sequence and its fake to learn from."""
    held_out: int = 200
    """The same of held-out people, to measure and calibrate on."""
    length: int = 24
    """Frames of a sequence."""
    hidden: int = 32
    """Numbers that the recurrent network remembers."""
    evidence: str = "all"
    """What it is told of a frame, see `veritile.train.temporal.network.EVIDENCE`."""
    dropout: float = 0.3
    passes: int = 2
    """How often it learns from each: with more it knows unsteady fakes better, and real swaps worse."""
    batch: int = 32
    """Pairs a step."""
    learning_rate: float = 2e-3
    """The peak; see `veritile.train.recipe.learning_rate`."""
    weight_decay: float = 3e-2
    ranking: float = 1.0
    """Weight of the loss that wants each fake above its own original, beside cross-entropy."""
    folds: tuple[tuple[str, ...], ...] = ()
    """Groups of clips that share a swapped-in face; the frame run's."""
    seed: int = 1

    @property
    def steps(self) -> int:
        """Optimiser steps in all."""
        return max(1, self.passes * self.sequences // self.batch)


def smoke_recipe(folds: tuple[tuple[str, ...], ...]) -> TemporalRecipe:
    """A run of seconds that exercises everything."""
    return TemporalRecipe(sequences=6, held_out=4, length=20, hidden=8, passes=5, batch=3, folds=folds)
