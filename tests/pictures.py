"""Pictures to test with, from scikit-image's photograph of Eileen Collins (NASA, public domain).

All pictures are (H, W, 3) uint8 arrays, RGB.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.data import astronaut

Picture = NDArray[np.uint8]

FACE = (180, 63, 92, 115)
"""x, y, width, height of the face in the photograph of 512 x 512 pixels."""


def empty(width: int = 640, height: int = 360) -> Picture:
    """A room without anybody: a soft gradient."""
    columns = np.linspace(70, 150, width, dtype=np.float32)
    rows = np.linspace(0, 40, height, dtype=np.float32)[:, None]
    grey = columns + rows
    return np.stack([grey * 0.9, grey, grey * 1.1], axis=-1).astype(np.uint8)


def person(width: int = 640, height: int = 360, *, face_px: int = 150, x: float = 0.5) -> Picture:
    """A frame of a call: one person in a room.

    Args:
        width, height: of the frame in pixels.
        face_px: long side of the face in pixels.
        x: horizontal centre of the face, as a fraction of the width.
    """
    photo = astronaut()
    frame = empty(width, height)
    scale = face_px / FACE[3]
    interpolation = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    small = cv2.resize(photo, None, fx=scale, fy=scale, interpolation=interpolation)
    # Where the photograph's corner goes so that the face is centred at (x, 0.45).
    left = round(x * width - (FACE[0] + FACE[2] / 2) * scale)
    top = round(0.45 * height - (FACE[1] + FACE[3] / 2) * scale)
    rows = slice(max(0, top), min(height, top + small.shape[0]))
    columns = slice(max(0, left), min(width, left + small.shape[1]))
    frame[rows, columns] = small[
        rows.start - top : rows.stop - top, columns.start - left : columns.stop - left
    ]
    return frame


def two_people(width: int = 640, height: int = 360) -> Picture:
    """A large face on the left, a small one on the right."""
    frame = person(width, height, face_px=height // 2, x=0.25)
    frame[:, width // 2 :] = person(width - width // 2, height, face_px=height // 4)
    return frame


def blurred(picture: Picture, sigma: float = 6.0) -> Picture:
    """Out of focus; sigma in pixels."""
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8)


def dark(picture: Picture, light: float = 0.08) -> Picture:
    """The same with the given share of its light."""
    return (picture * light).astype(np.uint8)


def jpeg(picture: Picture, quality: int = 90) -> bytes:
    """Encode as baseline JPEG; quality 0-100."""
    return _encode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])


def webp(picture: Picture, quality: int = 90) -> bytes:
    """Encode as WebP; quality 1-100, above 100 lossless."""
    return _encode(".webp", picture, [cv2.IMWRITE_WEBP_QUALITY, quality])


def _encode(kind: str, picture: Picture, options: list[int]) -> bytes:
    done, data = cv2.imencode(kind, cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), options)
    assert done, f"OpenCV cannot write {kind}"
    return data.tobytes()
