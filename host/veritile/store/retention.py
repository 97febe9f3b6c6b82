"""Removing old calls, or one call, so that what stays can still be verified.

A PRUNED entry tells which runs of entries are gone and the hash that bridges
each. Runs that were missing without such an entry stay unexplained: removing
cannot hide tampering.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from veritile.store.entries import Entry, Kind, append, canonical
from veritile.store.spans import merged, told

if TYPE_CHECKING:
    import sqlite3

    from veritile.store.database import Database

DEFAULT_DAYS: Final = 30
DAY_MS: Final = 86_400_000
RUNNING_MS: Final = 600_000
"""A session without an end whose last entry is no older still goes on: while somebody is seen, one comes a
minute."""


def prune(database: Database, *, host: str, now: int, before: int, session: str | None = None) -> int:
    """Remove every session whose last entry is older than `before`, and what is as old and of no session.

    A session that still goes on stays.

    Args:
        database: the log.
        host: named in the entry that tells of it.
        now: epoch ms.
        before: epoch ms.
        session: remove this one only, and nothing else.

    Returns:
        How many entries were removed.

    Raises:
        sqlite3.Error.
    """
    with database.transaction() as connection:
        gone = _doomed(connection, now, before, session)
        if gone:
            _remove(connection, gone, host, now)
    if gone:
        database.tidy()
    return len(gone)


def _doomed(connection: sqlite3.Connection, now: int, before: int, session: str | None) -> list[int]:
    ended = """SELECT session FROM entries WHERE session != '' GROUP BY session
        HAVING max(at) < :before AND (max(kind = 'session_closed') OR max(at) < :idle)"""
    where = f"session IN ({ended}) OR (session = '' AND at < :before)"
    if session is not None:
        where = f"session = :session AND session IN ({ended})"
    rows = connection.execute(
        f"SELECT seq FROM entries WHERE {where} ORDER BY seq",
        {"before": before, "idle": now - RUNNING_MS, "session": session},
    )
    return [seq for (seq,) in rows]


def _remove(connection: sqlite3.Connection, gone: list[int], host: str, now: int) -> None:
    try:
        before = told(connection)
    except ValueError:
        before = []  # whoever spoilt it has made holes that stay unexplained
    numbers = [(seq,) for seq in gone]
    connection.executemany("DELETE FROM pictures WHERE seq = ?", numbers)
    connection.executemany("DELETE FROM entries WHERE seq = ?", numbers)
    spans = []
    for first, last in merged(before, gone):
        after = connection.execute("SELECT previous FROM entries WHERE seq = ?", (last + 1,)).fetchone()
        after = after or connection.execute("SELECT hash FROM head WHERE seq = ?", (last,)).fetchone()
        spans.append([first, last, bytes(after[0]).hex() if after else ""])
    body = canonical({"entries": len(gone), "removed": spans})
    append(connection, Entry(now, Kind.PRUNED, host, "", body))
