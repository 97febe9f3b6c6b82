"""One picture -> decoded -> faces -> quality -> score: what calls, files and programs all go through."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from veritile.errors import UnsupportedFormatError
from veritile.frame.card import DEFAULT_MODEL, read_card
from veritile.frame.crop import crop_face
from veritile.frame.decode import CALL, Limits, decode
from veritile.frame.faces import Face, FaceDetector
from veritile.frame.memory import give_back
from veritile.frame.model import Model, ModelInfo
from veritile.frame.quality import measure
from veritile.odds import probability
from veritile.vocabulary import Reason

__all__ = ["Face", "FrameAnalyzer", "FrameResult", "ModelInfo", "Timing"]


@dataclass(frozen=True, slots=True)
class Timing:
    """Wall-clock milliseconds of each step; 0 for a step that was not taken."""

    decode_ms: float
    detect_ms: float
    score_ms: float


@dataclass(frozen=True, slots=True)
class FrameResult:
    """What one frame shows."""

    score: float | None
    """P(fake), 0-1; None when there is no usable face."""
    log_odds: float | None
    """Calibrated ln(P(fake) / P(real)), the same statement as `score`."""
    quality: float
    """How much the frame should count, 0-1; 0 when there is no usable face."""
    reason: Reason | None
    """Why `score` is None: no_face, face_too_small, blurred or too_dark."""
    face: Face | None
    """The face that was judged: the largest."""
    faces: tuple[Face, ...]
    """All faces, the largest first."""
    width: int
    """Of the frame, in pixels."""
    height: int
    timing: Timing


class FrameAnalyzer:
    """Judges single frames. Safe to share between threads."""

    def __init__(self, detector: FaceDetector, model: Model) -> None:
        self._detector = detector
        self._model = model

    @classmethod
    def load(cls, model: str | Path = DEFAULT_MODEL) -> Self:
        """Load the face detector and a model: a name in `models/`, or an .onnx file with its card beside it.

        Raises ModelError (see `veritile.frame.model.Model.load`).
        """
        analyzer = cls(FaceDetector(), Model.load(read_card(model)))
        give_back()
        return analyzer

    @property
    def model(self) -> ModelInfo:
        """What judges the faces."""
        return self._model.info

    def analyze_encoded(self, data: bytes, limits: Limits = CALL) -> FrameResult:
        """Judge a JPEG or WebP picture. Raises ImageError (see `veritile.frame.decode.decode`)."""
        started = time.perf_counter()
        rgb = decode(data, limits)
        return self._analyze(rgb, _milliseconds_since(started))

    def analyze_rgb(self, rgb: NDArray[np.uint8]) -> FrameResult:
        """Judge an (H, W, 3) uint8 RGB picture. Raises UnsupportedFormatError for any other array."""
        if not isinstance(rgb, np.ndarray) or rgb.dtype != np.uint8 or rgb.ndim != 3 or rgb.shape[2] != 3:
            raise UnsupportedFormatError(
                "A picture is an (H, W, 3) array of uint8 in RGB order: convert it first."
            )
        if 0 in rgb.shape:
            raise UnsupportedFormatError(f"A picture of {rgb.shape[1]}x{rgb.shape[0]} pixels shows nothing.")
        return self._analyze(np.ascontiguousarray(rgb), 0.0)

    def _analyze(self, rgb: NDArray[np.uint8], decode_ms: float) -> FrameResult:
        started = time.perf_counter()
        faces = self._detector.detect(rgb)
        detect_ms = _milliseconds_since(started)

        started = time.perf_counter()
        face = faces[0] if faces else None
        log_odds, quality, reason = (None, 0.0, Reason.NO_FACE) if face is None else self._judge(rgb, face)
        return FrameResult(
            score=None if log_odds is None else probability(log_odds),
            log_odds=log_odds,
            quality=quality,
            reason=reason,
            face=face,
            faces=faces,
            width=rgb.shape[1],
            height=rgb.shape[0],
            timing=Timing(decode_ms, detect_ms, _milliseconds_since(started)),
        )

    def _judge(self, rgb: NDArray[np.uint8], face: Face) -> tuple[float | None, float, Reason | None]:
        """Log-odds, weight, and why there are no log-odds."""
        info = self._model.info
        measured = measure(rgb, face.box)
        if reason := info.gate.reason(measured):
            return None, 0.0, reason
        crop = crop_face(rgb, face.box, margin=info.crop_margin, size=info.input_size)
        return self._model.log_odds(crop), info.gate.weight(measured), None


def _milliseconds_since(started: float) -> float:
    return (time.perf_counter() - started) * 1e3
