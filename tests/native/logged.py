"""A host without its process whose session log can be read at any time."""

from __future__ import annotations

import itertools
from contextlib import closing
from typing import Any

import msgspec

from native.recording import Conversation, GatedAnalyzer
from native.talk import HELLO, as_a, frames, picture_of
from veritile.native.clock import Clock
from veritile.native.journal import Journal
from veritile.native.messages import Info, Log, Verdicts
from veritile.store.chain import entries_of
from veritile.store.database import readable
from veritile.store.folder import file

IDS = itertools.count(10_000)


class Logged(Conversation):
    """The host without its process, with a log; notes what the log holds when verdicts are sent."""

    def __init__(self, analyzer: GatedAnalyzer) -> None:
        self.path = file()
        self.seen: list[list[tuple[str, str]]] = []
        self.states: list[str] = []
        self.now = 1000.0
        clock = Clock(monotonic=lambda: self.now, epoch=lambda: 1.7e9 + self.now, work=lambda: 0.0)
        self.journal = Journal(
            self.path, clock=clock, changed=lambda: self.states.append(self.journal.told.state)
        )
        super().__init__(lambda: analyzer, clock, self.journal)

    def show(self, *people: str, name: str | None = None, picture: bytes | None = None) -> Verdicts:
        """A picture of each, a second after the last; another one each time unless told."""
        self.now += 1.0
        at, request = (1.7e9 + self.now) * 1000, next(IDS)
        data = b"%d" % request if picture is None else picture
        batch = [picture_of(person, data, name=name, captured_at=at) for person in people]
        return as_a(Verdicts, self.ask(frames(request, *batch)))

    def told(self) -> Log:
        """What the host says of its log now."""
        return as_a(Info, self.ask(replace_id(HELLO, next(IDS)))).log

    def _send(self, message: Any) -> None:
        if isinstance(message, Verdicts):
            self.seen.append([(told["participant"], told["label"]) for _, told in self.entries("verdict")])
        super()._send(message)

    def entries(self, *kinds: str) -> list[tuple[str, dict[str, Any]]]:
        """Kind and body of what the log holds, in order; of all kinds unless told."""
        if not self.path.exists():
            return []
        with closing(readable(self.path)) as connection:
            sessions = [s for (s,) in connection.execute("SELECT DISTINCT session FROM entries")]
            rows = sorted(row for session in sessions for row in entries_of(connection, session))
        return [(kind, told) for _, _, kind, told in rows if not kinds or kind in kinds]

    def session(self) -> str:
        with closing(readable(self.path)) as connection:
            (found,) = connection.execute("SELECT session FROM sessions").fetchone()
        return str(found)

    def end(self) -> None:
        self.finish()
        self.journal.stop("test", 10)


def replace_id(message: Any, request: int, **changes: Any) -> Any:
    return msgspec.structs.replace(message, id=request, **changes)
