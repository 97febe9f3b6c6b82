"""Whether a picture shows anything new against the last one of the same participant.

Two pictures are compared as thumbnails of 32x18 blocks. How far equal pictures may
differ depends on how they were coded, which a thumbnail therefore carries along:

- An encoder is deterministic: what it writes of one picture with the same JPEG tables is the
  same. So between pictures of the same tables nearly any difference is news. A camera's
  next frame (noise of 1 grey level or more) differs by 0.7 to 1.5 levels in its most
  different block; a still picture sent through a video encoder, once that has settled, by 0 to
  1.4, median 0.7: some of its frames count as unchanged, and the others are looked at.
- The same picture encoded once more at another quality (50 to 95 against 85) differs by up to
  3.1 levels in one block; a person who moves by 1 % of the face's size, by 4 and more. Between the
  two lies the level for other tables. Noise alone is below it: where the quality changes
  and nothing but noise moved, one new frame is taken for the old.

Measured by `tests/bench/bench_changed.py`.
"""

from __future__ import annotations

import struct
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

BLOCKS: Final = (32, 18)
"""Columns and rows of a thumbnail."""
SAME_CODING: Final = 0.5
"""Grey levels, 0-255: pictures coded alike of which no block differs by more show the same."""
OTHER_CODING: Final = 3.5
"""The same for pictures coded with different tables."""
_SAMPLES: Final = 320
"""Along the long side: every so many pixels are looked at, for an exact mean costs more than it tells."""
_STEPS: Final = 256
"""To a grey level, in a thumbnail."""
_HEAD: Final = struct.Struct("<III")
"""Width and height of the picture, and a number for its coding."""


def thumbnail(rgb: NDArray[np.uint8], coding: int) -> bytes:
    """Shrink a picture to what `is_unchanged` compares.

    Args:
        rgb: (H, W, 3) uint8; its green is what is kept.
        coding: any number, 0 to 2**32 - 1, that is equal for pictures that were encoded alike.

    Returns:
        1,164 bytes.
    """
    height, width = rgb.shape[:2]
    step = max(1, max(height, width) // _SAMPLES)
    samples = rgb[::step, ::step, 1].astype(np.float32)
    blocks = cv2.resize(samples, BLOCKS, interpolation=cv2.INTER_AREA)
    return _HEAD.pack(width, height, coding) + np.rint(blocks * _STEPS).astype("<u2").tobytes()


def is_unchanged(now: bytes, last: bytes) -> bool:
    """Whether two thumbnails are of one picture; not where the sizes differ: a larger one shows more."""
    if len(now) != len(last):
        return False
    *size, coding = _HEAD.unpack_from(now)
    *last_size, last_coding = _HEAD.unpack_from(last)
    if size != last_size:
        return False
    return largest_difference(now, last) <= (SAME_CODING if coding == last_coding else OTHER_CODING)


def largest_difference(now: bytes, last: bytes) -> float:
    """Grey levels, 0-255, by which the most different block of two thumbnails differs."""
    a, b = (np.frombuffer(data, "<u2", offset=_HEAD.size).astype(np.int32) for data in (now, last))
    return int(np.abs(a - b).max()) / _STEPS
