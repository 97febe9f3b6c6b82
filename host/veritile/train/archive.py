"""Pictures read where they lie: in a zip file, or beside a table."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from veritile.errors import CorruptImageError, FileUnreadableError
from veritile.frame.decode import CALL, decode

_MOST: Final = CALL.bytes + 1
"""Bytes that are read of a picture: one more than is taken, so that decode refuses it."""


class PictureArchive:
    """`<folder>/<name>.zip` if it is there, else the folder itself."""

    def __init__(self, folder: Path, name: str) -> None:
        """Nothing is opened until the first picture is read."""
        self._path = folder / f"{name}.zip"
        self._folder = folder
        self._zip: zipfile.ZipFile | None = None

    def __getstate__(self) -> dict[str, object]:
        """A copy in another process opens its own file: a shared offset would mix up the reads."""
        return self.__dict__ | {"_zip": None}

    def read(self, file: str) -> NDArray[np.uint8]:
        """The picture of that name (JPEG or WebP) as (H, W, 3) uint8 RGB.

        Raises:
            FileUnreadableError: it is not there.
            CorruptImageError: the zip is damaged.
            ImageError: the picture cannot be decoded, or is larger than a call's frame.
        """
        try:
            data = self._from_zip(file) if self._path.is_file() else self._from_folder(file)
        except (KeyError, OSError) as error:
            raise FileUnreadableError(
                f"{file} is neither in {self._path} nor in {self._folder}: put it where its table says."
            ) from error
        except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError) as error:  # the last: encrypted
            raise CorruptImageError(f"{self._path} is damaged at {file}: fetch it again.") from error
        return decode(data)

    def _from_zip(self, file: str) -> bytes:
        if self._zip is None:
            self._zip = zipfile.ZipFile(self._path)
        with self._zip.open(file) as opened:
            return opened.read(_MOST)

    def _from_folder(self, file: str) -> bytes:
        with (self._folder / file).open("rb") as opened:
            return opened.read(_MOST)
