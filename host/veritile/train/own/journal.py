"""What a preparation has done so far, on disk: one record a file, appended as soon as it is known.

So that Ctrl-C, a crash or a full disk loses one file's work and the same command goes on.
A record is a length of four bytes, little-endian, and a msgpack map. A record that was cut
short is dropped when the journal is opened again.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, Self

import msgspec

from veritile.errors import CorruptImageError, FileUnreadableError

_MAGIC: Final = b"veritile preparation 1\n"
_MAX_RECORD: Final = 1 << 30


class Settings(msgspec.Struct, frozen=True):
    """What decides which crops a file gives."""

    folder: bytes
    """Of the user, absolute, as the file system writes it."""
    frames: int
    min_face: float


class Face(msgspec.Struct, frozen=True):
    """One crop; the fields are those of `veritile.train.own.cut.Crop`."""

    frame: int
    t: float
    side: int
    face_px: float
    original_px: float
    landmarks: list[tuple[float, float]]
    jpeg: bytes


class Entry(msgspec.Struct, frozen=True):
    """One file."""

    origin: bytes
    """Path below the user's folder, as the file system writes it."""
    size: int
    """Bytes of the file."""
    modified: int
    """Nanoseconds since the epoch; with the size it tells whether the file is still the same."""
    fake: bool
    sha256: str = ""
    problem: str = ""
    """Why the file could not be read; empty when it could."""
    passed_over: dict[str, int] = {}
    """Frames without a usable face, by reason."""
    faces: list[Face] = []


class Journal:
    """An open journal; use it as a context manager."""

    def __init__(self, path: Path, settings: Settings) -> None:
        """Start a journal or go on with the one at `path`.

        Raises:
            FileUnreadableError: it cannot be written.
            CorruptImageError: it is no journal, or one of other settings.
        """
        self.path = path
        self.done: dict[bytes, tuple[int, int]] = {}
        """Size and time of change of each file that needs no further work, by origin."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = not path.exists() or path.stat().st_size == 0
            self._file = path.open("w+b" if fresh else "r+b")
        except OSError as error:
            raise FileUnreadableError(
                f"{path} cannot be written ({error.strerror}): name another folder."
            ) from error
        if fresh:
            self._file.write(_MAGIC)
            self._append(settings)
        else:
            self._resume(settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, entry: Entry) -> None:
        """Note one file's result; it is on disk when this returns."""
        try:
            self._append(entry)
        except OSError as error:
            raise FileUnreadableError(
                f"{self.path} cannot be written ({error.strerror}): make room and start the same "
                "command again."
            ) from error
        self.done[entry.origin] = (entry.size, entry.modified)

    def entries(self) -> Iterator[Entry]:
        """Every file's newest record, in the order of writing, one in memory at a time."""
        newest: dict[bytes, int] = {}
        for at, data in self._records():
            newest[msgspec.msgpack.decode(data, type=Entry).origin] = at
        for at, data in self._records():
            entry = msgspec.msgpack.decode(data, type=Entry)
            if newest[entry.origin] == at:
                yield entry

    def _resume(self, settings: Settings) -> None:
        try:
            if self._file.read(len(_MAGIC)) != _MAGIC:
                raise msgspec.DecodeError("no journal")
            found: Settings | None = None
            end = len(_MAGIC)
            for at, data in self._framed(end):
                if found is None:
                    found = msgspec.msgpack.decode(data, type=Settings)
                else:
                    entry = msgspec.msgpack.decode(data, type=Entry)
                    self.done[entry.origin] = (entry.size, entry.modified)
                end = at + 4 + len(data)
        except msgspec.MsgspecError as error:
            self._file.close()
            raise CorruptImageError(f"{self.path} is damaged: delete it, or name another --out.") from error
        self._file.truncate(end)
        self._file.seek(end)
        if found is None:
            self._append(settings)
        elif found != settings:
            self._file.close()
            raise CorruptImageError(
                f"{self.path.parent} holds an unfinished set of another folder or other options: finish it "
                "with the same command, delete it, or name another --out."
            )

    def _records(self) -> Iterator[tuple[int, bytes]]:
        """Offset and bytes of every entry."""
        framed = self._framed(len(_MAGIC))
        next(framed, None)  # the settings
        yield from framed

    def _framed(self, at: int) -> Iterator[tuple[int, bytes]]:
        """Offset and bytes of every whole record from offset `at` on."""
        while True:
            self._file.seek(at)
            head = self._file.read(4)
            length = int.from_bytes(head, "little")
            if len(head) < 4 or length > _MAX_RECORD:
                return
            data = self._file.read(length)
            if len(data) < length:
                return
            yield at, data
            at += 4 + length

    def _append(self, record: msgspec.Struct) -> None:
        data = msgspec.msgpack.encode(record)
        self._file.seek(0, 2)
        self._file.write(len(data).to_bytes(4, "little") + data)
        self._file.flush()
