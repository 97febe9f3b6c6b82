"""The log's file: opening it, and appending to its chain. One connection, one thread.

All hosts of a user share the file; a transaction takes SQLite's write lock before
it reads the head of the chain, so there is one chain, whoever writes.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from veritile.store.entries import Entry, Kind, append, canonical
from veritile.store.folder import make_private
from veritile.store.migrations import v20261122000000_entries
from veritile.store.state import Newer, Vanished

MIGRATIONS: Final = (v20261122000000_entries,)
NEWEST: Final = "20261122000000"
BUSY_S: Final = 1.0
"""How long a write waits for another process."""
MOST_BYTES: Final = 512 << 20
"""The database grows no further, whatever arrives."""
PAGE_BYTES: Final = 4096
MOST_PICTURES: Final = 200
MOST_PICTURE_BYTES: Final = 32 << 20
"""Kept in all; the oldest give way."""


class Database:
    """The open log."""

    def __init__(self, path: Path) -> None:
        """Open it, making or migrating it as needed.

        Raises OSError, sqlite3.Error, Newer.
        """
        self._path = path
        make_private(path)
        prepare(path)
        self._connection = _connect(path)
        self._file = _identity(path)

    def append(self, entries: Sequence[Entry]) -> None:
        """Write entries, all or none, to last a loss of power.

        Raises OSError, sqlite3.Error; Vanished when the file is no longer the one that was opened.
        """
        try:
            same = _identity(self._path) == self._file
        except FileNotFoundError:
            same = False
        if not same:
            raise Vanished
        with self.transaction():
            for entry in entries:
                seq = append(self._connection, entry)
                if entry.picture is not None:
                    self._keep(seq, entry)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Hold the write lock; commit at the end, or undo all when something is raised."""
        with transaction(self._connection) as connection:
            yield connection

    def tidy(self) -> None:
        """Give room that was freed back to the disk."""
        # As a script: `execute` would stop at the first page.
        self._connection.executescript("PRAGMA incremental_vacuum")
        self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Close; raises nothing."""
        try:
            self._connection.close()
        except sqlite3.Error:
            return

    def _keep(self, seq: int, entry: Entry) -> None:
        connection = self._connection
        connection.execute("INSERT INTO pictures VALUES (?, ?, ?)", (seq, entry.session, entry.picture))
        kept = connection.execute("SELECT seq, length(sealed) FROM pictures ORDER BY seq DESC").fetchall()
        total, dropped = 0, []
        for place, (number, size) in enumerate(kept):
            total += size
            if place >= MOST_PICTURES or total > MOST_PICTURE_BYTES:
                dropped.append(number)
        if dropped:
            connection.executemany("DELETE FROM pictures WHERE seq = ?", ((number,) for number in dropped))
            body = canonical({"pictures": sorted(dropped)})
            append(connection, Entry(entry.at, Kind.PICTURES_DROPPED, entry.host, "", body))


def prepare(path: Path) -> None:
    """Bring an existing file to the newest version; raises sqlite3.Error, Newer."""
    with closing(_connect(path)) as connection:
        version = _version(connection)
        if version == NEWEST:
            return
        if version > NEWEST:
            raise Newer
        # Both are kept in the file; the first must be said before there is a table.
        connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        connection.execute("PRAGMA journal_mode = WAL").fetchall()
    import caribou  # 1 MB, which a log that is up to date need not cost

    caribou.upgrade(str(path), list(MIGRATIONS))


def readable(path: Path) -> sqlite3.Connection:
    """Open the log for reading only.

    Raises sqlite3.Error, Newer, and FileNotFoundError where there is none.
    """
    path.stat()
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=BUSY_S, isolation_level=None)
    try:
        connection.execute("PRAGMA cache_size = -512")
        # What somebody has put in may be no UTF-8: verifying tells of it.
        connection.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
        version = _version(connection)
    except sqlite3.Error:
        connection.close()
        raise
    if version > NEWEST:
        connection.close()
        raise Newer
    return connection


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Hold the write lock of a connection; commit at the end, or undo all when something is raised."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield connection
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def set_aside(path: Path, at: int) -> str:
    """Move a damaged log and what belongs to it out of the way; return its new name. Raises OSError."""
    aside = path.with_name(f"{path.stem}-damaged-{at}{path.suffix}")
    for ending in ("-wal", "-shm"):
        beside = path.with_name(path.name + ending)
        if beside.exists():
            beside.replace(aside.with_name(aside.name + ending))
    path.replace(aside)
    return aside.name


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
    try:
        for pragma in (
            "synchronous = FULL",  # a commit survives the loss of power, not only the host's end
            "cache_size = -512",  # KiB; the host's memory is watched
            "wal_autocheckpoint = 256",
            "journal_size_limit = 1048576",
            "secure_delete = ON",  # what is pruned is overwritten
            f"max_page_count = {MOST_BYTES // PAGE_BYTES}",
        ):
            connection.execute(f"PRAGMA {pragma}").fetchall()
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def _version(connection: sqlite3.Connection) -> str:
    """caribou's record; empty for a new file."""
    known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'migration_version'").fetchone()
    row = connection.execute("SELECT max(version) FROM migration_version").fetchone() if known else None
    return str(row[0]) if row and row[0] is not None else ""


def _identity(path: Path) -> tuple[int, int]:
    told = path.stat()
    return told.st_dev, told.st_ino
