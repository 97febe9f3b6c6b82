"""Frames of a video file at a bounded rate, one in memory at a time.

FFmpeg reads through a file that is open already, with the demuxer of the file's
own kind: nothing in a video can make it open a second file or a connection. What a
file claims is not believed: its index is counted before it is read, and the pictures
that come out are counted against the time that they fill.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from veritile.errors import (
    CorruptImageError,
    EncryptedVideoError,
    FileUnreadableError,
    InferenceError,
    NoFramesError,
    NoVideoError,
    UnsupportedFormatError,
)
from veritile.frame.decode import CALL, Limits
from veritile.frame.header import Header
from veritile.video.claims import Count, check_claims
from veritile.video.kind import Kind, demuxer, file_kind

if TYPE_CHECKING:
    import av

FRAMES_PER_SECOND: Final = 2.0
"""Frames of one person closer together say nearly the same."""
MAX_FRAMES: Final = 18_000
"""Of one file: an hour at 5 a second. A longer one is sampled more thinly over its whole length, or, when it
does not tell its length (recordings of browsers do not), up to this many."""
QUICK_RATE: Final = 1.0
"""Frames a second at most of a quick look, which takes key frames: only they are decoded."""
SPARSE_S: Final = 10.0
"""Where key frames are further apart, a quick look decodes all and takes a frame every 2 s."""
_DAMAGED_MOST: Final = 300
"""Packets in a row that cannot be decoded, after which the rest is taken for lost."""
# An index of indices may name the same index again and again; nothing of it is needed to read on. Of edits,
# which may name the same pictures again and again, only the first is heeded.
_OPTIONS: Final = {"avi": {"use_odml": "0"}, "mov": {"advanced_editlist": "0"}}
_THREADS: Final = min(4, os.cpu_count() or 1)


@dataclass(frozen=True, slots=True, eq=False)
class VideoFrame:
    """One frame of a video."""

    t: float
    """Seconds from the start of the video."""
    rgb: NDArray[np.uint8]
    """(H, W, 3) uint8, RGB, upright."""
    number: int = 0
    """How many frames come before it; by time and frame rate where not all were decoded."""


@dataclass(frozen=True, slots=True)
class Film:
    """What a video file says of itself."""

    seconds: float | None
    """None when it does not tell, as recordings of browsers do not."""
    fps: float
    """Frames a second on average; 25 when it does not tell."""
    width: int
    """In pixels, before rotation."""
    height: int


def describe(path: Path) -> Film:
    """Return what a video says of itself; raises as `sample_frames`, NoFramesError excepted."""
    with _opened(path, CALL) as (_, film, _):
        return film


def sample_frames(
    path: Path,
    *,
    rate: float = FRAMES_PER_SECOND,
    most: int = MAX_FRAMES,
    limits: Limits = CALL,
    quick: bool = False,
    start: float = 0.0,
    reading: Callable[[], None] = lambda: None,
) -> Iterator[VideoFrame]:
    """Yield frames of a video, at most `rate` a second and `most` in all.

    Times are the frames' own, so a variable rate is followed; rotation noted in the file is applied.
    What is damaged is passed over, it is no error when there was one good frame.

    Args:
        path: of the file; any name.
        rate: frames a second.
        most: frames in all.
        limits: the largest frames that are decoded.
        quick: take key frames, at most `QUICK_RATE` a second, whatever `rate` says.
        start: seconds before which nothing is looked at; the file is not read from its start.
        reading: called for every encoded picture, wanted or not; what it raises ends the work.

    Raises:
        FileUnreadableError, UnsupportedFormatError: as `veritile.video.kind.file_kind`.
        CorruptImageError: the file cannot be opened as a video.
        NoVideoError: it holds sound or text only.
        EncryptedVideoError: its pictures are encrypted.
        ImageTooLargeError: its frames are larger than `limits`, or more than any film has: see
            `veritile.video.claims`.
        NoFramesError: not one frame can be decoded.
    """
    with _opened(path, limits) as (container, film, first_s):
        stream = container.streams.video[0]
        if quick:
            sparse = _key_frames_apart(stream, film) > SPARSE_S
            rate = min(rate, 0.5 if sparse else QUICK_RATE)
            stream.codec_context.skip_frame = "NONREF" if sparse else "NONKEY"
        interval = max(1.0 / rate, (film.seconds or 0.0) / most)
        taken, due, before, number = 0, start, -1.0, -1
        if start > 0.0:
            _seek(container, start + first_s)
        for frame in _decoded(container, path, reading):
            number += 1
            # Frames without a time stamp come one frame's time after the last.
            t = before + 1.0 / film.fps if frame.time is None else frame.time - first_s
            t = before = max(0.0, t, before)
            if t < due - min(0.5 / film.fps, 0.25 * interval):
                continue
            limits.check(Header("video", frame.width, frame.height))
            yield VideoFrame(t, _upright(frame), round(t * film.fps) if quick or start else number)
            taken += 1
            due = due + interval if due + interval > t else t + interval
            if taken == most:
                return
    if taken == 0:
        raise NoFramesError(
            f"{path} holds no picture that can be decoded: it is damaged or of an unknown codec."
        )


@contextmanager
def _opened(path: Path, limits: Limits) -> Iterator[tuple[av.container.InputContainer, Film, float]]:
    """The file opened as a video, what it says of itself, and the time of its first frame in seconds."""
    if file_kind(path) is not Kind.VIDEO:
        raise UnsupportedFormatError(f"{path} is a picture: give it to analyze_image.")
    av = _pyav()
    try:
        file = path.open("rb")
    except OSError as error:
        raise FileUnreadableError(f"{path} cannot be read ({error.strerror}): check its disk.") from error
    with file:
        form = demuxer(path)
        try:
            if form == "mov":
                check_claims(file, path)
                file.seek(0)
            container = av.open(
                file,
                format=form,
                container_options=_OPTIONS.get(form, {}),
                metadata_errors="replace",
                buffer_size=1 << 18,
                io_open=_refuse,
            )
        except (av.FFmpegError, OSError, ValueError) as error:
            raise CorruptImageError(
                f"{path} cannot be opened as a video: it is damaged or was not copied whole."
            ) from error
        with container:
            if not container.streams.video:
                raise NoVideoError(f"{path} holds no moving picture, only sound or text: name another file.")
            stream = container.streams.video[0]
            context = stream.codec_context
            if context is None:
                raise NoFramesError(f"{path} is of an unknown codec: convert it to H.264 first.")
            limits.check(Header("video", context.width, context.height))
            stream.thread_type = "AUTO"
            context.thread_count = _THREADS
            context.options = {
                "max_pixels": str(limits.long_side * limits.short_side)
            }  # it may change its size
            yield container, _film(container, stream), _seconds(stream.start_time, stream.time_base) or 0.0


def _decoded(
    container: av.container.InputContainer, path: Path, reading: Callable[[], None]
) -> Iterator[av.VideoFrame]:
    """Every frame that can be decoded."""
    av = _pyav()
    stream, any_yet, damaged, encrypted = container.streams.video[0], False, 0, False
    packets, count = container.demux(stream), Count(path)
    while damaged < _DAMAGED_MOST:
        reading()
        try:
            packet = next(packets)
        except StopIteration:
            break
        except (av.FFmpegError, OSError):
            damaged += 1
            continue
        count.one_more(_seconds(packet.pts, packet.time_base))
        encrypted = encrypted or packet.has_sidedata("encryption_info")
        if encrypted and not any_yet:
            raise EncryptedVideoError(f"{path} is encrypted (DRM): play it where it may be, and record that.")
        try:
            frames = stream.decode(packet)
        except (av.FFmpegError, OSError):
            damaged += 1
            continue
        for frame in frames:
            any_yet, damaged = True, 0
            yield frame


def _seek(container: Any, t: float) -> None:
    """Go to the last key frame before `t` seconds; a file without an index is read from its start instead."""
    av = _pyav()
    stream = container.streams.video[0]
    with suppress(av.FFmpegError, OSError):
        container.seek(int(t / stream.time_base), stream=stream)


def _film(container: Any, stream: Any) -> Film:
    fps = float(stream.average_rate or stream.guessed_rate or 0)
    seconds = _seconds(stream.duration, stream.time_base)
    if seconds is None and container.duration:
        seconds = container.duration / 1e6
    if seconds is not None and not 0.0 < seconds < 1e6:
        seconds = None
    context = stream.codec_context
    return Film(seconds, fps if 0.1 <= fps <= 1000.0 else 25.0, context.width, context.height)


def _seconds(ticks: int | None, base: Fraction | None) -> float | None:
    return None if ticks is None or base is None else float(ticks * base)


def _key_frames_apart(stream: Any, film: Film) -> float:
    """Seconds between key frames on average, by the file's index; unknown counts as often enough."""
    entries = stream.index_entries
    keys = sum(1 for entry in entries if entry.is_keyframe)
    if film.seconds is None or len(entries) < 2 or keys == 0:
        return 0.0
    return film.seconds / keys


def _upright(frame: av.VideoFrame) -> NDArray[np.uint8]:
    rgb = frame.to_ndarray(format="rgb24")
    # The display matrix turns anticlockwise, in degrees; other angles than right ones are of no camera.
    turns = round(frame.rotation / 90) % 4
    return np.ascontiguousarray(np.rot90(rgb, turns) if turns else rgb)


def _refuse(url: str, *_: object) -> Any:
    raise PermissionError(f"a video may not open another file: {url}")


def _pyav() -> Any:
    """PyAV, which is heavy and only here needed."""
    try:
        import av
        import av.logging
    except ImportError as error:
        raise InferenceError(
            f"A library is missing or broken ({error}): install Veritile again, then run `veritile doctor`."
        ) from error
    av.logging.set_level(None)  # FFmpeg says nothing on standard error, whatever a file holds
    return av
