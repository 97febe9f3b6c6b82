"""What a network says of people it was not trained on: photographs and fakes of them, clips of live swaps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from veritile.errors import ModelError
from veritile.frame.crop import crop_face
from veritile.train.figures import Scores, frame_auc, paired_accuracy
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
    people: NDArray[np.int64]
    """(N,) number of the person or clip."""

    @property
    def fake(self) -> NDArray[np.bool_]:
        """(2 N,): what each entry of the flattened log-odds is of."""
        return np.tile([False, True], len(self.log_odds))

    @property
    def scores(self) -> Scores:
        """The same for `veritile.train.figures`: 2 N entries."""
        frames = np.repeat(np.arange(len(self.log_odds)), 2)
        return Scores(self.log_odds.reshape(-1), self.fake, np.repeat(self.people, 2), frames)

    @property
    def auc(self) -> float:
        """Of all fakes against all real pictures."""
        return frame_auc(self.scores)

    @property
    def paired(self) -> float:
        """Share of the fakes that score above their own original."""
        return paired_accuracy(self.scores)


class HeldOut:
    """The held-out people of a recipe's data."""

    def __init__(self, data: Data, recipe: Recipe) -> None:
        """Open the photographs of the split `val`, and the held-out clips if the recipe names any.

        Raises:
            ModelError: a clip that the recipe names is not there.
            FileUnreadableError, CorruptImageError: the data cannot be read.
        """
        self.recipe = recipe
        self.photographs = Sources.open(data.faces, "val", generated=data.generated)
        held_out = recipe.held_out or tuple(clip for fold in recipe.folds for clip in fold)
        _check_clips(data, {*recipe.clips, *held_out})
        self.clips = LivePairs(data.live, held_out) if data.live and held_out else None

    def score_photographs(self, net: nn.Module, rounds: int = 1) -> PairScores:
        """Photographs and fakes of them, each photograph `rounds` times.

        The pairs are the same in every call and in every run of the same size, margin and kinds.
        """
        recipe, sources = self.recipe, self.photographs
        shares = {kind: share for kind, share in recipe.shares.items() if share and sources.allows(kind)}
        # Photographs cannot show live swaps: of a recipe of those alone they show the seam.
        shares = shares or {"blended": 1.0}
        pairs = PairSource(
            sources,
            size=recipe.size,
            margin=recipe.margin,
            seed=0,
            shares=shares,
            encoded=recipe.encoded,
            jitter=False,
        )
        count = len(sources.faces)
        return score(
            net, (pairs[number] for number in range(count * rounds)), np.arange(count * rounds) % count
        )

    def score_clips(self, net: nn.Module) -> PairScores | None:
        """The frames of the held-out clips as they are; None when no clip is held out."""
        return None if self.clips is None else score(net, *clip_pairs(self.clips, self.recipe))


def score(net: nn.Module, pairs: Iterable[NDArray[np.uint8]], people: NDArray[np.int64]) -> PairScores:
    """Let a network judge pairs of (2, size, size, 3 or 4) uint8 pictures, RGB first.

    The network is left in evaluation mode. `people` says of each pair, by number, whom it shows.
    """
    net.eval()
    device = next(net.parameters()).device
    scores: list[Floats] = []
    rest = iter(pairs)
    with torch.inference_mode():
        while batch := list(islice(rest, _BATCH)):
            output = net(as_input(torch.from_numpy(np.stack(batch)).to(device)))
            scores.append(output.double().cpu().numpy().reshape(-1, 2))
    return PairScores(np.concatenate(scores), people)


def as_input(pixels: Tensor) -> Tensor:
    """(…, size, size, 3 or 4) uint8 -> (N, 3, size, size) float32 in 0-1, channels last in memory: faster."""
    return pixels[..., :3].reshape(-1, *pixels.shape[-3:-1], 3).permute(0, 3, 1, 2).float().div(255)


def clip_pairs(clips: LivePairs, recipe: Recipe) -> tuple[Iterator[NDArray[np.uint8]], NDArray[np.int64]]:
    """(2, size, size, 3) of every frame, cut as the live path cuts; and the number of each frame's clip."""

    def crops() -> Iterator[NDArray[np.uint8]]:
        for clip in clips.clips:
            for pair in clips.by_clip[clip]:
                halves = clips.read(pair)
                yield np.stack(
                    [crop_face(h, pair.box, margin=recipe.margin, size=recipe.size) for h in halves]
                )

    lengths = [len(clips.by_clip[clip]) for clip in clips.clips]
    return crops(), np.repeat(np.arange(len(lengths)), lengths)


def _check_clips(data: Data, names: set[str]) -> None:
    if not names:
        return
    if data.live is None:
        raise ModelError(
            "The recipe names clips of live swaps, but no folder of live swaps was given: give it, or no "
            "clip."
        )
    if missing := sorted(names - set(LivePairs(data.live).clips)):
        raise ModelError(f"{data.live} has no clip {', '.join(missing)}: name clips that it has.")
