"""The worst moment of each person in a file: the frame, and the heat map of the face."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from veritile.detector import Detector
from veritile.errors import ImageError, NoFramesError
from veritile.frame.decode import PHOTO, decode
from veritile.video.file import sample_frames
from veritile.video.kind import Kind, file_kind

MOST: Final = 8
"""People whose pictures go into a report."""
_FRAME_SIDE: Final = 480


def pictures(detector: Detector, path: Path, told: dict[str, Any]) -> dict[int, tuple[bytes, bytes]]:
    """Return frame and heat map as JPEG, by person, of at most `MOST` people who were judged."""
    people = told.get("people") or [{"person": 1, "frames": told["frames"]}]
    moments = {}
    for person in people[:MOST]:
        scored = [frame for frame in person["frames"] if frame["score"] is not None]
        if scored:
            moments[person["person"]] = max(scored, key=lambda frame: frame["score"])
    found = {}
    for number, moment in moments.items():
        try:
            rgb = frame_at(path, moment["t"])
            heat = detector.explain(rgb, moment["face"]).overlay(320)
        except (ImageError, ValueError):  # the report does without
            continue
        found[number] = jpeg(_framed(rgb, moment["face"])), jpeg(heat)
    return found


def frame_at(path: Path, t: float) -> NDArray[np.uint8]:
    """Return the frame of a picture or video at `t` seconds, (H, W, 3) uint8 RGB; raises ImageError."""
    if file_kind(path) is Kind.PICTURE:
        return decode(path.read_bytes(), PHOTO)
    for frame in sample_frames(path, rate=1000.0, start=t):
        return frame.rgb
    raise NoFramesError(f"{path} has no frame at {t} s: choose a moment within its length.")


def jpeg(rgb: NDArray[np.uint8], quality: int = 85) -> bytes:
    """Encode an (H, W, 3) uint8 RGB picture."""
    done, data = cv2.imencode(
        ".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality]
    )
    assert done
    return data.tobytes()


def _framed(rgb: NDArray[np.uint8], box: Sequence[float]) -> NDArray[np.uint8]:
    """The frame, small, with the box drawn."""
    scale = min(1.0, _FRAME_SIDE / max(rgb.shape[:2]))
    size = max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale))
    small = cv2.resize(rgb, size, interpolation=cv2.INTER_AREA)
    x, y, width, height = (round(value * scale) for value in box)
    cv2.rectangle(small, (x, y), (x + width, y + height), (235, 70, 50), 2)
    return np.asarray(small, np.uint8)
