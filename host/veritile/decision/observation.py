"""What the frame pipeline tells of one frame, in the words that the decision needs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from veritile.vocabulary import Reason

Box = tuple[float, float, float, float]
"""x, y, width, height in pixels of the frame."""

LEAST_QUALITY: Final = 0.001
_SMALL_PX: Final = 100.0
_LARGE_PX: Final = 200.0
_TURNED_DEGREES: Final = 30.0


class Size(StrEnum):
    """How large a face is, by its long side in pixels: the classes of the evaluation's tables."""

    SMALL = "<100"
    MEDIUM = "100-200"
    LARGE = ">=200"

    @classmethod
    def of(cls, face_px: float) -> Size:
        """Return the class of a face of so many pixels."""
        if face_px < _SMALL_PX:
            return cls.SMALL
        return cls.MEDIUM if face_px < _LARGE_PX else cls.LARGE


class Pose(StrEnum):
    """Whether a face looks at the camera."""

    FRONTAL = "frontal"
    TURNED = "turned"
    UNKNOWN = "unknown"

    @classmethod
    def of(cls, yaw: float | None) -> Pose:
        """Return the class of a head turned by so many degrees to either side; None when nobody measured."""
        if yaw is None:
            return cls.UNKNOWN
        return cls.FRONTAL if abs(yaw) <= _TURNED_DEGREES else cls.TURNED


@dataclass(frozen=True, slots=True)
class Look:
    """One face in one frame."""

    box: Box
    log_odds: float | None
    """Calibrated ln(P(fake) / P(real)) without the prior; None when the face could not be judged."""
    quality: float
    """How much the look should count, 0-1; below `LEAST_QUALITY` it counts for nothing."""
    reason: Reason | None = None
    """Why `log_odds` is None."""
    face_px: float = 0.0
    """Long side of the face in pixels; 0 takes it from the box."""
    yaw: float | None = None
    """How far the head is turned to either side, degrees; None when it was not measured."""
    signature: tuple[float, ...] | None = None
    """A coarse description of what surrounds the face; alike when their normalised correlation is near 1."""

    @property
    def usable(self) -> bool:
        """Whether the look says anything of real or fake."""
        return self.log_odds is not None and self.quality >= LEAST_QUALITY

    @property
    def size(self) -> Size:
        """The class of its size."""
        return Size.of(self.face_px or max(self.box[2:]))

    @property
    def finite(self) -> bool:
        """Whether every number can be reckoned with."""
        numbers = (*self.box, self.quality, self.log_odds or 0.0, self.face_px, self.yaw or 0.0)
        return all(map(math.isfinite, numbers)) and (
            self.signature is None or all(map(math.isfinite, self.signature))
        )


@dataclass(frozen=True, slots=True)
class Observation:
    """One frame of one participant's tile."""

    at: float
    """When it was captured, seconds on any clock that does not jump; older than the last counts as equal."""
    looks: tuple[Look, ...] = ()
    """Its faces, the largest first."""
    width: int = 0
    """Of the frame in pixels; 0 when it was not decoded."""
    height: int = 0
    reason: Reason | None = None
    """Why there is no look."""
    unchanged: bool = False
    """The frame shows nothing that the last one did not show: it says nothing new, of nobody."""
