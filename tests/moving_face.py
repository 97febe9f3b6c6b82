"""A face that a detector finds, as photographs and as calls: the astronaut's, in other light and places."""

import csv
import zipfile
from pathlib import Path

import cv2
import numpy as np
from skimage.data import astronaut

LEFT, TOP, EXTENT = 113, 0, 220
POINTS = np.array([(203.4, 101.4), (245.3, 101.7), (223.1, 124.9), (203.4, 144.2), (240.1, 142.3)]) - (
    LEFT,
    TOP,
)
FACE_PX = 112.0
BOX = (54.0, 64.0, 84.0, FACE_PX)


def portrait(light: float = 1.0, shift: int = 0) -> np.ndarray:
    """The face with its surroundings, (EXTENT, EXTENT, 3) uint8 RGB."""
    cut = astronaut()[TOP : TOP + EXTENT, LEFT + shift : LEFT + shift + EXTENT]
    return np.clip(cut * light, 0, 255).astype(np.uint8)


def write_photographs(folder: Path, *, train: int = 3, val: int = 2) -> Path:
    """A `faces.csv` with as many people, each in a light of their own."""
    folder.mkdir(parents=True)
    columns = ["file", "source", "identity", "split", "size", "face_px"]
    points = [f"{name}_{axis}" for name in ("eye_r", "eye_l", "nose", "mouth_r", "mouth_l") for axis in "xy"]
    with (
        zipfile.ZipFile(folder / "shown.zip", "w") as archive,
        (folder / "faces.csv").open("w", newline="", encoding="utf-8") as file,
    ):
        table = csv.writer(file)
        table.writerow(columns + points)
        for number in range(train + val):
            split = "train" if number < train else "val"
            archive.writestr(f"{number}.jpg", _jpeg(portrait(0.7 + 0.1 * number)))
            row = [f"{number}.jpg", "shown", number, split, EXTENT, FACE_PX]
            table.writerow([*row, *POINTS.reshape(-1)])
    return folder


def write_calls(folder: Path, *, clips: int = 2, frames: int = 10) -> Path:
    """A `pairs.csv` with calls in which the face moves; its swap is a smoothed face."""
    folder.mkdir(parents=True)
    columns = ["file", "clip", "label", "frame", "width", "height", "face_x", "face_y", "face_w", "face_h"]
    with (
        zipfile.ZipFile(folder / "pairs.zip", "w") as archive,
        (folder / "pairs.csv").open("w", newline="", encoding="utf-8") as file,
    ):
        table = csv.writer(file)
        table.writerow(columns)
        for clip in range(clips):
            for frame in range(frames):
                shift = frame
                real = portrait(0.8 + 0.2 * clip, shift)
                sides = {"real": real, "fake": swapped(real)}
                for label, picture in sides.items():
                    name = f"{clip}/{label}/{frame}.jpg"
                    archive.writestr(name, _jpeg(picture))
                    box = (BOX[0] - shift, *BOX[1:])
                    table.writerow([name, clip, label, 5 * frame, EXTENT, EXTENT, *box])
    return folder


def swapped(picture: np.ndarray) -> np.ndarray:
    """The same with a face that has lost its fine detail."""
    mask = np.zeros(picture.shape[:2], np.float32)
    cv2.ellipse(mask, (98, 120), (36, 46), 0, 0, 360, 1.0, -1)
    mask = cv2.GaussianBlur(mask, (0, 0), 4)[..., None]
    return (cv2.GaussianBlur(picture, (0, 0), 2) * mask + picture * (1 - mask)).astype(np.uint8)


def _jpeg(rgb: np.ndarray) -> bytes:
    return cv2.imencode(".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))[1].tobytes()
