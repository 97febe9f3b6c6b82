"""Where the log is, and who may read it: its folder is 0700, its files are 0600."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import platformdirs

DATA_DIR_VARIABLE: Final = "VERITILE_DATA_DIR"
FOLDER: Final = "log"
FILE_NAME: Final = "calls.db"
KEY_NAME: Final = "pictures.key"


def folder() -> Path:
    """The log's own folder, in $VERITILE_DATA_DIR or the platform's folder for a user's data.

    Raises RuntimeError where the user has no home folder and the variable is not set.
    """
    chosen = os.environ.get(DATA_DIR_VARIABLE)
    data = Path(chosen) if chosen else platformdirs.user_data_path("veritile", appauthor=False)
    if not data.is_absolute():
        data = data.absolute() if chosen else data.expanduser()
    return data / FOLDER


def file() -> Path:
    """The database; raises as `folder`."""
    return folder() / FILE_NAME


def make_private(path: Path) -> None:
    """Make the database's folder and the empty file, where they are not there, for this user alone.

    SQLite gives the files that it puts beside the database the same mode. Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _tighten(path.parent, 0o700)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    _tighten(path, 0o600)


def write_private(path: Path, data: bytes) -> None:
    """Write a new file that this user alone may read; raises FileExistsError, OSError."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _tighten(path.parent, 0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())


def _tighten(path: Path, mode: int) -> None:
    """Take from others what they were given; Windows keeps a user's folder private by itself."""
    if os.name == "posix" and path.stat().st_mode & 0o777 & ~mode:
        path.chmod(mode)
