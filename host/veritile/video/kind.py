"""Picture or video? Told by a file's first bytes, never by its name.

Only containers of this table reach FFmpeg. It would also open playlists and
other files that point elsewhere, and nothing of a user's may make this program
open a second file or a connection.
"""

from __future__ import annotations

import stat
from enum import Enum
from pathlib import Path
from typing import Final

from veritile.errors import EmptyFileError, FileUnreadableError, UnsupportedFormatError


class Kind(Enum):
    """What a file holds."""

    PICTURE = "picture"
    VIDEO = "video"


SUFFIXES: Final = frozenset(
    {".jpg", ".jpeg", ".webp", ".mp4", ".m4v", ".mov", ".3gp", ".webm", ".mkv", ".avi", ".gif"}
)
"""Names that are looked at when a folder is searched."""

# (offset, bytes) of each kind.
_SIGNATURES: Final = (
    (Kind.PICTURE, ((0, b"\xff\xd8"),)),  # JPEG
    (Kind.PICTURE, ((0, b"RIFF"), (8, b"WEBP"))),
    (Kind.VIDEO, ((4, b"ftyp"),)),  # MP4, MOV, 3GP
    (Kind.VIDEO, ((4, b"moov"),)),  # MOV without a brand
    (Kind.VIDEO, ((4, b"mdat"),)),
    (Kind.VIDEO, ((4, b"wide"),)),
    (Kind.VIDEO, ((0, b"\x1a\x45\xdf\xa3"),)),  # WebM, Matroska
    (Kind.VIDEO, ((0, b"RIFF"), (8, b"AVI "))),
    (Kind.VIDEO, ((0, b"GIF8"),)),
)
_DEMUXERS: Final = {b"\x1a\x45\xdf\xa3": "matroska", b"RIFF": "avi", b"GIF8": "gif"}
"""FFmpeg's name of what reads a file, by its first 4 bytes; all others of the table are read as MOV."""


def file_kind(path: Path) -> Kind:
    """Tell what a file holds from its first 12 bytes.

    Raises:
        FileUnreadableError: the file is absent, not a file, or may not be read.
        EmptyFileError: it holds nothing.
        UnsupportedFormatError: neither a picture nor a video that can be analysed.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # asked first: opening a pipe would wait for its writer
            raise FileUnreadableError(
                f"{path} is not a file: give the path of a picture, a video or a folder of them."
            )
        with path.open("rb") as file:
            start = file.read(12)
    except FileNotFoundError as error:
        raise FileUnreadableError(
            f"{path} does not exist: give the path of a picture, a video or a folder of them."
        ) from error
    except OSError as error:
        raise FileUnreadableError(
            f"{path} cannot be read ({error.strerror}): check its name and permissions."
        ) from error
    if not start:
        raise EmptyFileError(f"{path} is empty: copy it again.")
    for kind, parts in _SIGNATURES:
        if all(start[offset : offset + len(part)] == part for offset, part in parts):
            return kind
    raise UnsupportedFormatError(
        f"{path} is neither a picture (JPEG, WebP) nor a video (MP4, MOV, WebM, MKV, AVI, GIF): "
        "convert it first."
    )


def demuxer(path: Path) -> str:
    """FFmpeg's name of what reads a video, from its first bytes; raises OSError."""
    with path.open("rb") as file:
        return _DEMUXERS.get(file.read(4), "mov")
