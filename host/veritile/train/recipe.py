"""What a training run is made of: where its data are, and the numbers that decide its outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Self

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

    architecture: str = "mesotexture"
    """Key of `veritile.train.nets.NETWORKS`."""
    pairs: int = 60_000
    """Pairs (one real, one fake each) seen in all."""
    batch: int = 128
    """Pairs a step."""
    passes: int = 8
    """How often a head behind fixed filters learns from each pair; other networks see each pair once."""
    size: int = 160
    """Side of the network's input, in pixels."""
    margin: float = 1.3
    """Side of the crop / long side of the face box."""
    shares: Mapping[str, float] = field(default_factory=lambda: {"blended": 0.5, "restyled": 0.5})
    """How often each kind of fake comes (`veritile.train.pairs.KINDS`)."""
    encoded: float = 0.4
    """How often a pair goes through a call's video encoder."""
    clips: tuple[str, ...] = ()
    """Clips of live swaps that are trained on; all but the held-out ones by default."""
    held_out: tuple[str, ...] = ()
    """Clips of live swaps that are not trained on, but measured and calibrated on."""
    folds: tuple[tuple[str, ...], ...] = ()
    """Groups of clips that share a swapped-in face. A head behind fixed filters is trained once more without
    each of them, and measured and calibrated on what those say of the clips that they did not learn from."""
    learning_rate: float = 3e-3
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

    @classmethod
    def of(cls, architecture: str, **numbers: Any) -> Self:
        """The recipe of a network, with the numbers that suit it where none are given."""
        own = {} if architecture == "mesotexture" else {"batch": 16, "learning_rate": 2e-3}
        return cls(architecture=architecture, **own | numbers)

    @property
    def steps(self) -> int:
        """Optimiser steps of a run that sees each pair once."""
        return max(1, self.pairs // self.batch)


def smoke_recipe() -> Recipe:
    """A run of seconds that exercises everything and learns just enough to be calibrated."""
    return Recipe(pairs=480, batch=32, size=64, averaging=0.9)


def learning_rate(step: int, steps: int) -> float:
    """Share of the peak rate at a step.

    Until the way down begins it does not depend on the length of the run, so a
    run may be made longer or shorter up to there without changing its result.
    """
    return min(1.0, (step + 1) / WARM_UP, (steps - step) / (DESCENT * steps))
