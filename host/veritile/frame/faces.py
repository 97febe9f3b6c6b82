"""Find faces with YuNet.

Of frontal webcam faces (tests/bench/bench_faces.py, 675 faces) it finds 99.9 %
with a long side of 32 px, 90 % of 24 px and 39 % of 16 px. So a picture is first
searched at a long side of 320 px, where a face of a tenth of the picture is found.
Only when there is none, and the picture is so large that a face good enough to
judge may have been lost, it is searched once more at half its size.
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from veritile.frame.result import Face
from veritile.frame.yunet import YuNet

QUICK_SIDE: Final = 320
"""Long side of the first search, in pixels."""
THOROUGH_SIDE: Final = 1280
"""Longest side of the second search, in pixels: half of the picture's, at most this."""
MIN_CONFIDENCE: Final = 0.6
"""Below it a detection is not reported."""
MAX_FACES: Final = 16
"""Of one picture: the most confident are kept."""


class FaceDetector:
    """YuNet on one CPU thread. Safe to share between threads.

    OpenCV's thread count is a setting of the whole process; making a detector sets it to 1,
    because several threads cost more CPU time than they save on pictures this small.

    Raises:
        ModelMissingError, ModelChecksumError: the weights are absent or not the expected ones.
        InferenceError: ONNX Runtime cannot load them.
    """

    def __init__(self) -> None:
        cv2.setNumThreads(1)
        self._net = YuNet()

    def detect(self, rgb: NDArray[np.uint8]) -> tuple[Face, ...]:
        """Find the faces of an (H, W, 3) uint8 RGB picture, the largest first."""
        long_side = max(rgb.shape[:2])
        faces = self._search(rgb, QUICK_SIDE)
        if not faces and long_side > 2 * QUICK_SIDE:
            faces = self._search(rgb, min(long_side // 2, THOROUGH_SIDE))
        return faces

    def _search(self, rgb: NDArray[np.uint8], side: int) -> tuple[Face, ...]:
        height, width = rgb.shape[:2]
        scale = min(1.0, side / max(height, width))
        size = max(1, round(width * scale)), max(1, round(height * scale))
        small = rgb if scale == 1.0 else cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
        rows = self._net.detect(np.asarray(small, np.uint8), least=MIN_CONFIDENCE, most=MAX_FACES * 4)
        # Width and height are rounded on their own, so each axis has its own way back.
        back = np.array([width / size[0], height / size[1]])
        rows = _plausible(rows, size)
        faces = (_face(row, back) for row in rows[np.argsort(-rows[:, 14])][:MAX_FACES])
        return tuple(sorted(faces, key=lambda face: -face.size))


def _plausible(rows: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    """Drop what cannot be cut out: not finite, centred outside the picture, or far larger than it."""
    rows = rows[(np.abs(rows) < 10.0 * max(size)).all(axis=1)]
    sides, centres = rows[:, 2:4], rows[:, 0:2] + rows[:, 2:4] / 2
    sized = (sides > 0).all(axis=1) & (sides < 1.5 * max(size)).all(axis=1)
    return rows[sized & (centres >= 0).all(axis=1) & (centres < size).all(axis=1)]


def _face(row: NDArray[np.float32], back: NDArray[np.float64]) -> Face:
    points = row[:14].reshape(7, 2) * back
    (x, y), (width, height) = points[:2].tolist()
    return Face(
        box=(x, y, width, height),
        landmarks=tuple((px, py) for px, py in points[2:].tolist()),
        confidence=min(1.0, max(0.0, float(row[14]))),
    )
