"""Real faces to learn from: zip files of square crops and one CSV that describes them.

The zip files are read in place. `faces.csv` has one row a picture: `file` (a
name inside `<source>.zip`), `source`, `identity`, `split` (`train` or `val`,
disjoint people), `size`, `face_px` (long side of the face box, which is centred
in the crop) and five landmarks in pixels of the crop.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from veritile.errors import CorruptImageError, FileUnreadableError
from veritile.train.archive import PictureArchive
from veritile.train.tables import read_table

TABLE: Final = "faces.csv"
LANDMARKS: Final = ("eye_r", "eye_l", "nose", "mouth_r", "mouth_l")
"""Order of the five points; right is the person's right, so left in the picture."""


@dataclass(frozen=True, slots=True)
class FacePicture:
    """One row of the table."""

    file: str
    source: str
    identity: str
    face_px: float
    landmarks: tuple[tuple[float, float], ...]


class FaceSet:
    """The pictures of one split, decoded when asked for; may be sent to worker processes."""

    def __init__(self, folder: Path, split: str) -> None:
        """Read the table of `folder`.

        Raises:
            FileUnreadableError: the table or a zip file is absent, or the split is empty.
            CorruptImageError: a row of the table cannot be understood.
        """
        self.folder = folder
        self.split = split
        self.pictures = _read_table(folder / TABLE, split)
        self._archives = {source: PictureArchive(folder, source) for source in self.sources}
        for source in self.sources:
            if not (folder / f"{source}.zip").is_file():
                raise FileUnreadableError(
                    f"{folder / source}.zip is missing: put the pictures that {TABLE} lists there."
                )

    def __len__(self) -> int:
        return len(self.pictures)

    @property
    def sources(self) -> list[str]:
        """Names of the zip files in use, sorted."""
        return sorted({picture.source for picture in self.pictures})

    def read(self, index: int) -> NDArray[np.uint8]:
        """Picture number `index` as (H, W, 3) uint8 RGB.

        Raises:
            ImageError: it is missing, or no picture that can be used.
        """
        picture = self.pictures[index]
        return self._archives[picture.source].read(picture.file)

    def digests(self) -> dict[str, str]:
        """SHA-256 of the table and of each zip file: what a training record names as its data."""
        files = [self.folder / TABLE, *(self.folder / f"{source}.zip" for source in self.sources)]
        return {file.name: file_digest(file) for file in files}


def file_digest(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_table(path: Path, split: str) -> list[FacePicture]:
    rows = read_table(path, f"give the folder that holds {TABLE}")
    rows = [row for row in rows if row.get("split") == split]
    if not rows:
        raise FileUnreadableError(
            f"{path} lists no picture of the split {split!r}: both train and val are needed."
        )
    try:
        return [_picture(row) for row in rows]
    except (KeyError, ValueError, TypeError) as error:
        raise CorruptImageError(
            f"{path} lacks a column or holds a wrong number ({error}): fetch or write it again."
        ) from error


def _picture(row: dict[str, str]) -> FacePicture:
    points = tuple((float(row[f"{p}_x"]), float(row[f"{p}_y"])) for p in LANDMARKS)
    face_px = float(row["face_px"])
    if not (np.isfinite(points).all() and 0 < face_px < np.inf):
        raise ValueError(f"the face of {row['file']}")
    return FacePicture(row["file"], row["source"], row["identity"], face_px, points)
