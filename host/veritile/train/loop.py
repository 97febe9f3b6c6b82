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
from torch import Tensor
from torch.nn import functional
from torch.utils.data import DataLoader

from veritile.errors import ModelError
from veritile.train.heldout import HeldOut, PairScores, as_input
from veritile.train.learner import Learner
from veritile.train.livepairs import LivePairs
from veritile.train.pairs import PairSource, Sources
from veritile.train.recipe import DESCENT, Data, Recipe

CHECKPOINT: Final = "checkpoint.pt"
RECORD: Final = "record.json"


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands, measured on people whom it was not trained on."""

    pairs: int
    seconds: float
    loss: float
    auc: float
    """Of fakes made from held-out people's photographs."""
    paired: float
    """Share of them that score above their own original."""
    live_auc: float | None
    """Of the frames of held-out clips; None without such clips."""
    live_paired: float | None


class Run(Learner):
    """A run in its folder: `checkpoint.pt` to go on from, `record.json` for people."""

    def __init__(self, folder: Path, recipe: Recipe, data: Data, *, device: str = "cpu") -> None:
        """Start a run, or pick up the one in `folder`.

        Raises:
            ModelError: the folder holds a run of another recipe or other data, or a damaged one; or the
                recipe names a network or a clip that there is not.
            FileUnreadableError, CorruptImageError: the data cannot be read.
        """
        self.folder = folder
        self.held_out = HeldOut(data, recipe)
        live = LivePairs(data.live, recipe.clips or None, held_out=recipe.held_out) if data.live else None
        self.sources = Sources.open(data.faces, "train", generated=data.generated, live=live)
        self.pairs = PairSource(
            self.sources,
            size=recipe.size,
            margin=recipe.margin,
            seed=recipe.seed,
            shares=recipe.shares,
            encoded=recipe.encoded,
        )
        self.data_sha256 = self.sources.digests()
        super().__init__(recipe, torch.device(device), self.steps_of(recipe))
        self.seconds = 0.0
        self.history: list[Progress] = []
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / CHECKPOINT).is_file():
            self._resume()

    @staticmethod
    def steps_of(recipe: Recipe) -> int:
        """Optimiser steps from the beginning to the end of a recipe's run."""
        return recipe.steps

    @property
    def pairs_seen(self) -> int:
        """Pairs that the weights have learnt from so far."""
        return self.step * self.recipe.batch

    def go(self, *, workers: int, measure_every: int, on_step: Callable[[int, float | None], None]) -> None:
        """Train to the end of the recipe, measuring and saving every `measure_every` pairs.

        `on_step` is told the pairs seen and the loss after every step.
        """
        every = max(1, measure_every // self.recipe.batch)
        losses: list[float] = []
        since = time.monotonic()
        for batch in self._batches(workers):
            losses.append(self.learn(batch.to(self.device, non_blocking=True)))
            on_step(self.pairs_seen, losses[-1])
            if self.step % every == 0 or self.step == self.steps:
                self.seconds += time.monotonic() - since
                self.history.append(self.measure(float(np.mean(losses))))
                self.save()
                losses.clear()
                since = time.monotonic()

    def score_clips(self) -> PairScores | None:
        """The held-out clips, as a network sees them that did not learn from them; None without any."""
        return self.held_out.score_clips(self.result)

    def measure(self, loss: float) -> Progress:
        """Where the run stands now."""
        photographs, clips = self.held_out.score_photographs(self.result), self.score_clips()
        return Progress(
            pairs=self.pairs_seen,
            seconds=round(self.seconds, 1),
            loss=loss,
            auc=photographs.auc,
            paired=photographs.paired,
            live_auc=clips.auc if clips else None,
            live_paired=clips.paired if clips else None,
        )

    def save(self) -> None:
        """Write the checkpoint and the record; a crash in between leaves the old ones whole."""
        state = {
            "recipe": asdict(self.recipe),
            "data_sha256": self.data_sha256,
            "step": self.step,
            "seconds": self.seconds,
            "history": [asdict(entry) for entry in self.history],
            "net": self.net.state_dict(),
            "average": self.average.state_dict(),
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
            "pictures": {"train": len(self.sources.faces), "val": len(self.held_out.photographs.faces)},
            "clips": {
                "train": self.sources.live.clips if self.sources.live else [],
                "held_out": self.held_out.clips.clips if self.held_out.clips else [],
            },
            "history": [asdict(entry) for entry in self.history],
            **more,
        }
        (self.folder / RECORD).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
        return record

    def _batches(self, workers: int) -> Iterator[Tensor]:
        """(batch, 2, size, size, 4) uint8 for every step that is left; see `PairSource`."""
        recipe = self.recipe
        numbers = range(self.pairs_seen, recipe.steps * recipe.batch)
        loader: DataLoader[Any] = DataLoader(
            self.pairs,
            batch_size=recipe.batch,
            sampler=numbers,
            num_workers=workers,
            worker_init_fn=one_thread,
            # A forked worker inherits OpenCV's thread pool without its threads, and waits for them for ever.
            multiprocessing_context="spawn" if workers else None,
            prefetch_factor=4 if workers else None,
        )
        return iter(loader)

    def learn(self, pixels: Tensor) -> float:
        """One optimiser step on (batch, 2, size, size, 4) uint8 pairs; returns the loss."""
        self.net.train()
        recipe = self.recipe
        # A network's own chance (dropout) depends on seed and step alone, so that a resumed run repeats it.
        torch.manual_seed(recipe.seed * 1_000_003 + self.step)
        pictures = as_input(pixels)
        maps = None
        with torch.autocast(self.device.type, torch.bfloat16, enabled=recipe.reduced):
            if recipe.mapping and hasattr(self.net, "score_and_map"):
                scores, maps = self.net.score_and_map(pictures)
            else:
                scores = self.net(pictures)
        loss = self.loss(scores)
        if maps is not None:
            changed = pixels[..., 3].reshape(-1, 1, recipe.size, recipe.size).float().div(255)
            changed = functional.adaptive_avg_pool2d(changed, maps.shape[-2:]).squeeze(1)
            loss = loss + recipe.mapping * functional.binary_cross_entropy_with_logits(maps.float(), changed)
        return self.descend(loss)

    def _resume(self) -> None:
        path = self.folder / CHECKPOINT
        try:
            state = torch.load(path, map_location=self.device, weights_only=True)
            theirs, step = dict(state["recipe"]), state["step"]
            length = theirs["pairs"] // theirs["batch"]
        except (OSError, RuntimeError, EOFError, pickle.UnpicklingError, KeyError, TypeError) as error:
            raise ModelError(f"{path} cannot be read: name another folder, or delete it.") from error
        mine = asdict(self.recipe)
        if step <= (1 - DESCENT) * min(self.recipe.steps, length):
            theirs["pairs"] = mine["pairs"]  # still on the part that does not depend on the length
        if theirs != mine or state.get("data_sha256") != self.data_sha256:
            raise ModelError(
                f"{self.folder} holds a run of another recipe or other data: name another folder."
            )
        try:
            self.net.load_state_dict(state["net"])
            self.average.load_state_dict(state["average"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.schedule.load_state_dict(state["schedule"])
            self.step, self.seconds = step, state["seconds"]
            self.history = [Progress(**entry) for entry in state["history"]]
        except (RuntimeError, KeyError, ValueError, TypeError) as error:
            raise ModelError(
                f"{self.folder} holds a run of another version of Veritile: name another folder, or delete "
                "it."
            ) from error


def one_thread(_worker: int) -> None:
    """Keep a worker process to one core."""
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
