"""Training that goes on from shipped weights, on a prepared set: stop it, start it again, on CPU or GPU.

Batch normalisation keeps the statistics that it came with. Those of a few people's pictures
would be worse, and weights read back from an ONNX file have theirs folded away.
"""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader

from veritile.errors import FileUnreadableError, ModelError
from veritile.train.figures import auc
from veritile.train.heldout import as_input
from veritile.train.own.cut import MARGIN
from veritile.train.own.examples import Examples
from veritile.train.own.interrupt import Interrupt, ignore_interrupts
from veritile.train.own.recipe import Measurement, Recipe, learning_rate
from veritile.train.own.scoring import score
from veritile.train.own.split import TRAIN, VAL
from veritile.train.own.table import OwnSet, replacing
from veritile.train.own.weights import Start

CHECKPOINT: Final = "checkpoint.pt"


class FineTune:
    """A run in its folder: `checkpoint.pt` holds where it stands and the best weights so far."""

    def __init__(
        self, folder: Path, recipe: Recipe, own: OwnSet, start: Start, *, device: str = "cpu"
    ) -> None:
        """Start a run, or pick up the one in `folder`.

        Raises:
            ModelError: the folder holds a run of another recipe, start or set, or a damaged one; or the
                model sees more around a face than a prepared set holds.
        """
        if start.info.crop_margin > MARGIN:
            raise ModelError(
                f"{start.info.name} looks at {start.info.crop_margin} x the face and a prepared set holds "
                f"{MARGIN} x: start from another model."
            )
        self.folder, self.recipe, self.own, self.device = folder, recipe, own, torch.device(device)
        self.size, self.margin = start.info.input_size, start.info.crop_margin
        self.start = {"name": start.info.name, "version": start.info.version, "sha256": start.info.sha256}
        self.architecture, self.start_file = start.architecture, start.file
        self.gate = asdict(start.info.gate)
        self.data_sha256 = own.digests()
        self.net = start.net.to(self.device, memory_format=torch.channels_last)
        self.optimizer = torch.optim.AdamW(_groups(self.net, recipe.weight_decay), lr=recipe.learning_rate)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(
            self.optimizer, lambda step: learning_rate(step, recipe.steps)
        )
        self.step = 0
        self.seconds = 0.0
        self.history: list[Measurement] = []
        self.best: dict[str, Tensor] = {}
        if (folder / CHECKPOINT).is_file():
            self._resume()

    @property
    def examples_seen(self) -> int:
        """Examples that the weights have learnt from so far."""
        return self.step * self.recipe.batch

    @property
    def best_measurement(self) -> Measurement:
        """That of the weights which are exported."""
        return max(self.history, key=lambda at: at.rank)

    @property
    def finished(self) -> bool:
        """Whether the examples are used up, or nothing has improved for long enough."""
        if not self.history:
            return False
        since = len(self.history) - 1 - self.history.index(self.best_measurement)
        return self.step >= self.recipe.steps or since >= self.recipe.patience

    def go(
        self,
        *,
        workers: int,
        interrupt: Interrupt,
        on_step: Callable[[int, float], None],
        on_measurement: Callable[[Measurement], None],
    ) -> None:
        """Train until `finished`, or until `interrupt` is asked for; then it is saved as it stands.

        Args:
            workers: processes that prepare pictures; 0 to do it in this one.
            interrupt: looked at between two steps.
            on_step: told the examples seen and the loss after every step.
            on_measurement: told every measurement, the one before the first step too.
        """
        if not self.history:
            on_measurement(self._measure(None))
        every = max(1, self.recipe.measure_every // self.recipe.batch)
        losses: list[float] = []
        since = time.monotonic()
        for pixels, fake in self._batches(workers) if not self.finished else ():
            if interrupt.asked:
                break
            losses.append(self.learn(pixels, fake))
            on_step(self.examples_seen, losses[-1])
            if self.step % every == 0 or self.step == self.recipe.steps:
                self.seconds += time.monotonic() - since
                on_measurement(self._measure(float(np.mean(losses))))
                losses.clear()
                since = time.monotonic()
                if self.finished:
                    break
        if losses:
            self.seconds += time.monotonic() - since
            self.save()

    def learn(self, pixels: Tensor, fake: Tensor) -> float:
        """One optimiser step on (batch, size, size, 3) uint8 and (batch,) 0 or 1; returns the loss."""
        self.net.train()
        for module in self.net.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.eval()
        # A network's own chance (dropout) depends on seed and step alone, so that a resumed run repeats it.
        torch.manual_seed(self.recipe.seed * 1_000_003 + self.step)
        scores = self.net(as_input(pixels.to(self.device, non_blocking=True)))
        loss = functional.binary_cross_entropy_with_logits(scores, fake.to(scores))
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 5.0)
        self.optimizer.step()
        self.schedule.step()
        self.step += 1
        return float(loss.detach())

    def save(self) -> None:
        """Write the checkpoint; a crash in between leaves the old one whole."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with replacing(self.folder / CHECKPOINT) as partial:
            torch.save(
                {
                    **self._identity(),
                    "set": str(self.own.folder.resolve()),
                    "start_file": str(self.start_file.resolve()),
                    "size": self.size,
                    "margin": self.margin,
                    "gate": self.gate,
                    "step": self.step,
                    "seconds": self.seconds,
                    "history": [asdict(entry) for entry in self.history],
                    "net": self.net.state_dict(),
                    "best": self.best,
                    "optimizer": self.optimizer.state_dict(),
                    "schedule": self.schedule.state_dict(),
                },
                partial,
            )

    def _measure(self, loss: float | None) -> Measurement:
        scores = score(self.net, self.own, VAL, size=self.size, margin=self.margin)
        fake = np.array([face.fake for face in self.own.of(VAL)])
        entropy = np.logaddexp(0, np.where(fake, -scores, scores))
        at = Measurement(
            examples=self.examples_seen,
            seconds=round(self.seconds, 1),
            loss=loss,
            held_out_loss=float((entropy[fake].mean() + entropy[~fake].mean()) / 2),
            held_out_auc=auc(scores, fake),
        )
        self.history.append(at)
        if self.best_measurement is at:
            self.best = {key: value.detach().cpu().clone() for key, value in self.net.state_dict().items()}
        self.save()
        return at

    def _batches(self, workers: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Pixels and classes for every step that is left."""
        recipe = self.recipe
        examples = Examples(
            self.own,
            self.own.of(TRAIN),
            size=self.size,
            margin=self.margin,
            seed=recipe.seed,
            blended=recipe.blended,
        )
        loader: DataLoader[Any] = DataLoader(
            examples,  # type: ignore[arg-type,unused-ignore]
            batch_size=recipe.batch,
            sampler=range(self.examples_seen, recipe.steps * recipe.batch),
            num_workers=workers,
            worker_init_fn=_worker,
            # A forked worker inherits OpenCV's thread pool without its threads, and waits for them for ever.
            multiprocessing_context="spawn" if workers else None,
            prefetch_factor=4 if workers else None,
        )
        return iter(loader)

    def _identity(self) -> dict[str, Any]:
        return {
            "recipe": asdict(self.recipe),
            "start": self.start,
            "architecture": self.architecture,
            "data_sha256": self.data_sha256,
        }

    def _resume(self) -> None:
        state = read_checkpoint(self.folder, self.device)
        for key, words in (
            ("recipe", "another recipe"),
            ("start", "another start"),
            ("data_sha256", "another set"),
        ):
            if state[key] != self._identity()[key]:
                raise ModelError(f"{self.folder} holds a run of {words}: name another --out, or delete it.")
        self.net.load_state_dict(state["net"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        self.step, self.seconds, self.best = state["step"], state["seconds"], state["best"]
        self.history = [Measurement(**entry) for entry in state["history"]]


def read_checkpoint(folder: Path, device: torch.device | str = "cpu") -> dict[str, Any]:
    """What `FineTune.save` wrote.

    Raises:
        FileUnreadableError: there is no run in `folder`.
        ModelError: the checkpoint is damaged.
    """
    path = folder / CHECKPOINT
    if not path.is_file():
        raise FileUnreadableError(f"{folder} holds no run: start one with veritile train fit.")
    try:
        state = torch.load(path, map_location=device, weights_only=True)
        if not isinstance(state, dict) or "best" not in state:
            raise KeyError("best")
    except (OSError, RuntimeError, EOFError, KeyError, pickle.UnpicklingError) as error:
        raise ModelError(f"{path} cannot be read: name another folder, or delete it.") from error
    return state


def _groups(net: nn.Module, decay: float) -> Sequence[dict[str, Any]]:
    """Weights of convolutions and dense layers decay; biases and normalisations do not."""
    wide = [p for p in net.parameters() if p.ndim > 1]
    narrow = [p for p in net.parameters() if p.ndim <= 1]
    return [{"params": wide, "weight_decay": decay}, {"params": narrow, "weight_decay": 0.0}]


def _worker(_number: int) -> None:
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    ignore_interrupts()
