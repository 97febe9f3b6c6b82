"""How sharply the outline of a face is drawn, whatever its contrast.

A lens draws the outline of a head equally sharp from the front and from the side. A swapped face is a
layer that is faded out; from the front its end lies within skin, while from the side it comes to lie
where the head ends, and the head's own outline, the nose's and the cheek's, is smoothed over or gone.
Whether the outline went soft is for whoever keeps the measure of an earlier picture: how sharp it
is at all depends on the camera and the codec.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from veritile.frame.crop import crop_face

DIRECTIONS: Final = 24
"""Rays from the middle of the face, the first towards the picture's right, then clockwise."""
_MARGIN: Final = 2.0
"""Side of the square that is looked at / long side of the face box."""
_SIDE: Final = 128
"""Its side in pixels."""
_NEAREST, _FARTHEST, _SAMPLES = 0.5, 1.7, 49
"""Where a ray is sampled, in halves of the box's long side."""
_NARROW, _WIDE = 2, 8
"""Samples, of 2.5 % of that half side each, across which the light and colour change at an edge."""
_FAINT: Final = 4.0
"""Grey levels: a change across the wide gap that is smaller than this is noise."""


def outline(rgb: NDArray[np.uint8], box: Sequence[float]) -> tuple[float, ...]:
    """Measure the outline of a face.

    Args:
        rgb: (H, W, 3) uint8 picture.
        box: x, y, width, height of the face in pixels.

    Returns:
        DIRECTIONS numbers, 0 to about 1: how much of the strongest change along a ray lies within a quarter
        of the way that it takes. 0 where nothing changes.

    Raises:
        ValueError: the box does not fit the picture (see `veritile.frame.crop.crop_face`).
    """
    square = crop_face(rgb, box, margin=_MARGIN, size=_SIDE).astype(np.float32)
    smooth = cv2.GaussianBlur(square, (0, 0), 0.7)
    sampled = cv2.remap(smooth, _COLUMNS, _ROWS, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    narrow, wide = (
        np.linalg.norm(sampled[:, gap:] - sampled[:, :-gap], axis=2).max(axis=1) for gap in (_NARROW, _WIDE)
    )
    return tuple(np.where(wide >= _FAINT, narrow / np.maximum(wide, _FAINT), 0.0).tolist())


def _rays() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    angles = 2 * np.pi * np.arange(DIRECTIONS)[:, None] / DIRECTIONS
    radii = np.linspace(_NEAREST, _FARTHEST, _SAMPLES)[None] * _SIDE / (2 * _MARGIN)
    middle = (_SIDE - 1) / 2
    columns, rows = middle + radii * np.cos(angles), middle + radii * np.sin(angles)
    return columns.astype(np.float32), rows.astype(np.float32)


_COLUMNS, _ROWS = _rays()
