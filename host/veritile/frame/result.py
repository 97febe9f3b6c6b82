"""What a frame shows, as plain data: it can be told to another process, and costs nothing to import."""

from __future__ import annotations

from dataclasses import dataclass

from veritile.odds import probability
from veritile.vocabulary import Reason

Box = tuple[float, float, float, float]
"""x, y, width, height in pixels of the frame."""


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


@dataclass(frozen=True, slots=True)
class Timing:
    """Wall-clock milliseconds of each step, 0 for a step that was not taken."""

    decode_ms: float
    detect_ms: float
    score_ms: float
    cpu_ms: float = 0.0
    """CPU time that another process has spent on all of them; 0 where the calling thread did the work."""


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
class Closeup:
    """The face of somebody who is asked to move it, see `veritile.frame.closeup`."""

    box: tuple[float, float, float, float]
    """Of the face; where none was found, the place that was asked for. Pixels of the frame."""
    attitude: tuple[float, float, float] | None
    """Yaw, pitch and roll in degrees, see `veritile.frame.pose`; None where no face was found."""
    cells: bytes
    """The face and its surroundings as RGB cells, row by row."""
    outline: tuple[float, ...]
    """How sharply it is drawn around, see `veritile.frame.outline`; empty where no face was found."""


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
    closeup: Closeup | None = None
    """Where it was asked for and there is a face or a place to look at."""

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
