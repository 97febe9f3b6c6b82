"""A coarse description of what surrounds a face, to see that a tile now shows somebody else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from veritile.frame.crop import crop_face

MARGIN: Final = 2.5
"""Side of the square that is described / long side of the face box."""
_CELLS: Final = 6
"""Cells a side; the inner 2 x 2, which the face fills, are left out."""
LENGTH: Final = _CELLS * _CELLS - 4


def signature(rgb: NDArray[np.uint8], box: Sequence[float]) -> tuple[float, ...]:
    """Describe the surroundings of a face: LENGTH numbers of mean 0 and length 1, or all 0 when flat.

    The sum of products of two signatures, -1 to 1, says how alike they are.

    Args:
        rgb: (H, W, 3) uint8 picture.
        box: x, y, width, height of the face in pixels.
    """
    cells = crop_face(rgb, box, margin=MARGIN, size=_CELLS).mean(axis=2)
    low, high = _CELLS // 2 - 1, _CELLS // 2 + 1
    ring = np.ones((_CELLS, _CELLS), np.bool_)
    ring[low:high, low:high] = False
    values = cells[ring] - cells[ring].mean()
    length = float(np.linalg.norm(values))
    return tuple((values / length).tolist()) if length > 1.0 else (0.0,) * LENGTH
