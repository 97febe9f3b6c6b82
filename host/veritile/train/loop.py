"""The training loop: the same command starts, continues and ends a run, on CPU or GPU."""

from __future__ import annotations

import json
import pickle
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader

from veritile.errors import ModelError
from veritile.train.faces import FaceSet
from veritile.train.figures import auc
from veritile.train.nets.mesonet import meso_inception4
from veritile.train.pairs import PairSource

CHECKPOINT: Final = "checkpoint.pt"
RECORD: Final = "record.json"
DESCENT: Final = 0.3
"""Share of the steps, at the end, in which the learning rate goes down."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that decides which weights come out, besides the data and the libraries' versions."""

    pairs: int = 14_400
    """Pairs (one real, one pseudo-fake each) seen in all."""
    batch: int = 16
    """Pairs a step."""
    size: int = 160
    """Side of the network's input, in pixels."""
    residual: bool = False
    """Whether the network sees the picture less its local mean."""
    margin: float = 1.3
    """Side of the crop / long side of the face box."""
    learning_rate: float = 3e-3
    """Reached in 200 steps, held, and brought down to zero in a line over the last 30 % of the steps."""
    weight_decay: float = 1e-4
    ranking: float = 1.0
    """Weight of the loss that wants each pseudo-fake above its own original, beside cross-entropy."""
    seed: int = 1

    @property
    def steps(self) -> int:
        """Optimiser steps of the whole run."""
        return max(1, self.pairs // self.batch)


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands; `auc` and `paired` are of unseen people's pseudo-fakes."""

    pairs: int
    seconds: float
    loss: float
    auc: float
    paired: float


class Run:
    """A run in its folder: `checkpoint.pt` to go on from, `record.json` for people."""

    def __init__(self, folder: Path, recipe: Recipe, data: Path, *, device: str = "cpu") -> None:
        """Start a run, or pick up the one in `folder`.

        Raises:
            ModelError: the folder holds a run of another recipe or other data, or a damaged one.
        """
        self.folder, self.recipe, self.device = folder, recipe, torch.device(device)
        self.train, self.val = FaceSet(data, "train"), FaceSet(data, "val")
        self.data_sha256 = self.train.digests()
        torch.manual_seed(recipe.seed)
        self.net = meso_inception4(size=recipe.size, residual=recipe.residual)
        self.net.to(self.device, memory_format=torch.channels_last)
        self.optimizer = torch.optim.AdamW(
            self.net.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay
        )
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer, lambda step: learning_rate(step, recipe.steps)
        )
        self.step = 0
        self.seconds = 0.0
        self.history: list[Progress] = []
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / CHECKPOINT).is_file():
            self._resume()

    @property
    def pairs_seen(self) -> int:
        """Pairs that the weights have learnt from so far."""
        return self.step * self.recipe.batch

    def go(self, *, workers: int, measure_every: int, on_step: Callable[[int, float], None]) -> None:
        """Train to the end of the recipe, measuring and saving every `measure_every` pairs.

        `on_step` is told the pairs seen and the loss after every step.
        """
        every = max(1, measure_every // self.recipe.batch)
        losses: list[float] = []
        since = time.monotonic()
        for batch in self._batches(workers):
            losses.append(self.learn(batch.to(self.device, non_blocking=True)))
            on_step(self.pairs_seen, losses[-1])
            if self.step % every == 0 or self.step == self.recipe.steps:
                self.seconds += time.monotonic() - since
                scores = self.score_val()
                self.history.append(
                    Progress(
                        pairs=self.pairs_seen,
                        seconds=round(self.seconds, 1),
                        loss=float(np.mean(losses)),
                        auc=auc(scores.reshape(-1), np.tile([False, True], len(scores))),
                        paired=float(np.mean(scores[:, 1] > scores[:, 0])),
                    )
                )
                self.save()
                losses.clear()
                since = time.monotonic()

    def score_val(self, rounds: int = 1) -> NDArray[np.float64]:
        """Log-odds of the network for held-out people: (pictures * rounds, 2), real and pseudo-fake.

        The pairs are the same in every call and in every run of the same size and margin.
        """
        source = PairSource(self.val, size=self.recipe.size, margin=self.recipe.margin, seed=0, jitter=False)
        scores: list[NDArray[np.float64]] = []
        self.net.eval()
        with torch.no_grad():
            for start in range(0, len(self.val) * rounds, 32):
                stop = min(start + 32, len(self.val) * rounds)
                pixels = np.stack([source[number] for number in range(start, stop)])
                output = self.net(as_input(torch.from_numpy(pixels).to(self.device)))
                scores.append(output.double().cpu().numpy().reshape(-1, 2))
        return np.concatenate(scores)

    def save(self) -> None:
        """Write the checkpoint and the record; a crash in between leaves the old ones whole."""
        state = {
            "recipe": asdict(self.recipe),
            "data_sha256": self.data_sha256,
            "step": self.step,
            "seconds": self.seconds,
            "history": [asdict(entry) for entry in self.history],
            "net": self.net.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
        }
        partial = self.folder / f"{CHECKPOINT}.partial"
        torch.save(state, partial)
        partial.replace(self.folder / CHECKPOINT)

    def record(self, **more: Any) -> dict[str, Any]:
        """What anyone needs to repeat the run, written to `record.json` and returned."""
        record = {
            "recipe": asdict(self.recipe),
            "pairs_seen": self.pairs_seen,
            "seconds": round(self.seconds, 1),
            "device": str(self.device),
            "torch": torch.__version__,
            "data_sha256": self.data_sha256,
            "pictures": {"train": len(self.train), "val": len(self.val)},
            "history": [asdict(entry) for entry in self.history],
            **more,
        }
        (self.folder / RECORD).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
        return record

    def _batches(self, workers: int) -> Iterator[Tensor]:
        """(batch, 2, size, size, 3) uint8 for every step that is left."""
        recipe = self.recipe
        source = PairSource(self.train, size=recipe.size, margin=recipe.margin, seed=recipe.seed)
        numbers = range(self.pairs_seen, recipe.steps * recipe.batch)
        loader: DataLoader[Any] = DataLoader(
            source,
            batch_size=recipe.batch,
            sampler=numbers,
            num_workers=workers,
            worker_init_fn=_one_thread,
            # A forked worker inherits OpenCV's thread pool without its threads, and waits for them for ever.
            multiprocessing_context="spawn" if workers else None,
            prefetch_factor=4 if workers else None,
        )
        return iter(loader)

    def learn(self, pixels: Tensor) -> float:
        """One optimiser step on (batch, 2, size, size, 3) uint8 pairs; returns the loss."""
        self.net.train()
        scores = self.net(as_input(pixels)).reshape(-1, 2)
        wanted = torch.tensor([0.0, 1.0], device=scores.device).expand_as(scores)
        loss = functional.binary_cross_entropy_with_logits(scores, wanted)
        loss = loss + self.recipe.ranking * functional.softplus(scores[:, 0] - scores[:, 1]).mean()
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 5.0)
        self.optimizer.step()
        self.schedule.step()
        self.step += 1
        return float(loss.detach())

    def _resume(self) -> None:
        path = self.folder / CHECKPOINT
        try:
            state = torch.load(path, map_location=self.device, weights_only=True)
        except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
            raise ModelError(f"{path} cannot be read: name another folder, or delete it.") from error
        mine, theirs = asdict(self.recipe), dict(state["recipe"])
        if state["step"] <= (1 - DESCENT) * min(self.recipe.steps, theirs["pairs"] // theirs["batch"]):
            theirs["pairs"] = mine["pairs"]  # still on the part that does not depend on the length
        if theirs != mine or state["data_sha256"] != self.data_sha256:
            raise ModelError(
                f"{self.folder} holds a run of another recipe or other data: name another folder."
            )
        self.net.load_state_dict(state["net"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        self.step, self.seconds = state["step"], state["seconds"]
        self.history = [Progress(**entry) for entry in state["history"]]


def smoke_recipe() -> Recipe:
    """A run of seconds that exercises everything and learns just enough to be calibrated."""
    return Recipe(pairs=480, batch=8, size=64)


def as_input(pixels: Tensor) -> Tensor:
    """(…, size, size, 3) uint8 -> (N, 3, size, size) float32 in 0-1, channels last in memory: faster."""
    return pixels.reshape(-1, *pixels.shape[-3:]).permute(0, 3, 1, 2).float().div(255)


def learning_rate(step: int, steps: int) -> float:
    """Share of the peak rate at a step.

    Until the way down begins it does not depend on the length of the run, so a
    run may be made longer or shorter up to there without changing its result.
    """
    return min(1.0, (step + 1) / 200, (steps - step) / (DESCENT * steps))


def _one_thread(_worker: int) -> None:
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
