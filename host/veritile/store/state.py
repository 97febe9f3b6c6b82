"""How the log and its pictures are doing, in a word for the protocol and a sentence for the user."""

from __future__ import annotations

import errno
import shutil
from enum import StrEnum
from pathlib import Path
from typing import Final


class LogState(StrEnum):
    """Whether what happens is being written down."""

    ON = "on"
    OFF = "off"
    LOCKED = "locked"
    FULL = "full"
    UNWRITABLE = "unwritable"
    DAMAGED = "damaged"
    SLOW = "slow"
    NEWER = "newer"


class VaultState(StrEnum):
    """Whether pictures are kept."""

    OFF = "off"
    STARTING = "starting"
    KEY_STORE = "key_store"
    KEY_FILE = "key_file"
    FAILED = "failed"


class Newer(Exception):
    """The database is of a later Veritile."""


class Vanished(Exception):
    """The database was removed, or another put in its place, while it was open."""


_TEXTS: Final = {
    LogState.ON: "",
    LogState.OFF: "Nothing is logged: the log is switched off.",
    LogState.LOCKED: "Another program keeps the log from being written: close whatever shows {path}.",
    LogState.FULL: "The disk or the log is full: make room, or run `veritile log prune`.",
    LogState.UNWRITABLE: "The log cannot be written: see that {path} and its folder are yours to write.",
    LogState.DAMAGED: "The log is damaged: close whatever shows {path}, or move it away.",
    LogState.SLOW: "The disk is slow: verdicts are shown before they are stored.",
    LogState.NEWER: "The log was written by a newer Veritile: update this one.",
}

# Primary result codes of SQLite, https://www.sqlite.org/rescode.html
_ERROR, _PERM, _BUSY, _LOCKED, _READONLY, _IOERR, _CORRUPT, _FULL, _CANTOPEN, _NOTADB = (
    1, 3, 5, 6, 8, 10, 11, 13, 14, 26,
)  # fmt: skip
_STATES: Final = {
    _BUSY: LogState.LOCKED,
    _LOCKED: LogState.LOCKED,
    _FULL: LogState.FULL,
    _CORRUPT: LogState.DAMAGED,
    _NOTADB: LogState.DAMAGED,
    _ERROR: LogState.DAMAGED,  # a table that is missing, say
}
_LITTLE: Final = 1 << 20
"""Bytes left on a disk that count as none: SQLite tells some failures of a full disk as I/O errors."""


def text(state: LogState, path: Path | None) -> str:
    """What the user can do; empty when all is well."""
    return _TEXTS[state].format(path=path)


def state_of(error: Exception, path: Path) -> LogState:
    """What an exception of sqlite3 or of the file system means for the log at `path`."""
    if isinstance(error, Newer):
        return LogState.NEWER
    if isinstance(error, OSError):
        return LogState.FULL if error.errno in (errno.ENOSPC, errno.EDQUOT) else LogState.UNWRITABLE
    code = (getattr(error, "sqlite_errorcode", None) or 0) & 0xFF
    if code in (_IOERR, _CANTOPEN) and _is_full(path):
        return LogState.FULL
    return _STATES.get(code, LogState.UNWRITABLE)


def _is_full(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < _LITTLE
    except OSError:
        return False
