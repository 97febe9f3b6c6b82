"""What a training run is made of: where its data are, and the numbers that decide its outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

DESCENT: Final = 0.3
"""Share of the steps, at the end, in which the learning rate goes down."""
WARM_UP: Final = 100
"""Steps until the learning rate is at its peak."""


@dataclass(frozen=True, slots=True)
class Data:
    """Where the pictures are."""

    faces: Path
    """Folder of `faces.csv` (`veritile.train.faces`)."""
    live: Path | None = None
    """Folder of `pairs.csv` (`veritile.train.livepairs`): real live swaps."""
    generated: Path | None = None
    """Folder of generated faces (`veritile.train.generator`)."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides which weights come out, besides the data and the libraries' versions."""

    architecture: str = "mesoresnet"
    """Key of `veritile.train.nets.NETWORKS`."""
    pairs: int = 60_000
    """Pairs (one real, one fake each) seen in all."""
    batch: int = 16
    """Pairs a step."""
    size: int = 160
    """Side of the network's input, in pixels."""
    margin: float = 1.3
    """Side of the crop / long side of the face box."""
    shares: Mapping[str, float] = field(
        default_factory=lambda: {
            "blended": 0.2,
            "generated": 0.2,
            "other": 0.05,
            "transplant": 0.2,
            "live": 0.35,
        }
    )
    """How often each kind of fake comes (`veritile.train.pairs.KINDS`)."""
    encoded: float = 0.4
    """How often a pair goes through a call's video encoder."""
    clips: tuple[str, ...] = ()
    """Clips of live swaps that are trained on; all but the held-out ones by default."""
    held_out: tuple[str, ...] = ()
    """Clips of live swaps that are not trained on, but measured and calibrated on."""
    learning_rate: float = 2e-3
    """The peak: reached in `WARM_UP` steps, held, and brought to zero in a line over the last `DESCENT`."""
    weight_decay: float = 1e-2
    ranking: float = 1.0
    """Weight of the loss that wants each fake above its own original, beside cross-entropy."""
    mapping: float = 1.0
    """Weight of the loss that wants to know where the picture was changed, for networks that can say."""
    averaging: float = 0.998
    """Share of the running average of the weights that each step keeps."""
    reduced: bool = True
    """Compute in bfloat16 where that is safe: nearly twice as fast, on CPU and GPU."""
    seed: int = 1

    @property
    def steps(self) -> int:
        """Optimiser steps of the whole run."""
        return max(1, self.pairs // self.batch)


def smoke_recipe() -> Recipe:
    """A run of seconds that exercises everything and learns just enough to be calibrated."""
    return Recipe(pairs=480, batch=8, size=64, averaging=0.9)


def learning_rate(step: int, steps: int) -> float:
    """Share of the peak rate at a step.

    Until the way down begins it does not depend on the length of the run, so a
    run may be made longer or shorter up to there without changing its result.
    """
    return min(1.0, (step + 1) / WARM_UP, (steps - step) / (DESCENT * steps))
