"""At which sizes faces are found, and how sharp they measure: `python tests/bench/bench_faces.py FOLDER`.

FOLDER holds pictures of people, one large frontal face each (JPEG or WebP, searched
with its subfolders). Every face is set into an empty frame at several sizes and
searched once at that frame's size; and measured as it is and blurred by several
shares of its size. Prints the share of faces found, and quantiles of sharpness and light.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from veritile.errors import ImageError
from veritile.frame.decode import PHOTO, decode
from veritile.frame.faces import QUICK_SIDE, Face, FaceDetector
from veritile.frame.quality import measure

SIZES = (12, 16, 20, 24, 28, 32, 40)
BLURS = (0.0, 0.01, 0.02, 0.03, 0.04)
QUANTILES = (0.01, 0.05, 0.5, 0.95)
FRAME = (QUICK_SIDE * 9 // 16, QUICK_SIDE, 3)


def pictures_in(folder: Path, detector: FaceDetector) -> Iterator[tuple[NDArray[np.uint8], Face]]:
    """Every picture in which a face is found at its own size, with that face."""
    for path in track(sorted(folder.rglob("*"))):
        if path.suffix.lower() in {".jpg", ".jpeg", ".webp"}:
            try:
                rgb = decode(path.read_bytes(), PHOTO)
            except ImageError:
                continue
            if faces := detector.detect(rgb):
                yield rgb, faces[0]


def found_at(detector: FaceDetector, rgb: NDArray[np.uint8], face: Face, size: int) -> bool:
    """Whether the face is found once it has a long side of `size` pixels, in a frame of 320x180."""
    scale = size / face.size
    small = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    left, top = (round(scale * (corner - 0.5 * face.size)) for corner in face.box[:2])
    around = small[max(0, top) : max(0, top) + 2 * size, max(0, left) : max(0, left) + 2 * size]
    frame = np.full(FRAME, 90, np.uint8)
    frame[40 : 40 + around.shape[0], 60 : 60 + around.shape[1]] = around
    return bool(detector.detect(frame))


def main() -> None:
    """Measure the pictures of the folder and print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    detector = FaceDetector()
    found: dict[int, list[bool]] = defaultdict(list)
    sharpness: dict[float, list[float]] = defaultdict(list)
    light: list[float] = []
    for rgb, face in pictures_in(folder, detector):
        for size in SIZES:
            found[size].append(found_at(detector, rgb, face, size))
        for blur in BLURS:
            seen = rgb if blur == 0 else cv2.GaussianBlur(rgb, (0, 0), blur * face.size)
            sharpness[blur].append(measure(np.asarray(seen, np.uint8), face.box).sharpness)
        light.append(measure(rgb, face.box).light)
    console = Console()
    if not light:
        sys.exit("No picture with a face in that folder.")
    console.print(f"{len(light)} faces")
    table = Table("long side, px", "found", box=None)
    for size, hits in found.items():
        table.add_row(str(size), f"{np.mean(hits):.3f}")
    console.print(table)
    table = Table("", *(f"{quantile:.0%}" for quantile in QUANTILES), box=None)
    for blur, values in sharpness.items():
        table.add_row(f"sharpness, blur {blur:.0%}", *(f"{v:.2f}" for v in np.quantile(values, QUANTILES)))
    table.add_row("light", *(f"{v:.2f}" for v in np.quantile(light, QUANTILES)))
    console.print(table)


if __name__ == "__main__":
    main()
