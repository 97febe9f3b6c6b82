"""One picture -> decoded -> faces -> quality -> score: what calls, files and programs all go through."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from veritile.errors import UnsupportedFormatError
from veritile.frame.card import DEFAULT_MODEL, read_card
from veritile.frame.changed import is_unchanged, thumbnail
from veritile.frame.crop import crop_face
from veritile.frame.decode import CALL, Limits, decode_with_header
from veritile.frame.faces import Face, FaceDetector
from veritile.frame.memory import give_back
from veritile.frame.model import Model, ModelInfo
from veritile.frame.pose import yaw_of
from veritile.frame.quality import measure
from veritile.frame.signature import signature
from veritile.odds import probability
from veritile.vocabulary import Reason

__all__ = ["Face", "FaceResult", "FrameAnalyzer", "FrameResult", "ModelInfo", "Timing"]

MAX_LOOKS: Final = 8
"""Faces of one frame that are judged, the largest."""


@dataclass(frozen=True, slots=True)
class Timing:
    """Wall-clock milliseconds of each step; 0 for a step that was not taken."""

    decode_ms: float
    detect_ms: float
    score_ms: float


@dataclass(frozen=True, slots=True)
class FaceResult:
    """What one face of a frame shows."""

    face: Face
    log_odds: float | None
    """Calibrated ln(P(fake) / P(real)); None when the face cannot be judged."""
    quality: float
    """How much this look should count, 0-1; 0 when the face cannot be judged."""
    reason: Reason | None
    """Why `log_odds` is None: face_too_small, blurred or too_dark."""
    yaw: float
    """How far the head is turned to either side, in degrees; rough, see `veritile.frame.pose`."""
    signature: tuple[float, ...]
    """Of the face's surroundings, see `veritile.frame.signature`."""

    @property
    def score(self) -> float | None:
        """P(fake), 0-1, the same statement as `log_odds`."""
        return None if self.log_odds is None else probability(self.log_odds)

    @property
    def box(self) -> tuple[float, float, float, float]:
        """x, y, width, height in pixels of the frame."""
        return self.face.box

    @property
    def landmarks(self) -> tuple[tuple[float, float], ...]:
        """The five points of `Face.landmarks`."""
        return self.face.landmarks

    @property
    def face_px(self) -> float:
        """Long side of the box in pixels."""
        return self.face.size


@dataclass(frozen=True, slots=True)
class FrameResult:
    """What one frame shows. Its score, log-odds, quality, reason and face are those of the largest face."""

    looks: tuple[FaceResult, ...]
    """At most MAX_LOOKS faces with what each shows, the largest first."""
    faces: tuple[Face, ...]
    """All faces, the largest first."""
    width: int
    """Of the frame, in pixels."""
    height: int
    timing: Timing
    thumbnail: bytes = b""
    """Give it to `FrameAnalyzer.analyze_encoded` with the next frame of the same participant."""
    unchanged: bool = False
    """The frame shows the same picture as the last one: no face was looked for."""

    @property
    def score(self) -> float | None:
        """P(fake), 0-1; None when there is no usable face."""
        return self.looks[0].score if self.looks else None

    @property
    def log_odds(self) -> float | None:
        """Calibrated ln(P(fake) / P(real)), the same statement as `score`."""
        return self.looks[0].log_odds if self.looks else None

    @property
    def quality(self) -> float:
        """How much the frame should count, 0-1; 0 when there is no usable face."""
        return self.looks[0].quality if self.looks else 0.0

    @property
    def reason(self) -> Reason | None:
        """Why `score` is None: no_face, face_too_small, blurred, too_dark; frozen when `unchanged`."""
        if self.looks:
            return self.looks[0].reason
        return Reason.FROZEN if self.unchanged else Reason.NO_FACE

    @property
    def face(self) -> Face | None:
        """The face that was judged: the largest."""
        return self.looks[0].face if self.looks else None


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

    def analyze_encoded(
        self, data: bytes, limits: Limits = CALL, *, last: bytes | None = None
    ) -> FrameResult:
        """Judge a JPEG or WebP picture.

        Args:
            data: the encoded picture.
            limits: the largest picture that is decoded.
            last: `thumbnail` of the same participant's last result; where the picture shows nothing new
                against it, no face is looked for and the result is `unchanged`.

        Raises ImageError (see `veritile.frame.decode.decode`).
        """
        started = time.perf_counter()
        rgb, header = decode_with_header(data, limits)
        small = thumbnail(rgb, header.tables)
        decode_ms = _milliseconds_since(started)
        if last is not None and is_unchanged(small, last):
            timing = Timing(decode_ms, 0.0, 0.0)
            return FrameResult((), (), rgb.shape[1], rgb.shape[0], timing, small, unchanged=True)
        return self._analyze(rgb, decode_ms, small)

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
