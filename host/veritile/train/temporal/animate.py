"""A photograph brought to life: a head that moves and turns a little, and a face that does not hold still.

The motion is smooth in time and known at any moment, so a sequence may be shown at any rate.
No person behaves so; it gives what a detector must not take for a swap: change of
place, size and angle, and points that move against each other.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from veritile.train.blend import Image
from veritile.train.temporal.unsteady import Floats, Wander

_HEAD: Final = np.array([0.05, 0.04, 0.04, 0.06, 0.05, 0.05])
"""Standard deviations at the liveliest: place across and down (faces), size, roll (radians), perspective."""
_FACE: Final = 0.02
"""The same of the points of a face against each other, in faces."""
_REACH: Final = 0.18
"""Width of what moves together with a point, standard deviation in faces."""
_LIGHT: Final = 0.05
"""Of the light, as a factor."""


class Animation:
    """One way to move."""

    def __init__(self, rng: np.random.Generator, landmarks: Floats, face_px: float) -> None:
        """Draw a motion for a face: five points (5, 2) in pixels, long side of its box in pixels."""
        self._points, self._face_px = landmarks, face_px
        self._walk = Wander(rng, 6 + 10 + 1)
        self._head, self._face = np.exp(rng.uniform(np.log(0.1), 0, 2))

    def show(self, image: Image, t: float) -> tuple[Image, Floats]:
        """The picture at `t` seconds, (H, W, 3) uint8 RGB, and where the five points are in it about."""
        walk = self._walk.at(t)
        matrix = self._matrix(walk[:6] * _HEAD * self._head)
        bumps = walk[6:16].reshape(5, 2) * _FACE * self._face * self._face_px
        x, y = self._sources(image.shape[:2], np.asarray(np.linalg.inv(matrix), np.float64), bumps)
        shown = cv2.remap(image, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT_101)
        light = 1 + _LIGHT * self._head * walk[16]
        points = cv2.perspectiveTransform((self._points - bumps)[None], matrix)[0]
        return np.clip(shown * light, 0, 255).astype(np.uint8), np.asarray(points)

    def _matrix(self, walk: Floats) -> Floats:
        """(3, 3): from the photograph to the picture."""
        across, down, size, roll, turn, nod = walk
        centre = self._points.mean(axis=0)
        to_face = np.diag([1 / self._face_px, 1 / self._face_px, 1.0])
        to_face[:2, 2] = -centre / self._face_px
        cos, sin = (1 + size) * np.cos(roll), (1 + size) * np.sin(roll)
        move = np.array([[cos, -sin, across], [sin, cos, down], [turn, nod, 1]])
        move[0, 0] *= 1 - abs(turn)
        return np.asarray(np.linalg.inv(to_face) @ move @ to_face)

    def _sources(
        self, shape: tuple[int, ...], back: Floats, bumps: Floats
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Where each pixel of the picture comes from in the photograph."""
        rows, columns = np.indices(shape, dtype=np.float32)
        a = back.astype(np.float32)
        depth = a[2, 0] * columns + a[2, 1] * rows + a[2, 2]
        x = (a[0, 0] * columns + a[0, 1] * rows + a[0, 2]) / depth
        y = (a[1, 0] * columns + a[1, 1] * rows + a[1, 2]) / depth
        narrow = np.float32(0.5 / (_REACH * self._face_px) ** 2)
        dx, dy = np.zeros_like(x), np.zeros_like(y)
        for (px, py), (bx, by) in zip(self._points, bumps, strict=True):
            near = np.exp(-narrow * ((x - np.float32(px)) ** 2 + (y - np.float32(py)) ** 2))
            dx += near * np.float32(bx)
            dy += near * np.float32(by)
        return x + dx, y + dy
