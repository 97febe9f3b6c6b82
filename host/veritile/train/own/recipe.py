"""What a run is made by, and what it measures on its way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_WARM_UP: Final = 50
"""Steps in which the learning rate rises to its peak."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides which weights come out, besides data, start and libraries."""

    examples: int = 20_000
    """Pictures seen at most; half of them real."""
    batch: int = 32
    """Examples a step."""
    learning_rate: float = 3e-4
    """Reached in 50 steps, then brought down in a line to zero at the last example."""
    weight_decay: float = 1e-4
    blended: float = 0.25
    """Share of the fakes that are self-blended from real faces, 0-1."""
    measure_every: int = 1_600
    """Examples between two measurements on held-out people; each saves the run too."""
    patience: int = 4
    """Measurements without an improvement after which training stops."""
    seed: int = 1

    @property
    def steps(self) -> int:
        """Optimiser steps of a run that is not stopped early."""
        return max(1, self.examples // self.batch)


@dataclass(frozen=True, slots=True)
class Measurement:
    """Where a run stood: the first is of the weights that it started from."""

    examples: int
    seconds: float
    loss: float | None
    """Mean over the examples since the last measurement; None at the start."""
    held_out_loss: float
    """Cross-entropy on the people of `val`, both classes counting alike."""
    held_out_auc: float
    """Over their faces."""

    @property
    def rank(self) -> tuple[float, float]:
        """The better, the higher: by AUC, between equals by loss."""
        return round(self.held_out_auc, 4), -self.held_out_loss


def learning_rate(step: int, steps: int) -> float:
    """Share of the peak rate at a step: up in a line, then down in a line."""
    return min((step + 1) / _WARM_UP, (steps - step) / max(1, steps - _WARM_UP), 1.0)
