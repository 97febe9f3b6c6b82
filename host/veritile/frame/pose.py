"""How far a head is turned to the side, from YuNet's five points.

Seen from far away (scaled orthography), a face whose eyes and mouth corners lie in
one plane and whose nose tip stands out of it shows its yaw directly: across its midline,
which keeps its direction in the picture, the nose tip moves as the sine of the yaw while
the distances of eyes and mouth corners shrink as its cosine. Their ratio needs
neither the size of the face nor a camera, and neither tilt nor nod changes it.

The proportions are YuNet's on 8,100 photographs of people (`tests/bench/bench_pose.py
FACES_CSV`). The same bench turns a drawn head, and finds that YuNet's points lag behind: with a
face of 200 px a yaw of 10 degrees comes out as 6 to 12, of 20 as 13 to 18, of 30 as 19 to 24, of
40 as 24 to 29, of 60 as 34 to 44; with one of 100 px, 40 as 18 to 22 and 60 as 40 to 45; with one of 64 px
the error of smaller yaws is as large as they are. So this is good for "frontal or turned" and for
which of two frames is the more frontal one, not for a gaze. The tilt is not told at all: of
30 degrees YuNet's eyes show 5 at most.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

# In units of the distance from the middle of the eyes to the middle of the mouth, seen from the front.
EYES: Final = 1.00
"""Distance of the eyes,"""
MOUTH: Final = 0.86
"""width of the mouth,"""
NOSE_OUT: Final = 0.50
"""and how far the nose tip is in front of the plane of both,"""
NOSE_DOWN: Final = 0.60
"""and below the middle of the eyes."""


def yaw_of(landmarks: Sequence[tuple[float, float]]) -> float:
    """Estimate the yaw of a head in degrees, -90 to 90, positive towards the picture's right.

    Args:
        landmarks: x, y in pixels of the person's right eye, left eye, nose tip, right and left corner of the
            mouth (`veritile.frame.faces.Face.landmarks`). Points that coincide give 0.
    """
    eye_r, eye_l, nose, mouth_r, mouth_l = landmarks
    top, bottom = _middle(eye_r, eye_l), _middle(mouth_r, mouth_l)
    down_x, down_y = bottom[0] - top[0], bottom[1] - top[1]

    def across(a: tuple[float, float], b: tuple[float, float]) -> float:
        """From a to b, at a right angle to the midline and times its length; positive to the right."""
        return (b[0] - a[0]) * down_y - (b[1] - a[1]) * down_x

    width = (across(eye_r, eye_l) + across(mouth_r, mouth_l)) / (EYES + MOUTH)
    return math.degrees(math.atan2(across(top, nose) / NOSE_OUT, max(0.0, width)))


def attitude_of(landmarks: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """Estimate yaw, pitch and roll of a head in degrees, each -90 to 90, roll -180 to 180.

    Yaw as `yaw_of`. Pitch is positive for a head that looks up: the nose tip then moves towards the eyes,
    along the midline, as the tangent of the angle. Where a nose lies between eyes and mouth differs by
    person, so pitch is good against the same person's, not by itself; and of a true nod YuNet's points show
    a third. Roll is that of the line through the eyes, positive clockwise in the picture; of a true
    tilt they show a sixth. `tests/bench/bench_challenge.py` measures all three.

    Args:
        landmarks: as for `yaw_of`. Points that coincide give 0.
    """
    eye_r, eye_l, nose, mouth_r, mouth_l = landmarks
    top, bottom = _middle(eye_r, eye_l), _middle(mouth_r, mouth_l)
    down_x, down_y = bottom[0] - top[0], bottom[1] - top[1]
    along = (nose[0] - top[0]) * down_x + (nose[1] - top[1]) * down_y
    length = down_x**2 + down_y**2
    raised = NOSE_DOWN * length - along
    roll = math.degrees(math.atan2(eye_l[1] - eye_r[1], eye_l[0] - eye_r[0]))
    return yaw_of(landmarks), math.degrees(math.atan2(raised, NOSE_OUT * length)), roll


def _middle(a: tuple[float, float], b: tuple[float, float]) -> tuple[float, float]:
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2
