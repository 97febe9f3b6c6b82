"""The generated versions of a face set, kept in one zip file a family and read back by picture."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from veritile.errors import FileUnreadableError
from veritile.train.archive import PictureArchive
from veritile.train.faces import file_digest

Image = NDArray[np.uint8]
_ENCODING: Final = (
    cv2.IMWRITE_JPEG_QUALITY,
    95,
    cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
    cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,  # halved colour would be a trace of the cache, not of the generator
)


class GeneratedFaces:
    """The families in a folder: `<family>.zip`, its pictures named as in `faces.csv`.

    May be sent to worker processes.
    """

    def __init__(self, folder: Path) -> None:
        """See which families `folder` holds.

        Raises:
            FileUnreadableError: it holds no family.
        """
        self.folder = folder
        self.families: tuple[str, ...] = tuple(sorted(file.stem for file in folder.glob("*.zip")))
        """Names of the families, sorted."""
        if not self.families:
            raise FileUnreadableError(
                f"{folder} holds no generated faces: make them with veritile.train.generator.make.prepare."
            )
        self._archives = {family: PictureArchive(folder, family) for family in self.families}

    def read(self, file: str, family: str) -> Image:
        """What `family` made of the picture `file`: the canonical square, (S, S, 3) uint8 RGB.

        S is the recipe's `side`, 128 by default. `align.to_canonical` says where in it the face's points lie.

        Raises:
            FileUnreadableError: there is no such picture or family.
            CorruptImageError: the zip file is damaged.
        """
        if family not in self._archives:
            raise FileUnreadableError(
                f"{self.folder} holds no family {family!r}, but: {', '.join(self.families)}."
            )
        return self._archives[family].read(file)

    def digests(self) -> dict[str, str]:
        """SHA-256 of each family's zip file."""
        return {f"{family}.zip": file_digest(self.folder / f"{family}.zip") for family in self.families}


class FamilyStore:
    """The making of one family's zip file, in parts, so that an interruption costs one part at most."""

    def __init__(self, folder: Path, family: str, origin: str) -> None:
        """Go on in `folder` with what was made from the same `origin`; parts of another are dropped.

        `origin` is a text that names everything that decides the pixels.
        """
        self.path = folder / f"{family}.zip"
        self._parts = folder / f"{family}.parts"
        self._origin = origin.encode()
        noted = self._parts / "origin.json"
        if not self.complete and not (noted.is_file() and noted.read_bytes() == self._origin):
            shutil.rmtree(self._parts, ignore_errors=True)
            self._parts.mkdir(parents=True)
            noted.write_bytes(self._origin)

    @property
    def complete(self) -> bool:
        """Whether the zip file is there and of this origin, which it bears as its comment."""
        try:
            with zipfile.ZipFile(self.path) as archive:
                return archive.comment == self._origin
        except (OSError, zipfile.BadZipFile):
            return False

    def has(self, set_number: int, start: int) -> bool:
        """Whether the part that begins with picture `start` of that set is there."""
        return self._part(set_number, start).is_file()

    def add(self, set_number: int, start: int, pictures: Iterable[tuple[str, Image]]) -> None:
        """Keep a part: names and (S, S, 3) uint8 RGB pictures."""
        path = self._part(set_number, start)
        whole = path.with_suffix(".new")
        with zipfile.ZipFile(whole, "w") as archive:
            for name, picture in pictures:
                encoded = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), _ENCODING)[1]
                archive.writestr(zipfile.ZipInfo(name), encoded.tobytes())  # no date: equal runs, equal files
        whole.replace(path)

    def finish(self) -> None:
        """Join the parts to the family's zip file."""
        whole = self._parts / "joined.new"
        with zipfile.ZipFile(whole, "w") as joined:
            joined.comment = self._origin
            for path in sorted(self._parts.glob("*.zip")):
                with zipfile.ZipFile(path) as part:
                    for entry in part.infolist():
                        joined.writestr(entry, part.read(entry))
        whole.replace(self.path)
        shutil.rmtree(self._parts)

    def _part(self, set_number: int, start: int) -> Path:
        return self._parts / f"{set_number}-{start:06d}.zip"
