"""Endless training pairs: a real face and its pseudo-fake, degraded alike and cut as the live path cuts."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from veritile.frame.crop import crop_face
from veritile.train.blend import self_blend
from veritile.train.degrade import Degradation
from veritile.train.faces import FaceSet


class PairSource:
    """Pair number n, for any n: the same seed and number always give the same pixels.

    So a run that was interrupted goes on with the very pairs it would have
    seen, and workers share nothing.
    """

    def __init__(self, faces: FaceSet, *, size: int, margin: float, seed: int, jitter: bool = True) -> None:
        """Pairs of `size` x `size` pixels.

        Args:
            faces: the real pictures.
            size: side of the network's input in pixels.
            margin: side of the crop / long side of the face box.
            seed: of the order of the pictures and of all chance.
            jitter: vary the crop as a face detector's box varies; off for measuring.
        """
        self.faces = faces
        self.size = size
        self.margin = margin
        self.seed = seed
        self.jitter = jitter

    def __getitem__(self, number: int) -> NDArray[np.uint8]:
        """(2, size, size, 3) uint8 RGB: the real face, then its pseudo-fake."""
        epoch, place = divmod(number, len(self.faces))
        index = int(np.random.default_rng((self.seed, epoch)).permutation(len(self.faces))[place])
        rng = np.random.default_rng((self.seed, epoch, index, 1))
        picture, image = self.faces.pictures[index], self.faces.read(index)
        pair = self_blend(image, picture.landmarks, rng)
        degradation = Degradation.draw(rng, face_px=picture.face_px)
        side = picture.face_px
        margin, shift = self.margin, np.zeros(2)
        if self.jitter:
            margin *= rng.uniform(0.9, 1.15)
            shift = rng.uniform(-0.04, 0.04, 2) * side
        tiles = [degradation.apply(half) for half in (pair.real, pair.fake)]
        height, width = tiles[0].shape[:2]
        ratio = width / image.shape[1]
        x, y = width / 2 + shift[0] * ratio, height / 2 + shift[1] * ratio
        box = (x - side * ratio / 2, y - side * ratio / 2, side * ratio, side * ratio)
        return np.stack([crop_face(tile, box, margin=margin, size=self.size) for tile in tiles])
