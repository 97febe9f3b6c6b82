"""What reading a month of calls takes: `python tests/bench/bench_log_reading.py`.

30 days of eight calls of an hour with nine people, made up: one entry a minute and person.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).parents[1]))

from rich.console import Console
from rich.table import Table

from store.calls import DAY_MS, Recorder
from veritile.store.chain import verify
from veritile.store.database import Database, readable
from veritile.store.entries import Kind
from veritile.store.reading import document, listed
from veritile.store.retention import prune

CALLS, MINUTES, PEOPLE, DAYS = 8, 60, 9, 30
Answer = TypeVar("Answer")


def fill(recorder: Recorder, database: Database) -> None:
    """A month of calls, a day a transaction."""
    for day in range(DAYS):
        entries = []
        for call in range(CALLS):
            session = f"{day:02}-{call:02}"
            entries.append(recorder.entry(Kind.SESSION_OPENED, session, platform="meet", client="tab"))
            for minute in range(MINUTES):
                recorder.now_ms += 60_000
                for person in range(PEOPLE):
                    verdict = recorder.verdict(session, who=f"p-{person}")
                    entries.append(verdict if minute < 3 else replace(verdict, kind=Kind.STANDING))
            entries.append(recorder.entry(Kind.SESSION_CLOSED, session))
        database.append(entries)
        recorder.now_ms += DAY_MS - CALLS * MINUTES * 60_000


def main() -> None:
    table = Table("what", "measured", title=f"{DAYS} days of {CALLS} calls, {PEOPLE} people each")

    def timed(what: str, work: Callable[[], Answer]) -> Answer:
        began = time.perf_counter()
        answer = work()
        table.add_row(what, f"{(time.perf_counter() - began) * 1000:.0f} ms")
        return answer

    with TemporaryDirectory() as folder:
        path = Path(folder) / "log" / "calls.db"
        recorder, database = Recorder(path), Database(path)
        fill(recorder, database)
        database.tidy()
        table.add_row("file", f"{path.stat().st_size / 1e6:.1f} MB")
        with closing(readable(path)) as connection:
            calls = timed("list of the calls", lambda: listed(connection))
            timed("one call as a document", lambda: document(connection, calls[0].session, exported_at=0))
            found = timed("verify", lambda: verify(connection))
        table.add_row("calls, entries", f"{len(calls)}, {found.entries}")
        now = recorder.now_ms
        timed("prune a third", lambda: prune(database, host="bench", now=now, before=now - 20 * DAY_MS))
        table.add_row("file after that", f"{path.stat().st_size / 1e6:.1f} MB")
        database.close()
    Console().print(table)


if __name__ == "__main__":
    main()
