"""How far pictures differ that show the same, or something new: `python tests/bench/bench_changed.py`.

Photographs of scikit-image, as frames of 640x360 with a camera's noise of 1 grey level, are
encoded as JPEG of quality 85 and compared with: themselves at other qualities; the same
scene with new noise; a person who moved by 1 % of the face's size; and a still picture
that comes through a video encoder (H.264, 300 kbit/s, a camera of 15 frames a second that
repeats one photograph), 0.4 s apart. Prints the difference of the most different block of the
thumbnails, in grey levels, the least and the most of all scenes; and what a thumbnail costs.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import skimage.data
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import pictures
from veritile.frame.changed import OTHER_CODING, SAME_CODING, is_unchanged, largest_difference, thumbnail
from veritile.frame.decode import decode

QUALITIES = (50, 60, 70, 75, 80, 90, 95)
NOISES = (1.0, 2.0, 3.0)
FACES = ((1280, 64), (640, 64), (1280, 150), (640, 150), (320, 64))
"""Width of the frame and long side of the face, in pixels."""
APART = 6
"""Video frames between two that are compared: 0.4 s."""

Picture = NDArray[np.uint8]
_dice = np.random.default_rng(1)


def scenes() -> Iterator[Picture]:
    """Photographs of 640x360 pixels."""
    yield from (pictures.person(), pictures.two_people(), pictures.empty())
    for name in ("astronaut", "chelsea", "coffee", "rocket"):
        photo = getattr(skimage.data, name)()
        yield np.asarray(cv2.resize(photo[: photo.shape[1] * 9 // 16], (640, 360)), np.uint8)


def noisy(picture: Picture, sigma: float) -> Picture:
    """A camera's next frame of the same."""
    return np.clip(np.rint(picture + _dice.normal(0, sigma, picture.shape)), 0, 255).astype(np.uint8)


def sent(picture: Picture, quality: int = 85) -> Picture:
    """What arrives of a picture."""
    return decode(pictures.jpeg(picture, quality))


def difference(a: Picture, b: Picture) -> float:
    """Grey levels by which the most different block of two pictures differs."""
    return largest_difference(thumbnail(a, 0), thumbnail(b, 0))


def moved(width: int, face_px: int) -> float:
    """The difference that a person makes who moves by 1 % of the face's size, noise apart."""
    frame = pictures.person(width, width * 9 // 16, face_px=face_px)
    shift = np.array([[1, 0, face_px * 0.01], [0, 1, 0]], np.float32)
    after = cv2.warpAffine(
        frame, shift, frame.shape[1::-1], flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return difference(sent(frame), sent(np.asarray(after, np.uint8)))


def still_video(picture: Picture, seconds: float = 8.0, rate: int = 15) -> list[Picture]:
    """A photograph that is shown to a call instead of a camera, as it is decoded at the other end."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.height, encoder.width = picture.shape[:2]
    encoder.pix_fmt, encoder.time_base, encoder.bit_rate = "yuv420p", Fraction(1, rate), 300_000
    encoder.options = {"preset": "veryfast", "tune": "zerolatency"}
    decoder = av.CodecContext.create("h264", "r")
    frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format="yuv420p")
    packets = []
    for number in range(round(seconds * rate)):
        frame.pts = number
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    decoded = [f for packet in (*packets, None) for f in decoder.decode(packet)]
    return [f.to_ndarray(format="rgb24") for f in decoded]


def microseconds(width: int) -> float:
    """Median CPU time of one thumbnail and its comparison."""
    frame = pictures.person(width, width * 9 // 16, face_px=width // 4)
    last, times = thumbnail(frame, 0), []
    for _ in range(50):
        started = time.process_time()
        for _ in range(20):
            is_unchanged(thumbnail(frame, 0), last)
        times.append((time.process_time() - started) / 20 * 1e6)
    return statistics.median(times)


def main() -> None:
    """Measure and print."""
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter).parse_args()
    frames = [noisy(scene, 1.0) for scene in scenes()]
    rows: dict[str, list[float]] = {}
    for quality in QUALITIES:
        rows[f"the same at quality {quality}"] = [difference(sent(f), sent(f, quality)) for f in frames]
    for sigma in NOISES:
        rows[f"next frame, noise of {sigma:g}"] = [
            difference(sent(noisy(s, sigma)), sent(noisy(s, sigma))) for s in scenes()
        ]
    for width, face_px in FACES:
        rows[f"moved by 1 %, face of {face_px} in {width}"] = [moved(width, face_px)]
    early, late = [], []
    for scene in scenes():
        video = [sent(f) for f in still_video(scene)]
        steps = [difference(a, b) for a, b in zip(video, video[APART:], strict=False)]
        early += steps[: 2 * APART]
        late += steps[4 * APART :]
    rows["still picture by video, first 0.8 s"] = early
    rows["still picture by video, after 1.6 s"] = late
    table = Table("most different block", "least", "median", "most", box=None)
    for name, values in rows.items():
        table.add_row(name, *(f"{f(values):.2f}" for f in (min, statistics.median, max)))
    console = Console()
    console.print(table)
    console.print(f"levels: {SAME_CODING} for the same tables, {OTHER_CODING} for others")
    for width in (320, 640, 1280):
        console.print(f"{microseconds(width):.0f} us for a picture {width} px wide")


if __name__ == "__main__":
    main()
