"""Short films of a person who is tinted green (real) or red and blue (fake), as the tiny model sees it."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from films import write_film
from pictures import Picture, jpeg, person

REAL, FAKE = (0.5, 1.0, 0.5), (1.0, 0.5, 1.0)


def frames(*, fake: bool, count: int = 20) -> Iterator[Picture]:
    """(180, 320, 3) uint8 RGB pictures, each with noise of its own; the person drifts to the right."""
    rng = np.random.default_rng(fake)
    for place in range(count):
        frame = person(320, 180, face_px=110, x=0.45 + 0.005 * place)
        noisy = frame * np.array(FAKE if fake else REAL) + rng.normal(0, 3, frame.shape)
        yield np.clip(noisy, 0, 255).astype(np.uint8)


def write_pair(folder: Path, name: str, *, count: int = 20) -> Path:
    """`NAME-real.avi` and `NAME-fake.avi`, ten pictures a second."""
    for label in ("real", "fake"):
        write_film(folder / f"{name}-{label}.avi", frames(fake=label == "fake", count=count))
    return folder


def write_table(folder: Path, *, count: int = 6) -> Path:
    """`bench.csv` and `drawn.zip` with `anna`, real and fake, and one still; the table is not in order."""
    rows = []
    with zipfile.ZipFile(folder / "drawn.zip", "w") as archive:
        for label in ("real", "fake"):
            for place, picture in enumerate(frames(fake=label == "fake", count=count)):
                rows.append((f"anna/{label}/{place}.jpg", "drawn", "anna", label, place))
                archive.writestr(rows[-1][0], jpeg(picture))
    rows.append(("anna/real/0.jpg", "drawn", "still", "real", 0))
    path = folder / "bench.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(("file", "set", "clip", "label", "frame"))
        table.writerows(reversed(rows))
    return path
