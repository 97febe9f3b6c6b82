"""The condition "as a call": benchmark pictures sent through a call's encoder at a low bitrate.

A benchmark holds stills, frames that lie seconds apart, and an encoder's
traces depend on what came before. So a short clip is made of each still: the
picture as a hand-held or shaken camera would have shown it over the last
frames, with fresh sensor noise in each, ending where the still is. Real and
fake of a pair get the very same motion and noise. The clip is encoded, and its
last frame judged.

How near that comes: in six webcam calls of 256-362 lines (18 moments), sent at
300 kbit/s and 360 lines, the face's mean PSNR in the last of 12 frames was, for
real video and for clips of stills, 35.8 and 36.4 dB with VP8, 37.5 and 38.0 with
H.264. Seconds into the same real calls it was 38.3 and 38.2 dB: the condition is
that of a call that has just begun, or in which much has just moved.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from veritile.train.bench import BenchFrame
from veritile.train.codec import Codec, through

Image = NDArray[np.uint8]

CALLS: Final = (Codec("vp8", 300, 360, 15), Codec("h264", 300, 360, 15))
"""What the pictures are sent as."""
FRAMES: Final = 12
"""Of a clip, the still's included: most of a second."""
_STEP: Final = 1.0 / 300
"""Standard deviation of the camera's motion between two frames, in heights of the picture."""
_INERTIA: Final = 0.8
"""Share of its motion that the camera keeps from frame to frame."""
_NOISE: Final = 3.0
"""Standard deviation of the sensor's noise, in levels of 0-255."""


def condition(name: str, codec: Codec) -> str:
    """How the set of that name is called after the codec: `liveswap@vp8-300k-360`."""
    return f"{name}@{codec}"


def clip_of(still: Image, seed: int) -> list[Image]:
    """`FRAMES` (H, W, 3) uint8 pictures that end with the still, all with noise."""
    height, width = still.shape[:2]
    rng = np.random.default_rng(seed)
    motion = rng.normal(0, _STEP * height, 2)
    place = np.zeros(2)
    frames = []
    for _ in range(FRAMES):  # from the last back to the first
        matrix = np.array([[1, 0, place[0]], [0, 1, place[1]]])
        moved = still
        if place.any():
            moved = np.asarray(
                cv2.warpAffine(
                    still, matrix, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REFLECT
                ),
                dtype=np.uint8,
            )
        noise = rng.standard_normal(still.shape, dtype=np.float32) * np.float32(_NOISE)
        frames.append(np.clip(np.rint(moved + noise), 0, 255).astype(np.uint8))
        place = place + motion
        motion = _INERTIA * motion + (1 - _INERTIA**2) ** 0.5 * rng.normal(0, _STEP * height, 2)
    return frames[::-1]


def as_calls(
    frame: BenchFrame, still: Image, codecs: Sequence[Codec] = CALLS
) -> list[tuple[BenchFrame, Image]]:
    """The frame as the other side of each call sees it: its row, set and box changed, and its picture.

    Raises UnsupportedFormatError (see `veritile.train.codec.through`).
    """
    seed = zlib.crc32(f"{frame.set}/{frame.clip}/{frame.frame}".encode())
    clip = clip_of(still, seed)
    calls = []
    for codec in codecs:
        sent = through(clip, codec)[-1]
        across, down = sent.shape[1] / still.shape[1], sent.shape[0] / still.shape[0]
        x, y, w, h = frame.box
        box = (x * across, y * down, w * across, h * down)
        calls.append((replace(frame, set=condition(frame.set, codec), box=box), sent))
    return calls
