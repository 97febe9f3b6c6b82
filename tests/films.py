"""Short real video files of the pictures."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np

from pictures import Picture

CODECS = {".mp4": "mp4v", ".avi": "MJPG", ".webm": "VP80", ".mkv": "mp4v"}


def write_film(path: Path, pictures: Iterable[Picture], fps: float = 10.0) -> Path:
    """Write pictures of one size as a video; the container follows from the name."""
    writer = None
    for picture in pictures:
        if writer is None:
            size = picture.shape[1], picture.shape[0]
            writer = cv2.VideoWriter(
                str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*CODECS[path.suffix]), fps, size
            )
            assert writer.isOpened()
        writer.write(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    if writer is not None:
        writer.release()
    return path


def write_encoded(
    path: Path,
    pictures: Sequence[Picture],
    stamps: Sequence[float] | None = None,
    *,
    fps: int = 10,
    between: int = 250,
    options: dict[str, str] | None = None,
) -> Path:
    """Write pictures as H.264 (in a GIF as its own kind), each at its own time in seconds where told.

    `between` is the number of pictures from one key frame to the next.
    """
    gif = path.suffix == ".gif"
    height, width = pictures[0].shape[:2]
    with av.open(str(path), "w", options=options or {}) as container:
        stream = container.add_stream("gif" if gif else "libx264", rate=fps)
        stream.width, stream.height = width, height
        stream.pix_fmt = "rgb8" if gif else "yuv420p"
        if not gif:
            stream.options = {"g": str(between), "sc_threshold": "0", "preset": "ultrafast"}
            stream.codec_context.time_base = Fraction(1, 1000)
        for index, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            if not gif:
                frame.pts = round(1000 * (stamps[index] if stamps else index / fps))
                frame.time_base = Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def write_sound(path: Path) -> Path:
    """Write a tenth of a second of silence."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=8000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 800), np.float32), format="fltp", layout="mono")
        frame.rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def turn_clockwise(path: Path) -> Path:
    """Note in an MP4 file that its pictures are to be shown turned by 90 degrees clockwise, as phones do."""
    data = bytearray(path.read_bytes())
    # The matrix of the track header: 40 bytes behind the box's name (version 0), 16.16 fixed point.
    matrix = data.index(b"tkhd") + 4 + 40
    for index, value in enumerate((0, 0x0001_0000, 0, 0xFFFF_0000, 0)):
        data[matrix + 4 * index : matrix + 4 * index + 4] = value.to_bytes(4)
    path.write_bytes(data)
    return path
