"""The square around a face that a model sees: ONE function for training, evaluation and live use.

Crop geometry belongs to the model: a tighter or shifted square moves its score.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray


def crop_square(box: Sequence[float], margin: float) -> tuple[int, int, int]:
    """The square to cut for a face box, in whole pixels of the frame; it may leave the frame.

    Args:
        box: x, y, width, height of the face in pixels.
        margin: side of the square / long side of the box, for example 1.3.

    Returns:
        left, top and side in pixels; the square is centred on the centre of the box.

    Raises:
        ValueError: the box is empty or not finite, or the margin is not positive.
    """
    x, y, width, height = (float(value) for value in box)
    if not all(map(math.isfinite, (x, y, width, height, margin))) or min(width, height, margin) <= 0:
        raise ValueError(
            f"a face box needs a positive, finite size and margin, not {tuple(box)} and {margin}"
        )
    side = max(1, round(margin * max(width, height)))
    return round(x + width / 2 - side / 2), round(y + height / 2 - side / 2), side


def crop_face(
    image: NDArray[np.uint8], box: Sequence[float], *, margin: float, size: int
) -> NDArray[np.uint8]:
    """Cut the square around a face and resize it to `size` x `size` pixels.

    Where the square leaves the frame, the frame's border pixels are repeated.
    Shrinking averages areas (INTER_AREA), growing interpolates (INTER_LINEAR).

    Args:
        image: (H, W, 3) uint8; the channel order is kept.
        box: x, y, width, height of the face in pixels of `image`.
        margin: side of the square / long side of the box.
        size: side of the result in pixels.

    Returns:
        (size, size, 3) uint8, contiguous.

    Raises:
        ValueError: the box is empty or not finite, or its square lies outside the frame or is over four
            times the frame's long side (no detector gives that, and it would cost memory).
    """
    left, top, side = crop_square(box, margin)
    height, width = image.shape[:2]
    inside = image[max(0, top) : max(0, top + side), max(0, left) : max(0, left + side)]
    if inside.size == 0 or side > 4 * max(height, width):
        raise ValueError(
            f"the square {left}, {top}, {side} of the box does not fit a frame of {width}x{height}"
        )
    padding = (max(0, -top), max(0, top + side - height), max(0, -left), max(0, left + side - width))
    if any(padding):
        inside = np.asarray(cv2.copyMakeBorder(inside, *padding, cv2.BORDER_REPLICATE), dtype=np.uint8)
    interpolation = cv2.INTER_AREA if side > size else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(inside, (size, size), interpolation=interpolation), dtype=np.uint8)
