"""A face and its surroundings in a few coloured cells, for following what somebody is asked to do.

A hand before the face, a finger on the cheek, a lamp that moves: all change the colours of
some of the cells against earlier ones of the same person. The outline is measured beside them. The
comparison is for whoever keeps those; this module only cuts and shrinks, so that it needs no memory.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from veritile.frame.crop import crop_face
from veritile.frame.outline import outline
from veritile.frame.pose import attitude_of
from veritile.frame.result import Closeup, Face

MARGIN: Final = 1.8
"""Side of the square that is described / long side of the face box."""
CELLS: Final = 18
"""A side: ten of them are the long side of the face."""
_NEAR: Final = 1.0
"""A face is taken for the one asked for up to this distance between centres / long side of the box."""
_PER_CELL: Final = 8
"""Samples along a side of a cell; the mean of more says the same."""


def closeup(rgb: NDArray[np.uint8], faces: Sequence[Face], focus: Sequence[float]) -> Closeup | None:
    """Describe the face nearest to a place.

    Args:
        rgb: (H, W, 3) uint8 picture.
        faces: found in it, the largest first.
        focus: x, y, width, height in pixels of where the face was last; of no size to take the largest face.

    Returns:
        The face, or what is at its place now; None where there is neither.
    """
    face = _nearest(faces, focus) if min(focus[2:]) > 0 else next(iter(faces), None)
    if face is None and min(focus[2:]) <= 0:
        return None
    x, y, width, height = face.box if face else focus
    step = max(1, int(MARGIN * max(width, height)) // (CELLS * _PER_CELL))
    try:
        cells = crop_face(
            rgb[::step, ::step],
            [side / step for side in (x, y, width, height)],
            margin=MARGIN,
            size=CELLS,
        )
        sharp = outline(rgb, face.box) if face else ()
    except ValueError:  # the place lies outside a picture that has become smaller
        return None
    attitude = attitude_of(face.landmarks) if face else None
    return Closeup((x, y, width, height), attitude, cells.tobytes(), sharp)


def _nearest(faces: Sequence[Face], focus: Sequence[float]) -> Face | None:
    x, y = focus[0] + focus[2] / 2, focus[1] + focus[3] / 2

    def distance(face: Face) -> float:
        left, top, width, height = face.box
        return float(np.hypot(left + width / 2 - x, top + height / 2 - y)) / max(*focus[2:], face.size)

    near = min(faces, key=distance, default=None)
    return near if near is not None and distance(near) <= _NEAR else None
