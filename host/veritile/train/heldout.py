"""What a network says of people it was not trained on: photographs and fakes of them, clips of live swaps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from veritile.errors import ModelError
from veritile.frame.crop import crop_face
from veritile.train.figures import auc
from veritile.train.livepairs import LivePairs
from veritile.train.pairs import PairSource, Sources
from veritile.train.recipe import Data, Recipe

Floats = NDArray[np.float64]
_BATCH = 32


@dataclass(frozen=True, slots=True)
class PairScores:
    """Log-odds of pairs."""

    log_odds: Floats
    """(N, 2): the real picture's and the fake's."""

    @property
    def auc(self) -> float:
        """Of all fakes against all real pictures."""
        return auc(self.log_odds.reshape(-1), self.fake)

    @property
    def paired(self) -> float:
        """Share of the fakes that score above their own original."""
        return float(np.mean(self.log_odds[:, 1] > self.log_odds[:, 0]))

    @property
    def fake(self) -> NDArray[np.bool_]:
        """(2 N,): what each entry of the flattened log-odds is of."""
        return np.tile([False, True], len(self.log_odds))


class HeldOut:
    """The held-out people of a recipe's data."""

    def __init__(self, data: Data, recipe: Recipe) -> None:
        """Open the photographs of the split `val`, and the held-out clips if the recipe names any.

        Raises:
            ModelError: a clip that the recipe holds out is not there.
            FileUnreadableError, CorruptImageError: the data cannot be read.
        """
        self.recipe = recipe
        self.photographs = Sources.open(data.faces, "val", generated=data.generated)
        self.clips = _clips(data, recipe.held_out)

    def score_photographs(self, net: nn.Module, rounds: int = 1) -> PairScores:
        """Photographs and fakes of them, each photograph `rounds` times.

        The pairs are the same in every call and in every run of the same size, margin and kinds.
        """
        recipe, sources = self.recipe, self.photographs
        shares = {kind: share for kind, share in recipe.shares.items() if sources.allows(kind)}
        pairs = PairSource(
            sources, size=recipe.size, margin=recipe.margin, seed=0, shares=shares, jitter=False
        )
        return score(net, (pairs[number] for number in range(len(sources.faces) * rounds)))

    def score_clips(self, net: nn.Module) -> PairScores | None:
        """The frames of the held-out clips as they are; None when no clip is held out."""
        return None if self.clips is None else score(net, _crops(self.clips, self.recipe))


def score(net: nn.Module, pairs: Iterable[NDArray[np.uint8]]) -> PairScores:
    """Let a network judge pairs of (2, size, size, 3) uint8 RGB pictures; it is left in evaluation mode."""
    net.eval()
    device = next(net.parameters()).device
    scores: list[Floats] = []
    rest = iter(pairs)
    with torch.inference_mode():
        while batch := list(islice(rest, _BATCH)):
            output = net(as_input(torch.from_numpy(np.stack(batch)).to(device)))
            scores.append(output.double().cpu().numpy().reshape(-1, 2))
    return PairScores(np.concatenate(scores))


def as_input(pixels: Tensor) -> Tensor:
    """(…, size, size, 3) uint8 -> (N, 3, size, size) float32 in 0-1, channels last in memory: faster."""
    return pixels.reshape(-1, *pixels.shape[-3:]).permute(0, 3, 1, 2).float().div(255)


def _crops(pairs: LivePairs, recipe: Recipe) -> Iterable[NDArray[np.uint8]]:
    """(2, size, size, 3) of every frame, cut as the live path cuts."""
    for clip in pairs.clips:
        for pair in pairs.by_clip[clip]:
            halves = pairs.read(pair)
            yield np.stack([crop_face(h, pair.box, margin=recipe.margin, size=recipe.size) for h in halves])


def _clips(data: Data, names: tuple[str, ...]) -> LivePairs | None:
    if not names:
        return None
    if data.live is None:
        raise ModelError("The recipe holds out clips of live swaps, but no folder of live swaps was given.")
    pairs = LivePairs(data.live, names)
    if missing := sorted(set(names) - set(pairs.clips)):
        raise ModelError(f"{data.live} has no clip {', '.join(missing)}: hold out clips that it has.")
    return pairs
