"""What changes from frame to frame: smooth wandering, and the swap that does not hold still.

A live swap is made anew for every frame: mask, colour, strength and place follow a face tracker and
a generator that are never quite steady. Here each of them wanders slowly and jitters besides, by
amounts that are drawn once for a sequence; some swaps are nearly steady.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from veritile.train.blend import Image, Mask, face_mask

Floats = NDArray[np.float64]

_WAVES: Final = 3
_HERTZ: Final = (0.05, 0.8)
"""Of the waves that a wandering is made of: heads and light move so fast."""


class Wander:
    """Numbers that wander smoothly with time: sums of waves, of standard deviation 1."""

    def __init__(self, rng: np.random.Generator, channels: int) -> None:
        low, high = np.log(_HERTZ)
        self._hertz = np.exp(rng.uniform(low, high, (channels, _WAVES)))
        self._phase = rng.uniform(0, 2 * np.pi, (channels, _WAVES))

    def at(self, t: float) -> Floats:
        """(channels,) at `t` seconds."""
        waves = np.sin(2 * np.pi * self._hertz * t + self._phase)
        return np.asarray(waves.sum(axis=1) * np.sqrt(2 / _WAVES))


class UnsteadySwap:
    """Lays a changed copy of a face over it, a little differently in every frame."""

    def __init__(self, rng: np.random.Generator, face_px: float) -> None:
        """Draw how unsteady it is; `face_px` is the long side of the face's box in pixels."""
        self._rng = rng
        self._masks = rng.integers(2**31, size=2)
        self._walk = Wander(rng, 12)
        unsteady, jitter = np.exp(rng.uniform(np.log(0.05), 0, 2))
        self._slow, self._fast = unsteady, unsteady * jitter
        self._points_px = 0.03 * face_px
        self._place_px = 0.015 * face_px
        self._offset = rng.uniform(-0.015, 0.015, 2) * face_px

    def lay(self, image: Image, copy: Image, landmarks: Floats, t: float) -> Image:
        """The frame at `t` seconds with the face of `copy`: all (H, W, 3) uint8 RGB of one size."""
        walk = self._slow * self._walk.at(t) + self._fast * self._rng.standard_normal(12)
        mask = self._mask(image.shape[:2], landmarks, walk[:5])
        dx, dy = self._offset + self._place_px * walk[5:7]
        matrix = np.array([[1, 0, dx], [0, 1, dy]], dtype=np.float64)
        moved = cv2.warpAffine(copy, matrix, image.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)
        strength = np.clip(1 + 0.2 * walk[7], 0.5, 1.4)
        changed = image + strength * (moved.astype(np.float32) - image) + 3 * walk[8:11].astype(np.float32)
        weight = mask[..., None]
        fake = np.clip(changed * weight + image * (1 - weight) + 0.5, 0, 255)
        return np.asarray(fake, dtype=np.uint8)

    def _mask(self, shape: tuple[int, ...], landmarks: Floats, walk: Floats) -> Mask:
        """Between two masks of one face, so that its edge comes and goes, on points that are unsure."""
        points = landmarks + self._points_px * walk[:4].reshape(2, 2)[[0, 0, 0, 1, 1]]
        first, second = (
            face_mask(shape, points, np.random.default_rng(seed), solid=True) for seed in self._masks
        )
        share = np.float32(np.clip(0.5 + 0.3 * walk[4], 0, 1))
        return np.asarray(first * share + second * (1 - share), dtype=np.float32)
