"""A run of the temporal model: describe sequences, learn from them, measure on others."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from veritile.train.faces import FaceSet
from veritile.train.figures import Scores
from veritile.train.head import HeadRun
from veritile.train.livepairs import LivePairs
from veritile.train.nets.mesotexture import MesoTexture
from veritile.train.pairs import Sources
from veritile.train.recipe import learning_rate
from veritile.train.temporal.clips import Clips, of_calls
from veritile.train.temporal.describe import Described
from veritile.train.temporal.descriptions import described
from veritile.train.temporal.network import MesoTemporal, frame_network, loss
from veritile.train.temporal.recipe import TemporalRecipe
from veritile.train.temporal.sequences import SequenceSource

RECORD: Final = "record.json"
HEADS: Final = "heads.pt"
_BATCH: Final = 64


class TemporalRun:
    """A run in its folder, over the frame model of another run."""

    def __init__(self, folder: Path, recipe: TemporalRecipe, frame: HeadRun) -> None:
        """Take the data, clips and folds of the frame model's finished run.

        Raises FileUnreadableError or CorruptImageError when the data cannot be read.
        """
        self.folder, self.recipe, self.frame = folder, recipe, frame
        folder.mkdir(parents=True, exist_ok=True)
        live = frame.sources.live
        self.live: LivePairs | None = live
        faces = frame.sources.faces.folder
        self._learnt_from = Sources.open(faces, "train", live=live)
        self._held_out_from = Sources.open(faces, "val")
        self.sequences: Described | None = None
        self.held_out: Described | None = None

    def describe(self, *, workers: int, on_step: Callable[[str, int, int], None]) -> None:
        """Make and describe what is left; `on_step` is told what, how many, and of how many."""
        recipe = self.recipe
        self.held_out = self._described("held_out", self._held_out_from, recipe.held_out, workers, on_step)
        self.sequences = self._described("sequences", self._learnt_from, recipe.sequences, workers, on_step)

    def learn(
        self, without: tuple[str, ...] = (), *, frame: MesoTexture | None = None, evidence: str | None = None
    ) -> MesoTemporal:
        """A network that has learnt from all sequences but those that show something of some clips.

        Args:
            without: names of those clips.
            frame: the frame model it stands on; the run's own by default.
            evidence: another kind than the recipe's.
        """
        assert self.sequences is not None  # `describe` comes first
        recipe = self.recipe
        table = torch.from_numpy(self.sequences[self._rows_without(without)])
        torch.manual_seed(recipe.seed)
        net = MesoTemporal(
            frame or self.frame_model,
            evidence=evidence or recipe.evidence,
            hidden=recipe.hidden,
            dropout=recipe.dropout,
        )
        with torch.inference_mode():
            net.standardise(table.flatten(0, 1))
            read = [
                torch.cat(parts) for parts in zip(*(net.read(part) for part in _pairs(table)), strict=True)
            ]
        parts = [part.reshape(len(table), 2, *part.shape[1:]).clone() for part in read]
        steps = max(1, recipe.passes * len(table) // recipe.batch)
        optimizer = torch.optim.AdamW(
            net.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay
        )
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: learning_rate(step, steps))
        rng = np.random.default_rng(recipe.seed)
        net.train()
        for _ in range(steps):
            chosen = torch.from_numpy(rng.choice(len(table), min(recipe.batch, len(table)), replace=False))
            answers = net.judge(*(part[chosen].flatten(0, 1) for part in parts)).reshape(-1, 2)
            optimizer.zero_grad(set_to_none=True)
            loss(answers, recipe.ranking).backward()
            nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimizer.step()
            schedule.step()
        net.eval()
        return net

    def score_held_out(self, net: MesoTemporal) -> Scores:
        """Sequences of photographs of held-out people, and fakes of them."""
        assert self.held_out is not None  # `describe` comes first
        answers = judge(net, torch.from_numpy(self.held_out).flatten(0, 1))
        people = np.repeat(np.arange(len(self.held_out)), 2)
        return Scores(
            answers, np.tile([False, True], len(self.held_out)), people, np.zeros(len(people), np.int64)
        )

    def score_clips(self, evidence: str | None = None) -> Scores | None:
        """The clips of live swaps, each by a network that did without its fold; None without any."""
        if self.live is None or not self.recipe.folds:
            return None
        table = torch.from_numpy(np.stack(self.clips.windows))
        names = np.array(self.live.clips)[self.clips.clip]
        answers = np.full(len(table), np.nan)
        for fold, frame in zip(self.recipe.folds, self.frames_apart, strict=True):
            mine = np.isin(names, fold)
            answers[mine] = judge(self.learn(fold, frame=frame, evidence=evidence), table[mine])
        scores = self.clips.scores(answers)
        return scores.where(~np.isnan(answers))

    @property
    def held_out_faces(self) -> FaceSet:
        """Photographs of people whom neither network learnt from."""
        return self._held_out_from.faces

    @property
    def frame_model(self) -> MesoTexture:
        """The frame run's result, made anew: that draws chance which `learn` must find again."""
        return frame_network(self.frame.result.state_dict(), size=self.frame.recipe.size)

    @cached_property
    def frames_apart(self) -> list[MesoTexture]:
        """For each fold the frame model whose head did without it; kept, for they take minutes to train."""
        path = self.folder / HEADS
        if not path.is_file():
            torch.save([self.frame.apart(fold).state_dict() for fold in self.recipe.folds], path)
        states = torch.load(path, weights_only=True)
        return [frame_network(state, size=self.frame.recipe.size) for state in states]

    @cached_property
    def clips(self) -> Clips:
        """The clips of live swaps, described."""
        assert self.live is not None  # asked only where there are some
        margin = self.frame.recipe.margin
        return of_calls(self.live, self.frame_model, margin=margin, length=self.recipe.length)

    def record(self, **more: Any) -> dict[str, Any]:
        """What anyone needs to repeat the run, written to `record.json` and returned."""
        known = {
            "recipe": asdict(self.recipe),
            "frame_recipe": asdict(self.frame.recipe),
            "torch": torch.__version__,
            "data_sha256": self._learnt_from.digests(),
            **more,
        }
        (self.folder / RECORD).write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")
        return known

    def _described(
        self, name: str, sources: Sources, count: int, workers: int, on_step: Callable[[str, int, int], None]
    ) -> Described:
        recipe, frame = self.recipe, self.frame.recipe
        source = self._source(sources)
        about = {
            "length": recipe.length,
            "size": frame.size,
            "margin": frame.margin,
            "seed": recipe.seed,
            "data_sha256": sources.digests(),
        }
        return described(
            self.folder / f"{name}.npy",
            source,
            count,
            about,
            workers=workers,
            on_step=lambda done: on_step(name, done, count),
        )

    def _source(self, sources: Sources) -> SequenceSource:
        recipe, frame = self.recipe, self.frame.recipe
        return SequenceSource(
            sources, size=frame.size, margin=frame.margin, length=recipe.length, seed=recipe.seed
        )

    def _rows_without(self, clips: tuple[str, ...]) -> NDArray[np.int64]:
        source = self._source(self._learnt_from)
        rows = [n for n in range(self.recipe.sequences) if not source.clips_of(n) & set(clips)]
        return np.array(rows, dtype=np.int64)


def judge(net: MesoTemporal, windows: Tensor) -> NDArray[np.float64]:
    """(N, T, WIDTH) -> (N,) answers."""
    with torch.inference_mode():
        answers = [net(windows[at : at + _BATCH]) for at in range(0, len(windows), _BATCH)]
    return np.asarray(torch.cat(answers).double().numpy())


def _pairs(table: Tensor) -> list[Tensor]:
    flat = table.flatten(0, 1)
    return [flat[at : at + _BATCH] for at in range(0, len(flat), _BATCH)]
