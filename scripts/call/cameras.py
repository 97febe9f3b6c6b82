"""What the participants' fake cameras show: Motion-JPEG files, which Chromium plays in a loop.

The astronaut (a real face, in the scikit-image wheel) and a self-blended swap of
her serve where there is no other footage.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]

FPS = 25
MAX_FRAMES = 500
MAX_WIDTH = 640


def from_video(source: Path, target: Path) -> Path:
    """Write the frames of a video to `target` as Motion JPEG: at most 500, at most 640 pixels wide.

    Raises ValueError when the file holds no video.
    """
    return _write(target, _read(source), empty=f"{source} is not a video that can be read.")


def astronaut(target: Path, *, swapped: bool, seconds: float = 6.0) -> Path:
    """Write a few seconds of the astronaut moving her head a little; with a face swapped in, if `swapped`."""
    picture = swapped_astronaut() if swapped else astronaut_picture()
    frames = _animate(picture, round(seconds * FPS))
    return _write(target, frames, empty="no frames")


def astronaut_picture() -> Image:
    """Return the astronaut's portrait, (512, 512, 3) uint8 RGB."""
    from skimage import data

    return np.asarray(data.astronaut(), dtype=np.uint8)


def swapped_astronaut(seed: int = 1) -> Image:
    """Return the astronaut with a changed copy of her own face blended in, (512, 512, 3) uint8 RGB."""
    from veritile.frame.faces import FaceDetector
    from veritile.train.blend import self_blend

    picture = astronaut_picture().copy()
    face = FaceDetector().detect(picture)[0]
    # Blending misplaces the copy by a share of the picture, so it is given the face's surroundings only.
    left, top = (round(corner - 0.4 * face.size) for corner in face.box[:2])
    around = np.s_[max(0, top) : top + round(1.8 * face.size), max(0, left) : left + round(1.8 * face.size)]
    landmarks = [(x - max(0, left), y - max(0, top)) for x, y in face.landmarks]
    blended = self_blend(np.ascontiguousarray(picture[around]), landmarks, np.random.default_rng(seed))
    mask = blended.mask[..., None]
    picture[around] = np.rint(blended.fake * mask + blended.real * (1 - mask)).astype(np.uint8)
    return picture


def _animate(picture: Image, count: int) -> Iterator[Image]:
    """Pan and turn a camera over the head and shoulders, in a movement that loops."""
    rng = np.random.default_rng(0)
    for index in range(count):
        phase = 2 * math.pi * index / count
        turn = cv2.getRotationMatrix2D((224, 120), 1.5 * math.sin(2 * phase), 1.6 + 0.04 * math.sin(phase))
        turn[0, 2] += 320 - 224 + 6 * math.sin(phase)
        turn[1, 2] += 200 - 120 + 4 * math.sin(3 * phase)
        frame = cv2.warpAffine(
            picture, turn, (640, 480), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        noise = rng.normal(0.0, 1.5, frame.shape)  # no camera shows the same picture twice
        yield np.clip(frame + noise, 0, 255).astype(np.uint8)


def _read(source: Path) -> Iterator[Image]:
    video = cv2.VideoCapture(str(source))
    try:
        for _ in range(MAX_FRAMES):
            more, frame = video.read()
            if not more:
                return
            scale = min(1.0, MAX_WIDTH / frame.shape[1])
            if scale < 1.0:
                frame = cv2.resize(frame, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
            yield np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB), dtype=np.uint8)
    finally:
        video.release()


def _write(target: Path, frames: Iterator[Image], *, empty: str) -> Path:
    count = 0
    with target.open("wb") as file:
        for frame in frames:
            done, jpeg = cv2.imencode(
                ".jpg", cv2.cvtColor(frame, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 95]
            )
            if not done:
                raise ValueError("OpenCV could not encode a frame as JPEG.")
            file.write(jpeg.tobytes())
            count += 1
    if not count:
        target.unlink()
        raise ValueError(empty)
    return target
