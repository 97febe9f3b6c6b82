"""Held-out people as one call would show each of them: one camera, one light, one encoder."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from veritile.train.camera import Camera
from veritile.train.degrade import Degradation, Image
from veritile.train.faces import FaceSet
from veritile.train.livepairs import Box

_ENCODED: Final = 0.4
"""How often a person's pictures go through a call's video encoder."""


def show(
    faces: FaceSet, index: int, sizes: tuple[float, float], rng: np.random.Generator
) -> tuple[Image, Box] | None:
    """A person's photograph as a call's tile, (h, w, 3) uint8 RGB, and the face box in it.

    Args:
        faces: photographs.
        index: which of them.
        sizes: the long side of the face is drawn between these, in pixels; never above the photograph's own.
        rng: the only source of chance.

    Returns:
        None where the photograph's face is smaller than all those sizes.
    """
    picture, least = faces.pictures[index], sizes[0]
    most = min(sizes[1], picture.face_px)
    if most <= least:
        return None
    image = Camera.draw(rng).take(faces.read(index))
    way = Degradation.draw(rng, face_px=picture.face_px, encoded=_ENCODED)
    tile = replace(way, scale=float(rng.uniform(least, most)) / picture.face_px, flip=False).apply(image)
    side = picture.face_px * tile.shape[1] / image.shape[1]
    centre = np.array(tile.shape[1::-1]) / 2
    return tile, (float(centre[0] - side / 2), float(centre[1] - side / 2), side, side)
