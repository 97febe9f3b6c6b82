"""Scores of held-out people, real and faked, at every quality that a gate is chosen from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, cast

import numpy as np

from veritile.frame.crop import crop_face
from veritile.frame.model import Model
from veritile.frame.quality import Gate, Quality, measure
from veritile.train.blend import self_blend
from veritile.train.called import show
from veritile.train.faces import FaceSet
from veritile.train.livepairs import LivePairs
from veritile.train.swap import Donor, simulate_swap
from veritile.train.tiles import Box, Image, Tile

GOOD_PX: Final = 100.0
"""Long side of the face while another measure is varied: as large as all held-out pictures have it."""
SIZES: Final = (24.0, 32.0, 40.0, 48.0, 64.0, 80.0, 96.0, 120.0, 142.0)
"""Edges: a face is shown once between each two of which it is larger."""
CALL_PX: Final = 200.0
"""Long side of the largest faces in calls."""
BLURS: Final = (0.0, 0.005, 0.01, 0.015, 0.02, 0.03, 0.04)
LIGHTS: Final = (1.0, 0.6, 0.4, 0.25, 0.15, 0.1, 0.06)
CODINGS: Final = (90, 80, 65, 50, 35, 20)


@dataclass(frozen=True, slots=True)
class Sample:
    """A real picture and its fake, as the camera took them."""

    real: Image
    fake: Image | None
    """None for a photograph when there are live swaps: they are what the scores are for."""
    box: Box
    """Of the face in both, pixels."""
    person: int
    """What a bootstrap draws as a whole: a photograph, or a clip."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One pair at one level of one measure."""

    measure: str
    """What was varied: `face_px`, `sharpness`, `light` or `coding`."""
    value: float
    """Of it, in its own unit; sharpness and light as the host measures them on the real picture."""
    person: int
    real: float
    """Calibrated log-odds of fake, of the real picture,"""
    fake: float | None
    """and of the fake, if there is one."""


def samples(faces: FaceSet, live: LivePairs | None, pairs: int, seed: int) -> Iterator[Sample]:
    """Photographs, by turns self-blended and given another's face; or real ones alone, then live swaps."""
    order = np.random.default_rng((seed, 0)).permutation(len(faces))[:pairs]
    for number, index in enumerate(order.tolist()):
        rng = np.random.default_rng((seed, 1, index))
        picture, image = faces.pictures[index], faces.read(index)
        (height, width), side = image.shape[:2], picture.face_px
        box = (width / 2 - side / 2, height / 2 - side / 2, side, side)
        if live is not None:
            yield Sample(image, None, box, number)
            continue
        if number % 2:
            at = int(rng.integers(len(faces)))
            donor = Donor(faces.read(at), np.asarray(faces.pictures[at].landmarks))
            pair = simulate_swap(image, picture.landmarks, donor, rng)
        else:
            pair = self_blend(image, picture.landmarks, rng)
        yield Sample(pair.real, pair.fake, box, number)
    if live is not None:
        rng = np.random.default_rng((seed, 2))
        for _ in range(pairs):
            chosen = live.draw(rng)
            real, fake = live.read(chosen)
            yield Sample(real, fake, chosen.box, len(order) + live.clips.index(chosen.clip))


def count(faces: FaceSet, live: LivePairs | None, pairs: int) -> int:
    """How many `samples` gives."""
    return min(pairs, len(faces)) + (0 if live is None else pairs)


def called(faces: FaceSet, seed: int) -> list[Quality]:
    """How good the faces of the people are as calls show them: one each, of every size that is judged."""
    sizes = (Gate().face_px, CALL_PX)
    drawn = (
        show(faces, index, sizes, np.random.default_rng((seed, 4, index))) for index in range(len(faces))
    )
    return [measure(*shown) for shown in drawn if shown is not None]


def score(model: Model, sample: Sample, *, seed: int) -> Iterator[Scored]:
    """A pair at every level of every measure, the others being good; `seed` is of the noise."""
    info = model.info
    native_px = max(sample.box[2:])
    for name, tile, value in _levels(native_px, np.random.default_rng((seed, 3))):
        halves = [half for half in (sample.real, sample.fake) if half is not None]
        shown = [tile.show(half, sample.box, seed=seed) for half in halves]
        crops = [crop_face(half, box, margin=info.crop_margin, size=info.input_size) for half, box in shown]
        real, fake = (*(model.log_odds(crop) for crop in crops), None)[:2]
        measured = float(getattr(measure(*shown[0]), name)) if value is None else value
        yield Scored(name, measured, sample.person, cast(float, real), fake)


def _levels(native_px: float, rng: np.random.Generator) -> Iterator[tuple[str, Tile, float | None]]:
    """What is varied, the tile, and the value where it is known beforehand.

    Blur and light are drawn around their levels, so that what is measured fills its bins.
    """
    for least, below in pairwise(SIZES):
        size = float(rng.uniform(least, below))
        if size <= native_px:
            yield "face_px", Tile(size), size
    for blur in BLURS:
        yield "sharpness", Tile(GOOD_PX, blur=blur * float(rng.uniform(0.75, 1.25))), None
    for light in LIGHTS:
        yield "light", Tile(GOOD_PX, light=light * float(rng.uniform(0.75, 1.0))), None
    for coding in CODINGS:
        yield "coding", Tile(GOOD_PX, coding=coding), float(coding)
