"""One picture -> decoded -> faces -> quality -> score: what calls, files and programs all go through."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Final, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from veritile.errors import CorruptImageError, UnsupportedFormatError
from veritile.frame.card import DEFAULT_MODEL, read_card
from veritile.frame.changed import is_unchanged, thumbnail
from veritile.frame.closeup import closeup
from veritile.frame.crop import crop_face
from veritile.frame.decode import CALL, Limits, decode_with_header
from veritile.frame.faces import FaceDetector
from veritile.frame.memory import give_back
from veritile.frame.model import Model, ModelInfo
from veritile.frame.pose import yaw_of
from veritile.frame.providers import Provider
from veritile.frame.quality import measure
from veritile.frame.result import Box, Face, FaceResult, FrameResult, Timing
from veritile.frame.signature import signature

__all__ = ["Face", "FaceResult", "FrameAnalyzer", "FrameResult", "ModelInfo", "Timing"]

HEATMAP_SIDE: Final = 320
"""Pixels along each side of a heat map that is told to another program."""
MAX_LOOKS: Final = 8
"""Faces of one frame that are judged, the largest."""


class FrameAnalyzer:
    """Judges single frames. Safe to share between threads."""

    def __init__(self, detector: FaceDetector, model: Model) -> None:
        self._detector = detector
        self._model = model

    @classmethod
    def load(cls, model: str | Path = DEFAULT_MODEL, provider: Provider | None = None) -> Self:
        """Load the face detector and a model: a name in `models/`, or an .onnx file with its card beside it.

        The model runs on `provider`; unless told, on the one that `veritile bench` has found best here.

        Raises ModelError (see `veritile.frame.model.Model.load`).
        """
        analyzer = cls(FaceDetector(), Model.load(read_card(model), provider))
        give_back()
        return analyzer

    @property
    def model(self) -> ModelInfo:
        """What judges the faces."""
        return self._model.info

    def analyze_encoded(
        self,
        data: bytes,
        limits: Limits = CALL,
        *,
        last: bytes | None = None,
        focus: Box | None = None,
    ) -> FrameResult:
        """Judge a JPEG or WebP picture.

        Args:
            data: the encoded picture.
            limits: the largest picture that is decoded.
            last: `thumbnail` of the same participant's last result; where the picture shows nothing new
                against it, no face is looked for and the result is `unchanged`.
            focus: x, y, width, height of a face that is to be looked at closely, as it was last seen, or of
                no size; see `veritile.frame.closeup`.

        Raises ImageError (see `veritile.frame.decode.decode`).
        """
        started = time.perf_counter()
        rgb, header = decode_with_header(data, limits)
        small = thumbnail(rgb, header.tables)
        decode_ms = _milliseconds_since(started)
        if last is not None and is_unchanged(small, last):
            timing = Timing(decode_ms, 0.0, 0.0)
            return FrameResult((), (), rgb.shape[1], rgb.shape[0], timing, small, unchanged=True)
        result = self._analyze(rgb, decode_ms, small)
        return result if focus is None else replace(result, closeup=closeup(rgb, result.faces, focus))

    def explain_encoded(self, data: bytes, box: Box) -> bytes:
        """Return where in a face its score comes from, as a JPEG; it costs over a hundred looks.

        Args:
            data: the encoded JPEG or WebP picture.
            box: x, y, width, height of the face in pixels, as it was found.

        Raises ImageError (see `veritile.frame.decode.decode`), ModelError.
        """
        from veritile.frame.occlusion import heat_map

        rgb = decode_with_header(data, CALL)[0]
        try:
            shown = heat_map(self._model, rgb, box).overlay(HEATMAP_SIDE)
        except ValueError as error:
            raise CorruptImageError("The face does not lie in the picture: send it anew.") from error
        _, encoded = cv2.imencode(".jpg", cv2.cvtColor(shown, cv2.COLOR_RGB2BGR))
        return encoded.tobytes()

    def analyze_rgb(self, rgb: NDArray[np.uint8]) -> FrameResult:
        """Judge an (H, W, 3) uint8 RGB picture. Raises UnsupportedFormatError for any other array."""
        if not isinstance(rgb, np.ndarray) or rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3:
            raise UnsupportedFormatError(
                "A picture is an (H, W, 3) array of uint8 in RGB order: convert it first."
            )
        if 0 in rgb.shape:
            raise UnsupportedFormatError(f"A picture of {rgb.shape[1]}x{rgb.shape[0]} pixels shows nothing.")
        return self._analyze(np.ascontiguousarray(rgb), 0.0, b"")

    def _analyze(self, rgb: NDArray[np.uint8], decode_ms: float, small: bytes) -> FrameResult:
        started = time.perf_counter()
        faces = self._detector.detect(rgb)
        detect_ms = _milliseconds_since(started)

        started = time.perf_counter()
        return FrameResult(
            looks=tuple(self._judge(rgb, face) for face in faces[:MAX_LOOKS]),
            faces=faces,
            width=rgb.shape[1],
            height=rgb.shape[0],
            timing=Timing(decode_ms, detect_ms, _milliseconds_since(started)),
            thumbnail=small,
        )

    def _judge(self, rgb: NDArray[np.uint8], face: Face) -> FaceResult:
        info = self._model.info
        yaw = yaw_of(face.landmarks)
        around = signature(rgb, face.box)
        measured = measure(rgb, face.box)
        if reason := info.gate.reason(measured):
            return FaceResult(face, None, 0.0, reason, yaw, around)
        crop = crop_face(rgb, face.box, margin=info.crop_margin, size=info.input_size)
        return FaceResult(
            face, self._model.log_odds(crop), info.gate.weight(measured, yaw), None, yaw, around
        )


def _milliseconds_since(started: float) -> float:
    return (time.perf_counter() - started) * 1e3
