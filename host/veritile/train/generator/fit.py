"""Training the generators on real faces: the same call starts, continues and ends a run."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from veritile.errors import ModelError
from veritile.train.faces import FaceSet
from veritile.train.generator.align import SIDE, align
from veritile.train.generator.nets import AUTOENCODED, RESOLVED, Critic, Generators

CHECKPOINT: Final = "generators.pt"
_SCALES: Final = (1, 2, 4)


@dataclass(frozen=True, slots=True)
class GeneratorRecipe:
    """Everything that decides which generators come out, besides the data and the libraries' versions."""

    faces: int = 60_000
    """Pictures seen in all, by one generator each."""
    batch: int = 16
    side: int = SIDE
    """Of the squares, in pixels: a multiple of 8."""
    learning_rate: float = 1e-3
    """Reached in 100 steps and brought down along a cosine."""
    adversarial: float = 0.01
    """Weight of the critic's opinion, beside a mean absolute error of about 0.04."""
    smooth: float = 0.5
    """Share of the steps before the critic has a say: first the face, then its crispness."""
    seed: int = 1

    @property
    def steps(self) -> int:
        """Optimiser steps of the whole run."""
        return max(1, self.faces // self.batch)


class GeneratorRun:
    """A run in its folder: `generators.pt`, to go on from and to generate with."""

    def __init__(self, folder: Path, recipe: GeneratorRecipe, faces: FaceSet, *, device: str = "cpu") -> None:
        """Start a run on the pictures of `faces`, or pick up the one in `folder`.

        Raises:
            ModelError: the folder holds a run of another recipe or other data, or a damaged one.
        """
        self.folder, self.recipe, self.faces, self.device = folder, recipe, faces, torch.device(device)
        self.data_sha256 = faces.digests()
        torch.manual_seed(recipe.seed)
        self.nets, self.critic = Generators().to(self.device), Critic().to(self.device)
        self.optimizer = torch.optim.Adam(self.nets.parameters(), lr=recipe.learning_rate, betas=(0.9, 0.99))
        self.critic_optimizer = torch.optim.Adam(self.critic.parameters(), lr=4e-4, betas=(0.5, 0.99))
        self.step = 0
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / CHECKPOINT).is_file():
            self._resume()

    def go(self, *, save_every: int, on_step: Callable[[int, float], None]) -> None:
        """Train to the end of the recipe, saving every `save_every` steps.

        `on_step` is told the pictures seen and the mean absolute error (0-1) after every step. All
        aligned faces are held in memory: 48 KiB each at 128 pixels.
        """
        if self.step == self.recipe.steps:
            return
        squares = aligned(self.faces, self.recipe.side)
        while self.step < self.recipe.steps:
            error = self.learn(squares)
            on_step(self.step * self.recipe.batch, error)
            if self.step % save_every == 0 or self.step == self.recipe.steps:
                self.save()

    def learn(self, squares: NDArray[np.uint8]) -> float:
        """One step of one generator on (N, side, side, 3) uint8 squares to choose from; returns its error."""
        recipe = self.recipe
        rng = np.random.default_rng((recipe.seed, self.step))
        chosen = squares[rng.integers(len(squares), size=recipe.batch)]
        flipped = rng.random(recipe.batch) < 0.5
        chosen[flipped] = chosen[flipped, :, ::-1]
        real = as_pictures(chosen, self.device)
        rate = recipe.learning_rate * learning_rate(self.step, recipe.steps)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        made = self._generate(real, rng)
        error = functional.l1_loss(made, real)
        loss = likeness_loss(made, real)
        if self.step >= recipe.smooth * recipe.steps:
            self._teach_critic(made.detach(), real)
            loss = loss - recipe.adversarial * self.critic(made).mean()
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.nets.parameters(), 1.0)
        self.optimizer.step()
        self.step += 1
        return float(error.detach())

    def save(self) -> None:
        """Write the checkpoint; a crash in between leaves the old one whole."""
        state = {
            "recipe": asdict(self.recipe),
            "data_sha256": self.data_sha256,
            "step": self.step,
            "nets": self.nets.state_dict(),
            "critic": self.critic.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "critic_optimizer": self.critic_optimizer.state_dict(),
        }
        part = self.folder / f"{CHECKPOINT}.part"
        torch.save(state, part)
        part.replace(self.folder / CHECKPOINT)

    def _generate(self, real: Tensor, rng: np.random.Generator) -> Tensor:
        """What the generator whose turn it is makes of the pictures: the super-resolver learns fastest."""
        family = (*AUTOENCODED, *AUTOENCODED, RESOLVED)[self.step % 5]
        if family == RESOLVED:
            return self.nets.resolve(shrink(real, rng.uniform(2.0, 4.0)))
        code = self.nets.encode(real)
        # Noise makes a code that other codes lie near: it may then be rounded, or mixed with another's.
        noise = torch.from_numpy(rng.uniform(-1, 1, code.shape).astype(np.float32)).to(self.device)
        return self.nets.decode(code + 0.1 * noise, family)

    def _teach_critic(self, made: Tensor, real: Tensor) -> None:
        loss = functional.relu(1 - self.critic(real)).mean() + functional.relu(1 + self.critic(made)).mean()
        self.critic_optimizer.zero_grad(set_to_none=True)
        loss.backward()
        self.critic_optimizer.step()

    def _resume(self) -> None:
        state = read_checkpoint(self.folder / CHECKPOINT, self.device)
        if state["recipe"] != asdict(self.recipe) or state["data_sha256"] != self.data_sha256:
            raise ModelError(
                f"{self.folder} holds generators of another recipe or other data: name another folder."
            )
        try:
            self.nets.load_state_dict(state["nets"])
            self.critic.load_state_dict(state["critic"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.critic_optimizer.load_state_dict(state["critic_optimizer"])
            self.step = state["step"]
        except (RuntimeError, KeyError, ValueError) as error:
            raise ModelError(
                f"{self.folder} holds generators of another version of Veritile: name another folder, or "
                "delete it."
            ) from error


def read_checkpoint(path: Path, device: torch.device | str = "cpu") -> dict:
    """What `GeneratorRun.save` wrote.

    Raises:
        ModelError: it is absent or damaged.
    """
    try:
        state: dict = torch.load(path, map_location=device, weights_only=True)
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise ModelError(f"{path} cannot be read: name another folder, or delete it.") from error
    return state


def aligned(faces: FaceSet, side: int) -> NDArray[np.uint8]:
    """Every picture of the set as a canonical square: (N, side, side, 3) uint8."""
    squares = np.empty((len(faces), side, side, 3), np.uint8)
    for index, picture in enumerate(faces.pictures):
        squares[index] = align(faces.read(index), picture.landmarks, side)
    return squares


def as_pictures(squares: NDArray[np.uint8], device: torch.device | str = "cpu") -> Tensor:
    """(N, S, S, 3) uint8 -> (N, 3, S, S) float32 in 0-1, channels last in memory: faster."""
    return torch.from_numpy(np.ascontiguousarray(squares)).to(device).permute(0, 3, 1, 2).float().div(255)


def shrink(pictures: Tensor, factor: float) -> Tensor:
    """(N, 3, S, S) -> (N, 3, S/2, S/2), holding no more detail than S/`factor` pixels a side would."""
    side = pictures.shape[-1]
    small = functional.interpolate(
        pictures, size=max(1, round(side / factor)), mode="bilinear", antialias=True, align_corners=False
    )
    return functional.interpolate(small, size=side // 2, mode="bicubic", align_corners=False)


def likeness_loss(made: Tensor, real: Tensor) -> Tensor:
    """Mean absolute error at three scales, and of the differences between neighbouring pixels."""
    loss = made.new_zeros(())
    for scale in _SCALES:
        small = [functional.avg_pool2d(x, scale) if scale > 1 else x for x in (made, real)]
        loss = loss + functional.l1_loss(*small)
    for axis in (-1, -2):
        loss = loss + functional.l1_loss(made.diff(dim=axis), real.diff(dim=axis))
    return loss


def learning_rate(step: int, steps: int) -> float:
    """Share of the peak rate at a step."""
    return min(1.0, (step + 1) / 100) * 0.5 * (1 + float(np.cos(np.pi * step / steps)))
