"""Short real video files of the pictures."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import cv2

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


def turn_clockwise(path: Path) -> Path:
    """Note in an MP4 file that its pictures are to be shown turned by 90 degrees clockwise, as phones do."""
    data = bytearray(path.read_bytes())
    # The matrix of the track header: 40 bytes behind the box's name (version 0), 16.16 fixed point.
    matrix = data.index(b"tkhd") + 4 + 40
    for index, value in enumerate((0, 0x0001_0000, 0, 0xFFFF_0000, 0)):
        data[matrix + 4 * index : matrix + 4 * index + 4] = value.to_bytes(4)
    path.write_bytes(data)
    return path
