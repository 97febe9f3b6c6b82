"""A coarse description of what surrounds a face, to see that a tile now shows somebody else.

It says nothing of who somebody is, only which colours are around the face: wall, hair,
clothes. Of 715 faces of 337 calls and selfies (`tests/bench/bench_signature.py BENCH`)
1.9 % of the pairs from one clip are less alike than 0.7, and 92 % of the pairs from different
ones; less than 0.3 are 0.5 % and 71 %.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from veritile.frame.crop import crop_face

MARGIN: Final = 2.5
"""Side of the square that is described / long side of the face box."""
_CELLS: Final = 4
_AROUND: Final = np.pad(np.zeros((2, 2), np.bool_), 1, constant_values=True)
"""The cells of the square that count: not the inner four, which the face fills and every word changes."""
_COLOUR: Final = 3.0
"""Weight of a colour difference against one of light."""
LENGTH: Final = 3 * int(_AROUND.sum())
_FLAT: Final = 1.0
"""Grey levels: surroundings that differ by less all in all are no description."""


def signature(rgb: NDArray[np.uint8], box: Sequence[float]) -> tuple[float, ...]:
    """Describe the surroundings of a face.

    Args:
        rgb: (H, W, 3) uint8 picture.
        box: x, y, width, height of the face in pixels.

    Returns:
        LENGTH numbers of mean 0 whose squares sum to 1: light less its mean, red less green, and yellow less
        blue of each cell; all 0 for grey without any contrast. The sum of the products of two signatures is
        their normalised correlation, -1 to 1.
    """
    # Some 16 x 16 samples to a cell: the mean of more pixels costs time and says the same.
    step = max(1, int(MARGIN * max(box[2:])) // 64)
    cells = crop_face(rgb[::step, ::step], [side / step for side in box], margin=MARGIN, size=_CELLS)
    red, green, blue = cells[_AROUND].astype(np.float64).T
    light = (red + green + blue) / 3
    yellow = (red + green) / 2
    values = np.concatenate([light - light.mean(), _COLOUR * (red - green), _COLOUR * (yellow - blue)])
    values -= values.mean()
    length = float(np.sqrt(values @ values))
    return tuple((values / length).tolist()) if length > _FLAT else (0.0,) * LENGTH
