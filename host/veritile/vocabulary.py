"""The words that every part of Veritile uses, in the protocol, badges, log and exports.

`score` is always P(fake), 0 to 1, of a frame or of a participant;
`authenticity_score` is 1 - score, for clients that speak of authenticity.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Label(StrEnum):
    """What a participant looks like on the evidence so far."""

    LIKELY_REAL = "likely_real"
    SUSPECT = "suspect"
    LIKELY_FAKE = "likely_fake"
    INCONCLUSIVE = "inconclusive"


class Reason(StrEnum):
    """Why a participant is `inconclusive`."""

    STARTING = "starting"
    UNDECIDED = "undecided"
    NO_FACE = "no_face"
    FACE_TOO_SMALL = "face_too_small"
    BLURRED = "blurred"
    TOO_DARK = "too_dark"
    FROZEN = "frozen"
    CAMERA_OFF = "camera_off"
    SCREEN_SHARE = "screen_share"
    UNSUPPORTED = "unsupported"
    HOST_LOST = "host_lost"


class Advice(StrEnum):
    """What would help where a participant cannot be judged, or only slowly."""

    PIN = "pin"
    """Pin or enlarge this participant: the face is too small."""
    LIGHT = "light"
    """Ask the participant for more light."""
    SHARPER = "sharper"
    """The picture is blurred: ask for a steady camera, or for less in the way of the connection."""
    FACE_CAMERA = "face_camera"
    """Ask the participant to look into the camera."""


class Sensitivity(StrEnum):
    """The presets that a user picks from."""

    SENSITIVE = "sensitive"
    BALANCED = "balanced"
    CONSERVATIVE = "conservative"


THRESHOLDS: Final[dict[Sensitivity, float]] = {
    Sensitivity.SENSITIVE: 0.35,
    Sensitivity.BALANCED: 0.52,
    Sensitivity.CONSERVATIVE: 0.75,
}
"""Score at and above which a single picture counts as fake, per preset."""

BUDGETS: Final[dict[Sensitivity, float]] = {
    Sensitivity.SENSITIVE: 1.0,
    Sensitivity.BALANCED: 0.1,
    Sensitivity.CONSERVATIVE: 0.01,
}
"""False alarms per hour and real participant that a call may cost, per preset."""
