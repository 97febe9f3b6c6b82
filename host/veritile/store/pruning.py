"""Removing calls from the command line, whether or not hosts are running."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path

from veritile.errors import LogUnreadableError
from veritile.store.database import Database
from veritile.store.retention import DAY_MS, prune
from veritile.store.state import Newer, state_of, text


def prune_now(path: Path, *, days: int, session: str | None = None) -> int:
    """Remove calls that ended over `days` days ago, or one call; return how many entries were removed.

    Raises LogUnreadableError when the log cannot be written.
    """
    now = int(time.time() * 1000)
    try:
        database = Database(path)
        try:
            return prune(
                database,
                host=f"log-{os.urandom(2).hex()}",
                now=now,
                before=now - days * DAY_MS + (0 if days else 1),
                session=session,
            )
        finally:
            database.close()
    except (sqlite3.Error, OSError, Newer) as error:
        why = text(state_of(error, path), path)
        raise LogUnreadableError(f"The log cannot be changed ({error}). {why}") from error
