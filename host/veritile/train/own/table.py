"""A prepared set: `set.csv` and `set.zip`, faces of real and fake people cut out and split.

Columns of `set.csv`: `file` (name in the zip), `label` (real or fake), `identity`, `split`
(train, val or test, disjoint identities), `origin` (the user's file), `frame` and `t` (number
and second of the sampled frame in it), `size` (side of the square crop, px), `face_px` and
`original_px` (long side of the face box in the crop and in the original frame, px), five
landmarks (px of the crop), and `sha256` of the user's file.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from veritile.errors import CorruptImageError, FileUnreadableError
from veritile.train.archive import PictureArchive
from veritile.train.faces import LANDMARKS, file_digest
from veritile.train.own.files import LABELS
from veritile.train.own.split import SPLITS, TEST, VAL
from veritile.train.tables import read_table

TABLE: Final = "set.csv"
ARCHIVE: Final = "set.zip"
COLUMNS: Final = (
    "file", "label", "identity", "split", "origin", "frame", "t", "size", "face_px", "original_px",
    *(f"{point}_{axis}" for point in LANDMARKS for axis in "xy"), "sha256",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class OwnFace:
    """One row of the table."""

    file: str
    fake: bool
    identity: str
    split: str
    size: int
    """Side of the crop in pixels."""
    face_px: float
    """Long side of the face box in the crop, which is centred on it."""
    original_px: float
    """Long side of the face box in the user's picture."""
    landmarks: tuple[tuple[float, float], ...]

    @property
    def box(self) -> tuple[float, float, float, float]:
        """x, y, width, height of the square around the face box, in pixels of the crop."""
        start = (self.size - self.face_px) / 2
        return start, start, self.face_px, self.face_px


class OwnSet:
    """A prepared set; pictures are decoded when asked for. May be sent to worker processes."""

    def __init__(self, folder: Path) -> None:
        """Read the table.

        Raises:
            FileUnreadableError: `folder` holds no prepared set.
            CorruptImageError: a row cannot be understood.
        """
        self.folder = folder
        path = folder / TABLE
        if not (folder / ARCHIVE).is_file():
            raise FileUnreadableError(
                f"{folder} holds no prepared set ({TABLE} and {ARCHIVE}): veritile train prepare makes one."
            )
        rows = read_table(path, "make the set anew with veritile train prepare")
        try:
            self.faces = [_face(row) for row in rows]
        except (KeyError, TypeError, ValueError) as error:
            raise CorruptImageError(
                f"{path} lacks a column or holds a wrong value ({error}): make the set anew."
            ) from error
        for split in SPLITS[:2]:
            if {face.fake for face in self.of(split)} != {False, True}:
                raise CorruptImageError(
                    f"{path} lists not both real and fake faces of the split {split!r}: make the set anew."
                )
        self._archive = PictureArchive(folder, Path(ARCHIVE).stem)

    def of(self, split: str) -> list[OwnFace]:
        """The faces of one split."""
        return [face for face in self.faces if face.split == split]

    @property
    def measured_split(self) -> str:
        """The split that figures are about: `test`, or `val` where there were too few people for both."""
        return TEST if self.of(TEST) else VAL

    def read(self, face: OwnFace) -> NDArray[np.uint8]:
        """The crop as (size, size, 3) uint8 RGB. Raises ImageError when it is missing or damaged."""
        return self._archive.read(face.file)

    def digests(self) -> dict[str, str]:
        """SHA-256 of the table and of the zip file: what a training record names as its data."""
        return {name: file_digest(self.folder / name) for name in (TABLE, ARCHIVE)}


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A name to write to, which becomes `path` when the block ends well and vanishes when it does not."""
    partial = path.with_name(path.name + ".partial")
    try:
        yield partial
        partial.replace(path)
    except OSError as error:
        raise FileUnreadableError(
            f"{path} cannot be written ({error.strerror}): make room or name another folder."
        ) from error
    finally:
        partial.unlink(missing_ok=True)


def write_table(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write `set.csv`; the keys are `COLUMNS`."""
    with replacing(path) as partial, partial.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


def _face(row: dict[str, str]) -> OwnFace:
    if row["split"] not in SPLITS:
        raise ValueError(f"split {row['split']!r}")
    if not 0 < float(row["face_px"]) < float("inf"):
        raise ValueError(f"a face of {row['face_px']} pixels")
    return OwnFace(
        file=row["file"],
        fake=LABELS[row["label"]],
        identity=row["identity"],
        split=row["split"],
        size=int(row["size"]),
        face_px=float(row["face_px"]),
        original_px=float(row["original_px"]),
        landmarks=tuple((float(row[f"{p}_x"]), float(row[f"{p}_y"])) for p in LANDMARKS),
    )
