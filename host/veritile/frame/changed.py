"""Whether a picture shows anything new against the last one of the same participant."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

_SIZE: Final = (32, 18)
"""Columns and rows of a thumbnail."""
_LEVEL: Final = 1
"""Grey levels, 0-255: two pictures of which no block differs by more show the same."""


def thumbnail(rgb: NDArray[np.uint8]) -> bytes:
    """Shrink an (H, W, 3) uint8 RGB picture to what `is_unchanged` compares."""
    small = cv2.resize(rgb, _SIZE, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8).tobytes()


def is_unchanged(now: bytes, last: bytes | None) -> bool:
    """Whether two thumbnails are of the same picture, up to re-encoding; False when there is no last one."""
    if last is None or len(last) != len(now):
        return False
    a, b = (np.frombuffer(data, np.uint8).astype(np.int16) for data in (now, last))
    return int(np.abs(a - b).max()) <= _LEVEL
