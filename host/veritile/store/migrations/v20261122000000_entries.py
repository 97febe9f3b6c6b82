"""The chain of entries, its seal, the kept pictures, and views for reading.

All that is told is in `entries.body`, which is what the chain hashes; the views
only unfold it. Every statement may run twice: two hosts may start at once.
"""

from __future__ import annotations

import sqlite3
from typing import Final

_STATEMENTS: Final = (
    """CREATE TABLE IF NOT EXISTS entries (
        seq INTEGER PRIMARY KEY,
        at INTEGER NOT NULL,
        kind TEXT NOT NULL,
        host TEXT NOT NULL,
        session TEXT NOT NULL,
        body TEXT NOT NULL,
        previous BLOB NOT NULL,
        hash BLOB NOT NULL
    )""",
    "CREATE INDEX IF NOT EXISTS entries_of_session ON entries (session, kind, seq)",
    """CREATE TABLE IF NOT EXISTS head (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        seq INTEGER NOT NULL,
        hash BLOB NOT NULL
    )""",
    "INSERT OR IGNORE INTO head VALUES (1, 0, zeroblob(32))",
    """CREATE TABLE IF NOT EXISTS pictures (
        seq INTEGER PRIMARY KEY,
        session TEXT NOT NULL,
        sealed BLOB NOT NULL
    )""",
    """CREATE VIEW IF NOT EXISTS sessions AS SELECT
        session, host, at AS opened_at,
        (SELECT max(c.at) FROM entries c
            WHERE c.session = e.session AND c.kind = 'session_closed') AS closed_at,
        json_extract(body, '$.platform') AS platform,
        json_extract(body, '$.client') AS client
        FROM entries e WHERE kind = 'session_opened'""",
    """CREATE VIEW IF NOT EXISTS participants AS SELECT
        session, json_extract(body, '$.participant') AS participant, json_extract(body, '$.name') AS name, at
        FROM entries WHERE kind = 'participant'""",
    """CREATE VIEW IF NOT EXISTS verdicts AS SELECT
        seq, session, at, kind,
        json_extract(body, '$.participant') AS participant,
        json_extract(body, '$.captured_at') AS captured_at,
        json_extract(body, '$.label') AS label,
        json_extract(body, '$.reason') AS reason,
        json_extract(body, '$.score') AS score,
        json_extract(body, '$.confidence') AS confidence
        FROM entries WHERE kind IN ('verdict', 'standing')""",
    """CREATE VIEW IF NOT EXISTS evidence AS SELECT
        seq, session,
        json_extract(body, '$.participant') AS participant,
        json_extract(body, '$.evidence') AS evidence,
        json_extract(body, '$.alarm') AS alarm,
        json_extract(body, '$.p') AS p,
        json_extract(body, '$.basis.frames') AS frames,
        json_extract(body, '$.basis.seconds') AS seconds,
        json_extract(body, '$.basis.quality') AS quality,
        json_extract(body, '$.basis.strongest.captured_at') AS strongest_captured_at,
        json_extract(body, '$.basis.strongest.score') AS strongest_score,
        json_extract(body, '$.basis.strongest.quality') AS strongest_quality
        FROM entries WHERE kind IN ('verdict', 'standing')""",
    """CREATE VIEW IF NOT EXISTS events AS SELECT seq, at, kind, host, body
        FROM entries WHERE session = ''""",
)


def upgrade(connection: sqlite3.Connection) -> None:
    """Make the tables and views, all or none."""
    connection.execute("BEGIN IMMEDIATE")
    for statement in _STATEMENTS:
        connection.execute(statement)
    connection.commit()


def downgrade(connection: sqlite3.Connection) -> None:
    """Take nothing away: a log is never made poorer by its program."""
