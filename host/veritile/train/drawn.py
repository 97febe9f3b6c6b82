"""A tiny data set and benchmark of drawn faces, so that every step runs in seconds without any photograph."""

from __future__ import annotations

import csv
import itertools
import zipfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from veritile.train import bench, blend, faces, livepairs

_SIDE = 180
_FACE = 100.0


def write_faces(folder: Path, *, people: int = 12, seed: int = 0) -> None:
    """Write a `faces.csv` and `drawn.zip` of `people` drawings; the last quarter is the split `val`."""
    folder.mkdir(parents=True, exist_ok=True)
    columns = ["file", "source", "identity", "split", "size", "face_px"]
    columns += [f"{point}_{axis}" for point in faces.LANDMARKS for axis in "xy"]
    with (
        zipfile.ZipFile(folder / "drawn.zip", "w") as archive,
        (folder / faces.TABLE).open("w", newline="", encoding="utf-8") as file,
    ):
        table = csv.writer(file)
        table.writerow(columns)
        for person in range(people):
            image, points = _draw(np.random.default_rng((seed, person)))
            name = f"drawn/{person:05d}.jpg"
            archive.writestr(name, _jpeg(image))
            split = "val" if person >= people * 3 // 4 else "train"
            table.writerow([name, "drawn", person, split, _SIDE, _FACE, *points.round(1).reshape(-1)])


def write_bench(folder: Path, *, clips: int = 4, frames: int = 3, seed: int = 1) -> None:
    """Write a `bench.csv` and a `drawn.zip` of `clips` drawn people, each real and self-blended."""
    folder.mkdir(parents=True, exist_ok=True)
    start = (_SIDE - _FACE) / 2
    with (
        zipfile.ZipFile(folder / "drawn.zip", "w") as archive,
        (folder / bench.TABLE).open("w", newline="", encoding="utf-8") as file,
    ):
        table = csv.writer(file)
        table.writerow(
            ["file", "set", "clip", "label", "kind", "width", "height", "frame"]
            + [f"face_{side}" for side in "xywh"]
        )
        for clip, frame, label, picture in _clips(clips, frames, seed):
            name = f"drawn/{clip}/{label}/{frame}.jpg"
            archive.writestr(name, picture)
            box = (start, start, _FACE, _FACE)
            table.writerow([name, "drawn", clip, label, "drawing", _SIDE, _SIDE, frame, *box])


def write_live(folder: Path, *, clips: int = 4, frames: int = 3, seed: int = 2) -> None:
    """Write a `pairs.csv` and a `pairs.zip` of `clips` drawn people before and after a blend."""
    folder.mkdir(parents=True, exist_ok=True)
    start = (_SIDE - _FACE) / 2
    with (
        zipfile.ZipFile(folder / "pairs.zip", "w") as archive,
        (folder / livepairs.TABLE).open("w", newline="", encoding="utf-8") as file,
    ):
        table = csv.writer(file)
        columns = ["file", "clip", "label", "frame", "width", "height"]
        table.writerow(columns + [f"face_{side}" for side in "xywh"])
        for clip, frame, label, picture in _clips(clips, frames, seed):
            name = f"{clip}/{label}/{frame}.jpg"
            archive.writestr(name, picture)
            table.writerow([name, clip, label, frame, _SIDE, _SIDE, start, start, _FACE, _FACE])


def _clips(clips: int, frames: int, seed: int) -> Iterator[tuple[int, int, str, bytes]]:
    """Clip, frame, label and JPEG of every picture: each frame real, then self-blended."""
    for clip, frame in itertools.product(range(clips), range(frames)):
        rng = np.random.default_rng((seed, clip, frame))
        image, points = _draw(rng)
        pair = blend.self_blend(image, points, rng)
        yield clip, frame, "real", _jpeg(pair.real)
        yield clip, frame, "fake", _jpeg(pair.fake)


def _draw(rng: np.random.Generator) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """(180, 180, 3) uint8 RGB with a face 100 px tall in the middle, and its five landmarks."""
    image = np.full((_SIDE, _SIDE, 3), rng.integers(0, 256, 3), np.uint8)
    skin = rng.integers(90, 230, 3).tolist()
    points = (blend.MEAN_POINTS - (56, 62)) * 0.9 + _SIDE / 2 + rng.uniform(-2, 2, (5, 2))
    cv2.ellipse(image, (_SIDE // 2, _SIDE // 2), (38, 50), 0, 0, 360, skin, -1, cv2.LINE_AA)
    for x, y in points[:2]:
        cv2.circle(image, (round(x), round(y)), 5, (30, 20, 20), -1, cv2.LINE_AA)
    mouth = points[3:].round().astype(int).tolist()
    cv2.line(image, mouth[0], mouth[1], (160, 60, 60), 3, cv2.LINE_AA)
    noisy = image + rng.normal(0, 6, image.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8), points


def _jpeg(rgb: NDArray[np.uint8]) -> bytes:
    return cv2.imencode(".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))[1].tobytes()
