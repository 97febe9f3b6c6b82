"""A live swap of the scripted head: a layer over its face, which fails as such layers do.

The layer is a face seen from the front, laid over the five points that the detector finds. So it lags
behind a head that turns, comes out from behind a hand, keeps its own light, is softer
than the camera, trembles, and is gone where no face is found. How well it is matched is drawn at random.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.data import astronaut

import pictures
from veritile.frame.faces import FaceDetector

_HALF = (0.78, 1.22)
"""Half width and half height of the layer, in distances from the eyes to the mouth."""
_DOWN = 0.42
"""Its middle below the eyes, the same unit."""


@dataclass(frozen=True)
class Swap:
    """How well somebody else's face is laid over the head's."""

    detector: FaceDetector
    random: np.random.Generator
    tint: tuple[float, float, float]
    """Red, green, blue: what the match of colours leaves."""
    soft: float
    """Standard deviation of its blur, pixels of a face of 150."""
    feather: float
    """Width of the fading, distances from the eyes to the mouth."""
    tremble: float
    """Standard deviation of its place, the same unit."""
    matched: float
    """How far it takes over the light of the head's face, 0-1."""

    @classmethod
    def drawn(cls, detector: FaceDetector, random: np.random.Generator) -> Swap:
        """One of many, from one that is hardly seen to one that is seen at once."""
        tint = 1 + random.normal(0, 0.04, 3)
        return cls(
            detector,
            random,
            tint=(tint[0], tint[1], tint[2]),
            soft=random.uniform(0.5, 2.0),
            feather=random.uniform(0.05, 0.3),
            tremble=random.uniform(0.0, 0.03),
            matched=random.uniform(0.5, 1.0),
        )

    def __call__(self, picture: pictures.Picture) -> pictures.Picture:
        """Lay the face over the largest one in a picture; a picture without one stays as it is."""
        faces = self.detector.detect(picture)
        if not faces:
            return picture
        layer, mask, points = _layer(self.feather)
        target = np.array(faces[0].landmarks)
        unit = float(np.hypot(*(target[3:].mean(0) - target[:2].mean(0))))
        target = target + self.random.normal(0, self.tremble * unit, 2)
        place, _ = cv2.estimateAffinePartial2D(points, target, method=cv2.LMEDS)
        if place is None:
            return picture
        size = (picture.shape[1], picture.shape[0])
        over = cv2.warpAffine(layer, place, size, flags=cv2.INTER_AREA).astype(np.float32)
        alpha = cv2.warpAffine(mask, place, size)[..., None]
        over = cv2.GaussianBlur(over, (0, 0), max(0.3, self.soft * faces[0].size / 150))
        light, own = (float((image * alpha).sum() / max(1.0, 3 * alpha.sum())) for image in (picture, over))
        over *= np.array(self.tint, np.float32) * (1 + self.matched * (light / max(1.0, own) - 1))
        return np.clip(picture * (1 - alpha) + over * alpha, 0, 255).astype(np.uint8)


@cache
def _layer(feather: float) -> tuple[NDArray[np.uint8], NDArray[np.float32], NDArray[np.float64]]:
    """The face from the front, where it is laid (0-1), and its five points."""
    photo = np.ascontiguousarray(astronaut()[:260, 90:360])
    points = np.array(FaceDetector().detect(photo)[0].landmarks)
    eyes, mouth = points[:2].mean(0), points[3:].mean(0)
    unit = float(np.hypot(*(mouth - eyes)))
    rows, columns = np.mgrid[: photo.shape[0], : photo.shape[1]]
    x, y = (columns - eyes[0]) / unit, (rows - eyes[1]) / unit - _DOWN
    beyond = np.hypot(x / _HALF[0], y / _HALF[1]) - 1
    mask = np.clip(0.5 - beyond * min(_HALF) / feather, 0, 1).astype(np.float32)
    return photo, mask, points
