"""From pictures of real faces to their generated versions: train the generators, then let each make all.

Every version is a little different: the features are bent to other proportions,
the code is mixed with another person's, rounded to a few levels or disturbed, so
that the identity moves as it does in a swap and no two faces share one trace.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from veritile.train.faces import FaceSet, file_digest
from veritile.train.generator.align import align
from veritile.train.generator.cache import FamilyStore, GeneratedFaces
from veritile.train.generator.fit import (
    CHECKPOINT,
    GeneratorRecipe,
    GeneratorRun,
    as_pictures,
    read_checkpoint,
    shrink,
)
from veritile.train.generator.nets import FAMILIES, RESOLVED, Generators

Image = NDArray[np.uint8]
_BATCH: Final = 32


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a stage has come: the stage is `training`, or the name of a family that makes pictures."""

    stage: str
    done: int
    total: int
    """In pictures."""
    error: float | None = None
    """While training: mean absolute error of the last step, 0-1."""


Report = Callable[[Progress], None]


@dataclass(frozen=True, slots=True)
class Version:
    """What is done to one face on its way through a generator."""

    bend: NDArray[np.float32]
    """(2, nodes, nodes): shifts of the features in pixels, sideways and down, on a coarse grid."""
    shrinking: float
    """Factor by which the super-resolver's view is smaller."""
    mixing: float
    """Share of another person's code, 0-0.15: more would show two faces at once."""
    levels: int
    """Levels a side of zero that the code is rounded to; 0 leaves it as it is."""
    noise: float
    """Amplitude of the code's disturbance; the code reaches from -1 to 1."""
    seed: int
    """Of the disturbance."""

    @classmethod
    def draw(cls, rng: np.random.Generator, side: int) -> Version:
        """Draw for a square of `side` pixels."""
        nodes = int(rng.integers(4, 7))
        amplitude = rng.choice((0.0, 1.0), p=(0.25, 0.75)) * rng.uniform(0.0, 0.03) * side
        return cls(
            bend=(amplitude * rng.uniform(-1, 1, (2, nodes, nodes))).astype(np.float32),
            shrinking=float(rng.uniform(2.0, 3.5)),
            mixing=float(rng.choice((0.0, 1.0), p=(0.6, 0.4)) * rng.uniform(0.05, 0.15)),
            levels=int(rng.choice((0, 3, 4, 6))),
            noise=float(rng.choice((0.0, 1.0)) * rng.uniform(0.0, 0.15)),
            seed=int(rng.integers(2**31)),
        )

    def bent(self, square: Image) -> Image:
        """The features moved; the rim stays, so that the outline still meets its surroundings."""
        side = square.shape[0]
        window = np.outer(np.hanning(side), np.hanning(side)).astype(np.float32)
        dx, dy = (
            cv2.resize(field, (side, side), interpolation=cv2.INTER_CUBIC) * window for field in self.bend
        )
        ys, xs = np.indices((side, side), dtype=np.float32)
        moved = cv2.remap(square, xs + dx, ys + dy, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
        return np.asarray(moved, dtype=np.uint8)

    def changed(self, code: Tensor, other: Tensor) -> Tensor:
        """A face's code (channels, s, s), mixed with another's, rounded and disturbed."""
        code = torch.lerp(code, other, self.mixing)
        if self.levels:
            code = (code * self.levels).round() / self.levels
        noise = np.random.default_rng(self.seed).uniform(-1, 1, tuple(code.shape)).astype(np.float32)
        return code + self.noise * torch.from_numpy(noise).to(code.device)


def prepare(
    data: Path, folder: Path, recipe: GeneratorRecipe, *, device: str = "cpu", report: Report
) -> GeneratedFaces:
    """Train the generators on the split `train` of `data` and let them make both splits' faces.

    What `folder` already holds of this is kept, so the same call continues an interrupted one, and
    costs seconds when all is there.

    Raises:
        FileUnreadableError, CorruptImageError: `data` cannot be used.
        ModelError: `folder` holds generators of another recipe or other data, or damaged ones.
    """
    train, val = FaceSet(data, "train"), FaceSet(data, "val")
    run = GeneratorRun(folder, recipe, train, device=device)
    run.go(
        save_every=200,
        on_step=lambda seen, error: report(Progress("training", seen, recipe.steps * recipe.batch, error)),
    )
    return make_generated([train, val], folder / CHECKPOINT, folder, device=device, report=report)


def make_generated(
    sets: Sequence[FaceSet], weights: Path, out: Path, *, seed: int = 1, device: str = "cpu", report: Report
) -> GeneratedFaces:
    """Write `<family>.zip` for every family into `out`: a generated square of every picture of `sets`.

    An interrupted call is continued by the next; what other weights, data or seeds made is replaced.

    Args:
        sets: pictures of one folder.
        weights: what `GeneratorRun` saved.
        out: the folder.
        seed: of the versions.
        device: as PyTorch names it.
        report: told after every batch.

    Raises:
        ModelError: the weights cannot be read.
        ImageError: a picture cannot be read.
    """
    state = read_checkpoint(weights, device)
    nets = Generators().to(device).eval()
    nets.load_state_dict(state["nets"])
    origin = json.dumps(
        {"weights": file_digest(weights), "seed": seed, "data": [faces.digests() for faces in sets]}
    )
    for family in FAMILIES:
        _make_family(
            nets, family, sets, out, side=state["recipe"]["side"], seed=seed, origin=origin, report=report
        )
    return GeneratedFaces(out)


def generate(
    nets: Generators, squares: Image, others: Image, versions: Sequence[Version], family: str
) -> Image:
    """What a family makes of faces.

    Args:
        nets: in evaluation mode.
        squares: (N, S, S, 3) uint8 RGB, canonical.
        others: the same of the people to mix with, looked at where a version mixes.
        versions: N.
        family: one of `nets.FAMILIES`.

    Returns:
        (N, S, S, 3) uint8 RGB.
    """
    device = next(nets.parameters()).device
    bent = np.stack([version.bent(square) for version, square in zip(versions, squares, strict=True)])
    pictures = as_pictures(bent, device)
    with torch.inference_mode():
        if family == RESOLVED:
            small = [shrink(p[None], v.shrinking) for p, v in zip(pictures, versions, strict=True)]
            made = nets.resolve(torch.cat(small))
        else:
            codes = nets.encode(pictures)
            mixed = [number for number, version in enumerate(versions) if version.mixing]
            theirs = codes.clone()
            if mixed:
                theirs[mixed] = nets.encode(as_pictures(others[mixed], device))
            changed = [v.changed(c, t) for v, c, t in zip(versions, codes, theirs, strict=True)]
            made = nets.decode(torch.stack(changed), family)
        pixels = (made.clamp(0, 1) * 255 + 0.5).to(torch.uint8).permute(0, 2, 3, 1)
    return np.asarray(pixels.cpu().numpy(), dtype=np.uint8)


def _make_family(
    nets: Generators,
    family: str,
    sets: Sequence[FaceSet],
    out: Path,
    *,
    side: int,
    seed: int,
    origin: str,
    report: Report,
) -> None:
    """Make what is missing of one family, in parts that survive an interruption, and join them."""
    total, done = sum(len(faces) for faces in sets), 0
    store = FamilyStore(out, family, origin)
    if store.complete:
        report(Progress(family, total, total))
        return
    for number, faces in enumerate(sets):
        for start in range(0, len(faces), _BATCH):
            chosen = range(start, min(start + _BATCH, len(faces)))
            if not store.has(number, start):
                made = _make(nets, family, faces, chosen, side, (seed, number, FAMILIES.index(family)))
                names = [faces.pictures[index].file for index in chosen]
                store.add(number, start, zip(names, made, strict=True))
            done += len(chosen)
            report(Progress(family, done, total))
    store.finish()


def _make(
    nets: Generators, family: str, faces: FaceSet, chosen: range, side: int, seed: tuple[int, ...]
) -> Image:
    """The generated squares of some pictures of a set; a picture's do not depend on which others."""
    squares, others, versions = [], [], []
    for index in chosen:
        rng = np.random.default_rng((*seed, index))
        version = Version.draw(rng, side)
        squares.append(align(faces.read(index), faces.pictures[index].landmarks, side))
        others.append(squares[-1])
        if version.mixing and family != RESOLVED:
            partner = _partner(faces, index, rng)
            others[-1] = align(faces.read(partner), faces.pictures[partner].landmarks, side)
        versions.append(version)
    return generate(nets, np.stack(squares), np.stack(others), versions, family)


def _partner(faces: FaceSet, index: int, rng: np.random.Generator) -> int:
    """Another picture of the same source: one camera and framing, so that the codes can be mixed."""
    source = faces.pictures[index].source
    while True:
        partner = int(rng.integers(len(faces)))
        if faces.pictures[partner].source == source:
            return partner
