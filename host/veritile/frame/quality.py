"""How well a face can be judged: its size, sharpness and light, a gate, and a weight.

Sharpness: the face is shrunk (never grown) to a long side of 128 px, so that
the same picture measures alike in a small and in a large tile; then the
standard deviation of its Laplacian is divided by that of its grey values, so
that contrast and light cancel. On webcam faces (tests/bench/bench_faces.py, 675
faces) it is 0.16-0.61, median 0.35; blurred by 1 % of the face's size 0.14, by
2 % 0.09, by 4 % 0.07.

Light: the mean grey value of the face, 0-1. On the same faces, of dark and light
skin, it is 0.20-0.62; the gate is well below, because it is meant for unlit rooms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from veritile.vocabulary import Reason

_SHARPNESS_SIDE: Final = 128
_FULL_FACE_PX: Final = 160.0
_FULL_SHARPNESS: Final = 0.3
_FULL_LIGHT: Final = 0.25
_FULL_YAW, _LEAST_YAW = 15.0, 40.0  # degrees
_LEAST_WEIGHT: Final = 0.25


@dataclass(frozen=True, slots=True)
class Quality:
    """Measured on one face."""

    face_px: float
    """Long side of the face box in pixels of the frame."""
    sharpness: float
    """0 (flat) upwards; see the module."""
    light: float
    """Mean grey value, 0-1."""


@dataclass(frozen=True, slots=True)
class Gate:
    """The least of each that a model can judge; a model's metadata may set its own."""

    face_px: float = 64.0
    """Below a face of 64 px the classifier sees mostly interpolated pixels (its input shows the face at
    about 200 px), and the published nets of this family call most real faces fake."""
    sharpness: float = 0.1
    """About a blur of 2 % of the face's size: what out of focus or a starved video encoder leaves."""
    light: float = 0.08
    """An unlit room: noise and compression are then stronger than the face."""

    def reason(self, quality: Quality) -> Reason | None:
        """Why a face cannot be judged; None when it can."""
        if quality.face_px < self.face_px:
            return Reason.FACE_TOO_SMALL
        if quality.light < self.light:
            return Reason.TOO_DARK
        if quality.sharpness < self.sharpness:
            return Reason.BLURRED
        return None

    def weight(self, quality: Quality, yaw: float = 0.0) -> float:
        """How much a frame counts, 0-1: 0 when it cannot be judged, else the weakest of the four measures.

        Each rises from 0.25 at the gate to 1 at a face of 160 px, a sharpness of 0.3, a light of 0.25. A head
        turned to either side counts in full up to a measured `yaw` of 15 degrees, and falls to 0.25 at 40
        and beyond (in truth about 20 and 60, see `veritile.frame.pose`): it is harder to judge, but no
        reason to judge nothing.
        """
        if self.reason(quality) is not None:
            return 0.0
        return min(
            _ramp(quality.face_px, self.face_px, _FULL_FACE_PX),
            _ramp(quality.sharpness, self.sharpness, _FULL_SHARPNESS),
            _ramp(quality.light, self.light, _FULL_LIGHT),
            _ramp(-min(abs(yaw), _LEAST_YAW), -_LEAST_YAW, -_FULL_YAW),
        )


def measure(rgb: NDArray[np.uint8], box: Sequence[float]) -> Quality:
    """Measure the face in a box of an (H, W, 3) uint8 RGB frame; x, y, width, height in pixels."""
    x, y, width, height = box
    face = rgb[max(0, int(y)) : max(0, int(y + height)), max(0, int(x)) : max(0, int(x + width))]
    if face.size == 0:
        return Quality(max(width, height), 0.0, 0.0)
    shades = cv2.cvtColor(face, cv2.COLOR_RGB2GRAY)  # before it is shrunk: one channel is cheaper than three
    scale = _SHARPNESS_SIDE / max(face.shape[:2])
    if scale < 1.0:
        size = max(1, round(face.shape[1] * scale)), max(1, round(face.shape[0] * scale))
        shades = cv2.resize(shades, size, interpolation=cv2.INTER_AREA)
    grey = shades.astype(np.float32)
    detail = float(cv2.Laplacian(grey, cv2.CV_32F).std())
    # The 1 keeps the rounding of a flat, dark face from passing for detail.
    return Quality(max(width, height), detail / (float(grey.std()) + 1.0), float(grey.mean()) / 255.0)


def _ramp(value: float, least: float, full: float) -> float:
    if full <= least or value >= full:
        return 1.0
    return _LEAST_WEIGHT + (1.0 - _LEAST_WEIGHT) * (value - least) / (full - least)
