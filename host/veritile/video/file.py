"""Frames of a video file at a bounded rate, one in memory at a time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from veritile.errors import CorruptImageError, FileUnreadableError, NoFramesError, UnsupportedFormatError
from veritile.frame.decode import CALL, Limits
from veritile.frame.header import Header
from veritile.frame.quiet import quiet_stderr
from veritile.video.kind import Kind, file_kind

FRAMES_PER_SECOND: Final = 2.0
"""Frames of one person closer together say nearly the same."""
MAX_FRAMES: Final = 600
"""Of one file: five minutes at the full rate. A longer one is sampled more thinly over its whole length, or,
when it does not tell its length (recordings of browsers do not), over its first five minutes."""


@dataclass(frozen=True, slots=True, eq=False)
class VideoFrame:
    """One frame of a video."""

    t: float
    """Seconds from the start of the video."""
    rgb: NDArray[np.uint8]
    """(H, W, 3) uint8, RGB, upright."""


def sample_frames(
    path: Path, *, rate: float = FRAMES_PER_SECOND, most: int = MAX_FRAMES, limits: Limits = CALL
) -> Iterator[VideoFrame]:
    """Yield frames of a video, at most `rate` a second and `most` in all.

    The file is decoded from its start to its end; rotation noted in the file is applied.
    Damage in the middle ends the frames, it is no error when there was one before.

    Raises:
        FileUnreadableError, UnsupportedFormatError: as `veritile.video.kind.file_kind`; the first also for
            a name that is no Unicode text.
        CorruptImageError: the file cannot be opened as a video.
        ImageTooLargeError: its frames are larger than `limits`.
        NoFramesError: not one frame can be decoded.
    """
    if file_kind(path) is not Kind.VIDEO:
        raise UnsupportedFormatError(f"{path} is a picture: give it to analyze_image.")
    try:
        str(path).encode("utf-8")
    except UnicodeEncodeError as error:  # OpenCV would crash
        raise FileUnreadableError(f"{path} has a name that is no Unicode text: rename it.") from error
    with quiet_stderr():
        # One thread: bounded memory, and FFmpeg prints nothing after a call has returned.
        capture = cv2.VideoCapture(str(path.resolve()), cv2.CAP_FFMPEG, [cv2.CAP_PROP_N_THREADS, 1])
    try:
        if not capture.isOpened():
            raise CorruptImageError(
                f"{path} cannot be opened as a video: it is damaged or was not copied whole."
            )
        width, height = (
            int(capture.get(key)) for key in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT)
        )
        limits.check(Header("video", width, height))
        yield from _sample(capture, path, rate, most, limits)
    finally:
        with quiet_stderr():
            capture.release()


def _sample(
    capture: cv2.VideoCapture, path: Path, rate: float, most: int, limits: Limits
) -> Iterator[VideoFrame]:
    fps = capture.get(cv2.CAP_PROP_FPS)
    fps = fps if math.isfinite(fps) and 0.1 <= fps <= 1000.0 else 25.0
    interval = max(1.0 / rate, _declared_seconds(capture, fps) / most)
    taken, index, t, due = 0, 0, 0.0, 0.0
    while taken < most:
        with quiet_stderr():
            grabbed = capture.grab()
        if not grabbed:
            break
        # Files without time stamps answer 0 for every frame: time then goes by the frame rate.
        stamped = capture.get(cv2.CAP_PROP_POS_MSEC) / 1e3
        t = stamped if index == 0 or stamped > t else t + 1.0 / fps
        index += 1
        if t < due - 0.5 / fps:
            continue
        with quiet_stderr():
            done, bgr = capture.retrieve()
        if not done:
            break
        limits.check(Header("video", bgr.shape[1], bgr.shape[0]))  # a stream may change its size
        yield VideoFrame(t, np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), dtype=np.uint8))
        taken += 1
        due = max(due + interval, t)
    if taken == 0:
        raise NoFramesError(
            f"{path} holds no picture that can be decoded: it is damaged or of an unknown codec."
        )


def _declared_seconds(capture: cv2.VideoCapture, fps: float) -> float:
    """Length by the file's own account; 0 when it gives none, as recordings of browsers do."""
    frames = capture.get(cv2.CAP_PROP_FRAME_COUNT)
    return frames / fps if math.isfinite(frames) and frames > 0 else 0.0
