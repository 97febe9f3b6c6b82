"""How a face is turned, from its five landmarks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pose:
    """Rotation of a head against the camera, in degrees; all 0 when it looks straight at it."""

    yaw: float
    """Positive when the person turns towards the picture's right, -90 to 90."""
    pitch: float
    """Positive when the person looks up, -90 to 90."""
    roll: float
    """Positive when the head is tilted clockwise in the picture, -180 to 180."""


def pose_of(landmarks: Sequence[tuple[float, float]]) -> Pose:
    """Estimate the pose from YuNet's five points (see `veritile.frame.faces.Face.landmarks`)."""
    return Pose(0.0, 0.0, 0.0)
