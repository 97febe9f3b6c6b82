"""Training of a network whose filters are fixed: the statistics of all pairs first, then the head on them.

Making pairs and describing them takes minutes and is shared by all processes; learning from the descriptions
takes seconds, so each may be learnt from many times.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from time import monotonic
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import DataLoader

from veritile.errors import ModelError
from veritile.train.heldout import PairScores, as_input, clip_pairs
from veritile.train.learner import Learner
from veritile.train.loop import Run, one_thread
from veritile.train.nets import NETWORKS
from veritile.train.nets.mesotexture import STATISTICS, MesoTexture, meso_texture
from veritile.train.pairs import OF_CALLS, PairSource
from veritile.train.recipe import Data, Recipe

DESCRIPTIONS: Final = "statistics.npy"
STATE: Final = "statistics.json"
_CHUNK: Final = 64
"""Pairs described between two reports."""
_USUAL: Final = 4096
"""Pairs from which the head learns what is usual."""
_OF_THE_HEAD: Final = ("passes", "batch", "learning_rate", "weight_decay", "ranking", "averaging", "mapping")
"""Numbers of a recipe that do not change what the pairs are described by."""


class HeadRun(Run):
    """A run in its folder: `statistics.npy` grows until all pairs are described; then `checkpoint.pt`."""

    net: MesoTexture

    def __init__(self, folder: Path, recipe: Recipe, data: Data, *, device: str = "cpu") -> None:
        """Start a run, or pick up the one in `folder`; raises as `Run`."""
        super().__init__(folder, recipe, data, device=device)
        self._apart: PairScores | None = None
        self.described = self._resume_descriptions()

    @staticmethod
    def steps_of(recipe: Recipe) -> int:
        """Optimiser steps of the head."""
        return max(1, recipe.passes * recipe.pairs // recipe.batch)

    @property
    def pairs_seen(self) -> int:
        """Pairs described so far."""
        return self.recipe.pairs if self.step else self.described

    def go(self, *, workers: int, measure_every: int, on_step: Callable[[int, float | None], None]) -> None:
        """Describe what is left, saving every `measure_every` pairs; then learn, and measure once.

        `on_step` is told the pairs described and, at the end, the loss.
        """
        if self.step == self.steps:
            return
        since = monotonic()
        self._describe(workers, measure_every, on_step)
        loss = _learn(self, np.load(self.folder / DESCRIPTIONS, mmap_mode="r"))
        self.seconds += monotonic() - since
        on_step(self.pairs_seen, loss)
        self.history.append(self.measure(loss))
        self.save()

    def _describe(self, workers: int, save_every: int, on_step: Callable[[int, float | None], None]) -> None:
        recipe, path = self.recipe, self.folder / DESCRIPTIONS
        shape = (recipe.pairs, 2, STATISTICS)
        if self.described == 0:
            table = np.lib.format.open_memmap(path, "w+", np.float32, shape)
        else:
            table = np.lib.format.open_memmap(path, "r+")
        loader: DataLoader[Any] = DataLoader(
            _Described(self.pairs, self.net),
            batch_size=_CHUNK,
            sampler=range(self.described, recipe.pairs),
            num_workers=workers,
            worker_init_fn=one_thread,
            multiprocessing_context="spawn" if workers else None,
            prefetch_factor=4 if workers else None,
        )
        saved = self.described
        for chunk in loader:
            table[self.described : self.described + len(chunk)] = chunk.numpy()
            self.described += len(chunk)
            if self.described - saved >= save_every or self.described == recipe.pairs:
                table.flush()
                self._save_state()
                saved = self.described
            on_step(self.described, None)

    def score_clips(self) -> PairScores | None:
        """As `Run.score_clips`; of a recipe with folds each clip by a head that did without its fold."""
        if not self.recipe.folds or self.held_out.clips is None:
            return super().score_clips()
        # The heads that do without a fold follow from descriptions and recipe: they are trained once.
        self._apart = self._apart or self._score_apart(self.held_out.clips.clips)
        return self._apart

    def _score_apart(self, clips: Sequence[str]) -> PairScores:
        statistics, people = self._clips
        shown = np.array(clips)[people]
        log_odds = np.full((len(people), 2), np.nan)
        for fold in self.recipe.folds:
            mine, net = np.isin(shown, fold), self.apart(fold)
            with torch.inference_mode():
                answers = net.judge(statistics[mine].flatten(0, 1))
            log_odds[mine] = answers.double().cpu().numpy().reshape(-1, 2)
        return PairScores(log_odds, people)

    def apart(self, fold: Sequence[str]) -> MesoTexture:
        """The network with a head that learnt from no pair that shows something of these clips."""
        learner = Learner(self.recipe, self.device, self.steps)
        table = np.load(self.folder / DESCRIPTIONS, mmap_mode="r")
        _learn(learner, table, np.flatnonzero(~np.isin(self._shown, fold)))
        net = learner.average.module.eval()
        assert isinstance(net, MesoTexture)  # `open_run` gives no other net a head
        return net

    @cached_property
    def _shown(self) -> NDArray[np.str_]:
        """Of each pair the clip that it shows something of; empty for none."""
        return np.array([self.pairs.clip_of(number) or "" for number in range(self.recipe.pairs)])

    @cached_property
    def _clips(self) -> tuple[Tensor, NDArray[np.int64]]:
        """(N, 2, STATISTICS) of every frame of the clips, and the number of each frame's clip."""
        assert self.held_out.clips is not None  # asked only where there are some
        pairs, people = clip_pairs(self.held_out.clips, self.recipe)
        with torch.inference_mode():
            # One by one: a batch of them does not fit a processor's cache, and takes three times as long.
            described = [
                self.net.statistics(as_input(torch.from_numpy(pair).to(self.device))) for pair in pairs
            ]
        return torch.stack(described), people

    def _about(self) -> dict[str, Any]:
        recipe = {name: value for name, value in asdict(self.recipe).items() if name not in _OF_THE_HEAD}
        about: dict[str, Any] = json.loads(json.dumps({"recipe": recipe, "data_sha256": self.data_sha256}))
        return about

    def _save_state(self) -> None:
        text = json.dumps(self._about() | {"described": self.described})
        partial = self.folder / f"{STATE}.partial"
        partial.write_text(text, encoding="utf-8")
        partial.replace(self.folder / STATE)

    def _resume_descriptions(self) -> int:
        path = self.folder / STATE
        if not path.is_file():
            return 0
        try:
            state = json.loads(path.read_text(encoding="utf-8"))
            described = int(state.pop("described"))
            shape = np.load(self.folder / DESCRIPTIONS, mmap_mode="r").shape
        except (OSError, EOFError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise ModelError(f"{path} cannot be read: name another folder, or delete it.") from error
        if state != self._about() or shape != (self.recipe.pairs, 2, STATISTICS) or described > shape[0]:
            raise ModelError(
                f"{self.folder} holds a run of another recipe or other data: name another folder."
            )
        return described


def _learn(head: Learner, table: NDArray[np.float32], rows: NDArray[np.int64] | None = None) -> float:
    """All steps of a head on those rows; returns the mean loss of the last hundred."""
    rows = np.arange(len(table)) if rows is None else rows
    recipe, net = head.recipe, head.net
    assert isinstance(net, MesoTexture)  # `open_run` gives no other net a head
    net.train()
    net.standardise(torch.from_numpy(table[rows[:_USUAL]].reshape(-1, STATISTICS)).to(head.device))
    losses: list[float] = []
    while head.step < head.steps:
        seed = recipe.seed * 1_000_003 + head.step
        torch.manual_seed(seed)
        chosen = rows[np.random.default_rng(seed).integers(len(rows), size=recipe.batch)]
        statistics = torch.from_numpy(table[chosen].reshape(-1, STATISTICS)).to(head.device)
        losses.append(head.descend(head.loss(net.judge(statistics))))
    return float(np.mean(losses[-100:]))


class _Described:
    """Pairs by number, as a network with fixed filters describes them: (2, STATISTICS) float32."""

    def __init__(self, pairs: PairSource, net: MesoTexture) -> None:
        self._pairs = pairs
        self._size = net.size
        self._net: MesoTexture | None = None

    def __getitem__(self, number: int) -> NDArray[np.float32]:
        # Made in the process that uses it: filters are cheaper to make than to send.
        self._net = self._net or MesoTexture(size=self._size)
        with torch.inference_mode():
            return np.asarray(self._net.statistics(as_input(torch.from_numpy(self._pairs[number]))).numpy())


def open_run(folder: Path, recipe: Recipe, data: Data, *, device: str = "cpu") -> Run:
    """The run that a recipe's network needs.

    Raises:
        ModelError: the recipe's fakes show something of the clips of its folds, and its network has no head
            to train without each of them; or as `Run`.
    """
    if has_fixed_filters(recipe.architecture):
        return HeadRun(folder, recipe, data, device=device)
    if recipe.folds and any(recipe.shares.get(kind) for kind in OF_CALLS):
        raise ModelError(
            f"{recipe.architecture} learns its filters too, and so once only: hold clips out instead of "
            "naming folds."
        )
    return Run(folder, recipe, data, device=device)


def has_fixed_filters(architecture: str) -> bool:
    """Whether only the head of a network learns, so that it may be trained many times on one description."""
    return NETWORKS.get(architecture) is meso_texture
