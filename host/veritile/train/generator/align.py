"""A face to a canonical square, by its five landmarks, as face swappers align theirs."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from veritile.train.blend import MEAN_POINTS

Image = NDArray[np.uint8]
Matrix = NDArray[np.float64]

SIDE: Final = 128
"""Side of the canonical square in pixels: what the smaller live swappers generate."""
CANONICAL: Final = MEAN_POINTS + np.array([8.0, 2.0])
"""Where the five points lie in a square of `SIDE` pixels: the whole face, forehead and chin included."""


def to_canonical(landmarks: ArrayLike, side: int = SIDE) -> Matrix:
    """The similarity (turn, scale, shift) that carries five landmarks nearest to their canonical places.

    Args:
        landmarks: five points (x, y) in pixels, in the order of `faces.LANDMARKS`.
        side: side of the canonical square in pixels.

    Returns:
        (2, 3) float64 as `cv2.warpAffine` takes it, from the picture to the square. Five equal
        points give the matrix that shows the square around them at the picture's own scale.
    """
    # In the complex plane a similarity is z -> turn * z + shift, and the best one has a closed form.
    points = np.asarray(landmarks, dtype=np.float64) @ (1, 1j)
    wanted = CANONICAL @ (1, 1j) * (side / SIDE)
    spread = points - points.mean()
    power = float(np.vdot(spread, spread).real)
    turn = np.vdot(spread, wanted) / power if power > 0 else 1.0 + 0j
    shift = wanted.mean() - turn * points.mean()
    return np.array([[turn.real, -turn.imag, shift.real], [turn.imag, turn.real, shift.imag]])


def align(image: Image, landmarks: ArrayLike, side: int = SIDE) -> Image:
    """The canonical (side, side, 3) uint8 square of a face; beyond the picture's edge it is mirrored."""
    matrix = to_canonical(landmarks, side)
    border = cv2.BORDER_REFLECT_101
    square = cv2.warpAffine(image, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=border)
    return np.asarray(square, dtype=np.uint8)
