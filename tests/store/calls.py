"""Writes calls into a log as the host does, on a clock that a test sets."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from veritile.store.chain import Verification, verify
from veritile.store.database import readable
from veritile.store.entries import Entry, Kind, canonical
from veritile.store.writer import Writer

START_MS = 1_767_225_600_000
DAY_MS = 86_400_000


class Recorder:
    """A writer, and the entries of made-up calls."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.now_ms = START_MS
        self.states: list[str] = []
        self._changed = threading.Condition()
        self.writer = Writer(path, "host-1", changed=self._note, epoch=lambda: self.now_ms / 1000)

    def entry(self, kind: Kind, session: str = "", **body: Any) -> Entry:
        return Entry(self.now_ms, kind, "host-1", session, canonical(body))

    def verdict(self, session: str, label: str = "likely_real", who: str = "ada", **more: Any) -> Entry:
        basis = {"frames": 9, "seconds": 20.5, "quality": 0.8, "parts": []}
        body = {"participant": who, "captured_at": self.now_ms, "label": label, "score": 0.2}
        body |= {"confidence": 0.9, "evidence": 1.5, "alarm": 10.49, "people": 1, "basis": basis}
        return self.entry(Kind.VERDICT, session, **(body | more))

    def call(self, session: str, *labels: str, name: str = "Ada", closed: bool = True) -> None:
        """One call of one participant, a second a verdict."""
        entries = [
            self.entry(Kind.SESSION_OPENED, session, platform="meet", client="tab-1", opened_at=self.now_ms),
            self.entry(Kind.PARTICIPANT, session, participant="ada", name=name),
        ]
        for label in labels or ("likely_real",):
            self.now_ms += 1000
            entries.append(self.verdict(session, label))
        if closed:
            entries.append(self.entry(Kind.SESSION_CLOSED, session))
        self.write(*entries)

    def write(self, *entries: Entry) -> None:
        mark = self.writer.put(entries, urgent=True)
        assert self.writer.settle(mark, 10)

    def wait_for(self, state: str) -> None:
        """Until the writer has told this state."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.writer.state == state, 10), self.states

    def verify(self, noted: str | None = None) -> Verification:
        with closing(readable(self.path)) as connection:
            return verify(connection, noted)

    def kinds(self) -> list[str]:
        with closing(readable(self.path)) as connection:
            return [kind for (kind,) in connection.execute("SELECT kind FROM entries ORDER BY seq")]

    def tamper(self, *statements: str, values: Sequence[Any] = ()) -> None:
        """What somebody with a SQLite browser does."""
        with closing(sqlite3.connect(self.path)) as connection:
            for statement in statements:
                connection.execute(statement, values)
            connection.commit()

    def _note(self) -> None:
        with self._changed:
            self.states.append(self.writer.state)
            self._changed.notify_all()
