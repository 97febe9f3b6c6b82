"""Which files of a user's folder are looked at, what they show, and whom.

The folder holds `real` and `fake`. A first folder below them names a person (or
whatever must not be torn apart: a source, a take); a file that lies directly in
`real` or `fake` stands for itself. The same name in `real` and in `fake` is the
same person, so that nobody is learnt from as real and measured as fake.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Final

from veritile.errors import FileUnreadableError, NoFramesError
from veritile.video.kind import SUFFIXES

LABELS: Final = {"real": False, "fake": True}
PICTURES_AND_VIDEOS: Final = SUFFIXES | {".png"}
"""Names that are looked at, in lower case."""


class SplitBy(StrEnum):
    """What is never torn apart between learning and measuring."""

    PERSON = "person"
    """The first folder below `real` and `fake`."""
    FILE = "file"
    """Each file, whatever folder it lies in."""


@dataclass(frozen=True, slots=True)
class Found:
    """One file to look at."""

    path: Path
    origin: str
    """Path below the user's folder, with `/`; may hold bytes that are no Unicode, as surrogates."""
    fake: bool

    def identity(self, split_by: SplitBy) -> str:
        """Name of what the file belongs to; the same in `real` and `fake`."""
        below = PurePosixPath(*PurePosixPath(self.origin).parts[1:])
        if split_by is SplitBy.PERSON and len(below.parts) > 1:
            return below.parts[0]
        return str(below.with_suffix(""))

    @property
    def stands_alone(self) -> bool:
        """Whether it lies directly in `real` or `fake`, so that nothing says who it shows."""
        return len(PurePosixPath(self.origin).parts) == 2


@dataclass(frozen=True, slots=True)
class Listing:
    """What a folder holds."""

    files: tuple[Found, ...]
    """In the order of their names."""
    others: int
    """Files of `real` and `fake` whose names are of no picture or video."""
    closed: tuple[str, ...]
    """Folders that were not entered: links to other folders, and such that may not be read."""


def list_files(folder: Path) -> Listing:
    """Every picture and video below `folder`/real and `folder`/fake, by name.

    Hidden files and folders are passed over. Links to folders are not followed, except
    that `real` and `fake` themselves may be links.

    Raises:
        FileUnreadableError: the folder is not there or may not be read.
        NoFramesError: `real` or `fake` is not there, or holds nothing to look at.
    """
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if entry.is_dir())
    except OSError as error:
        raise FileUnreadableError(
            f"{folder} cannot be read ({error.strerror}): name the folder that holds real and fake."
        ) from error
    files: list[Found] = []
    others = 0
    closed: list[str] = []
    for label, fake in LABELS.items():
        tops = [name for name in names if name.lower() == label]
        if not tops:
            raise NoFramesError(
                f"{folder} holds no folder named {label}: put real pictures and videos into "
                f"{folder / 'real'} and fakes into {folder / 'fake'}."
            )
        before = len(files)
        for top in tops:
            others += _walk(folder, top, fake, files, closed)
        if len(files) == before:
            raise NoFramesError(
                f"{folder / tops[0]} holds no picture (JPEG, WebP, PNG) and no video (MP4, MOV, WebM, MKV, "
                "AVI): both real and fake are needed."
            )
    return Listing(tuple(files), others, tuple(closed))


def _walk(folder: Path, top: str, fake: bool, files: list[Found], closed: list[str]) -> int:
    """Add what is below `folder`/`top`; return the number of files passed over."""
    others = 0

    def unreadable(error: OSError) -> None:
        closed.append(os.fsdecode(error.filename))

    for where, subfolders, names in os.walk(folder / top, onerror=unreadable):
        here = Path(where)
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        closed += [str(here / name) for name in subfolders if (here / name).is_symlink()]
        for name in sorted(names):
            path = here / name
            if name.startswith("."):
                continue
            if path.suffix.lower() not in PICTURES_AND_VIDEOS:
                others += 1
                continue
            files.append(Found(path, path.relative_to(folder).as_posix(), fake))
    return others
