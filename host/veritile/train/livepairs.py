"""Real live swaps to learn from: the same frame of a call before and after a face swap.

A folder holds `pairs.csv` and its pictures, in `pairs.zip` or beside it. Columns:
`file, clip, label` (`real` or `fake`), `frame`, `width, height`, and the face box
`face_x, face_y, face_w, face_h` in pixels. A frame's two pictures are cut at the same
rectangle. Split them by clip, never by frame.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from veritile.errors import CorruptImageError, FileUnreadableError
from veritile.frame.faces import FaceDetector
from veritile.train.archive import PictureArchive
from veritile.train.blend import Image
from veritile.train.faces import file_digest
from veritile.train.tables import read_table

TABLE: Final = "pairs.csv"
ARCHIVE: Final = "pairs"

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class LivePair:
    """One frame of a call: as the camera saw it, and swapped."""

    clip: str
    frame: int
    real: str
    """Name of the untouched picture's file."""
    fake: str
    box: Box
    """x, y, width, height of the face in pixels of both pictures."""


class LivePairs:
    """The pairs of some clips, decoded when asked for; may be sent to worker processes."""

    def __init__(
        self, folder: Path, clips: Collection[str] | None = None, *, held_out: Collection[str] = ()
    ) -> None:
        """Read the table.

        Args:
            folder: of `pairs.csv`.
            clips: names of those to use; all of them by default.
            held_out: names of those not to use.

        Raises:
            FileUnreadableError: there is no table, or it lists no pair of these clips.
            CorruptImageError: a row cannot be understood.
        """
        self.folder = folder
        self.by_clip = _read_table(folder / TABLE, clips, held_out)
        self._archive = PictureArchive(folder, ARCHIVE)
        self._detector: FaceDetector | None = None

    def __len__(self) -> int:
        return sum(map(len, self.by_clip.values()))

    def __getstate__(self) -> dict[str, object]:
        """A copy in another process makes its own detector."""
        return self.__dict__ | {"_detector": None}

    @property
    def clips(self) -> list[str]:
        """Names of the clips in use, sorted."""
        return sorted(self.by_clip)

    def draw(self, rng: np.random.Generator) -> LivePair:
        """A frame of a clip: every clip is as likely, and within it every frame."""
        pairs = self.by_clip[self.clips[int(rng.integers(len(self.by_clip)))]]
        return pairs[int(rng.integers(len(pairs)))]

    def read(self, pair: LivePair) -> tuple[Image, Image]:
        """The untouched and the swapped picture, (H, W, 3) uint8 RGB of one size.

        Raises:
            ImageError: one is missing, or no picture that can be used.
            CorruptImageError: the face box does not lie in them.
        """
        real, fake = (self._archive.read(file) for file in (pair.real, pair.fake))
        if fake.shape != real.shape:
            fake = np.asarray(cv2.resize(fake, real.shape[1::-1]), dtype=np.uint8)
        if not _lies_in(pair.box, real):
            height, width = real.shape[:2]
            raise CorruptImageError(
                f"{self.folder / TABLE} puts the face of {pair.real} at {pair.box}, outside of its "
                f"picture of {width}x{height} pixels: fetch or write it again."
            )
        return real, fake

    def landmarks(self, image: Image, box: Box) -> NDArray[np.float64] | None:
        """The five points of the face nearest to a box, (5, 2) in pixels; None when no face is found."""
        self._detector = self._detector or FaceDetector()
        centre = np.array(box[:2]) + np.array(box[2:]) / 2
        faces = self._detector.detect(image)
        if not faces:
            return None
        away = [np.linalg.norm(np.array(f.box[:2]) + np.array(f.box[2:]) / 2 - centre) for f in faces]
        nearest = int(np.argmin(away))
        return np.array(faces[nearest].landmarks) if away[nearest] < max(box[2:]) / 2 else None

    def digests(self) -> dict[str, str]:
        """SHA-256 of the table and of its zip file, if it has one."""
        files = [self.folder / TABLE, self.folder / f"{ARCHIVE}.zip"]
        return {file.name: file_digest(file) for file in files if file.is_file()}


def _lies_in(box: Box, image: Image) -> bool:
    """Whether a face box may be that of a face in the picture, be it cut off or larger than the picture."""
    x, y, across, down = box
    height, width = map(int, image.shape[:2])
    centred = 0 <= x + across / 2 < width and 0 <= y + down / 2 < height
    return centred and max(across, down) <= 2 * max(height, width)


def _read_table(
    path: Path, clips: Collection[str] | None, held_out: Collection[str]
) -> dict[str, list[LivePair]]:
    rows = read_table(path, f"give the folder that holds {TABLE}")
    sides: dict[tuple[str, int], dict[str, dict[str, str]]] = {}
    try:
        for row in rows:
            if (clips is None or row["clip"] in clips) and row["clip"] not in held_out:
                sides.setdefault((row["clip"], int(row["frame"])), {})[row["label"]] = row
        found: dict[str, list[LivePair]] = {}
        for (clip, frame), halves in sides.items():
            if halves.keys() >= {"real", "fake"}:
                x, y, w, h = (float(halves["real"][f"face_{side}"]) for side in "xywh")
                if not (np.isfinite((x, y, w, h)).all() and w > 0 and h > 0):
                    raise ValueError(f"the face box of {clip}, frame {frame}")
                real, fake = halves["real"]["file"], halves["fake"]["file"]
                if not (real and fake):
                    raise ValueError(f"a file of {clip}, frame {frame}")
                pair = LivePair(clip, frame, real, fake, (x, y, w, h))
                found.setdefault(clip, []).append(pair)
    except (KeyError, ValueError, TypeError) as error:
        raise CorruptImageError(
            f"{path} lacks a column or holds a wrong value ({error}): fetch or write it again."
        ) from error
    if not found:
        raise FileUnreadableError(
            f"{path} lists no frame with a real and a fake picture of these clips: name clips that it has."
        )
    return found
