"""Pictures to measure with: the doctor's portrait in a room, as the extension would send it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from veritile.install.probe import PICTURE


def frame(width: int = 640, height: int = 360, lamp: int = 0) -> NDArray[np.uint8]:
    """Return an (H, W, 3) uint8 RGB frame of one person; `lamp`, 0-255, is how bright a corner is."""
    portrait = cv2.imread(str(PICTURE), cv2.IMREAD_COLOR_RGB)
    assert portrait is not None, PICTURE
    scale = height / portrait.shape[0]
    person = cv2.resize(portrait, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    room = np.linspace(60, 140, width, dtype=np.float32)[None, :, None]
    out = np.broadcast_to(room, (height, width, 3)).astype(np.uint8)
    left = (width - person.shape[1]) // 2
    out[:, left : left + person.shape[1]] = person[:height]
    out[: height // 8, : height // 8] = lamp
    return out


def jpeg(rgb: NDArray[np.uint8], quality: int = 80) -> bytes:
    """Return the frame as a JPEG."""
    return cv2.imencode(".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])[
        1
    ].tobytes()
