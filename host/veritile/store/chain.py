"""Verifying the log: is every entry as it was written, and is none missing or put in?"""

from __future__ import annotations

import json
import sqlite3
from bisect import bisect_right
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from veritile.digest import sha256
from veritile.store.entries import GENESIS, Kind, digest
from veritile.store.spans import Span, told

MOST_PROBLEMS: Final = 100


@dataclass(frozen=True, slots=True)
class Problem:
    """Something is not as the host wrote it."""

    entry: int
    """Number of the entry at which it shows."""
    text: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What verifying found."""

    entries: int
    removed: int
    """Entries that the log itself says were removed, by age or by the user."""
    head: str
    """Number and hash of the last entry, `N:HEX`: to be noted down."""
    problems: tuple[Problem, ...]

    @property
    def intact(self) -> bool:
        """Whether nothing was found."""
        return not self.problems


def verify(connection: sqlite3.Connection, noted: str | None = None) -> Verification:
    """Check every entry, the seal and the kept pictures.

    Args:
        connection: the open log; what other hosts write meanwhile is left out.
        noted: a head that was noted down, `N:HEX` or the hash alone: it must still be in the chain.

    Raises:
        sqlite3.Error: the file cannot be read.
    """
    connection.execute("BEGIN")
    try:
        return _Walk(connection).verification(noted)
    finally:
        connection.execute("ROLLBACK")


class _Walk:
    """One pass over the chain."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._problems: list[Problem] = []
        self._hashes: dict[int, str] = {}
        self._pictures: dict[int, str] = {}
        self._dropped: set[int] = set()
        self._last, self._hash = 0, GENESIS
        try:
            self._spans = told(connection)
        except ValueError:
            self._spans = []

    def verification(self, noted: str | None) -> Verification:
        columns = "seq, at, kind, host, session, body, previous, hash"
        for row in self._connection.execute(f"SELECT {columns} FROM entries ORDER BY seq"):
            self._entry(*row)
        self._seal()
        self._kept()
        if noted is not None:
            self._noted(noted)
        return Verification(
            entries=len(self._hashes),
            removed=sum(span.last - span.first + 1 for span in self._spans),
            head=f"{self._last}:{self._hash.hex()}",
            problems=tuple(sorted(self._problems, key=lambda problem: problem.entry)[:MOST_PROBLEMS]),
        )

    def _problem(self, entry: int, text: str) -> None:
        self._problems.append(Problem(entry, text))

    def _entry(self, seq: int, *rest: Any) -> None:
        *columns, previous, hashed = rest
        previous, hashed = _bytes(previous), _bytes(hashed)
        if seq < 1 or self._removed(seq):
            self._problem(seq, f"Entry {seq} was put in.")
            return
        if seq > self._last + 1:
            self._hole(seq - 1, previous)
        elif previous != self._hash:
            self._problem(seq, f"Entry {seq} does not follow from entry {seq - 1}: one was rewritten.")
        if digest(previous, seq, *columns) != hashed:
            self._problem(seq, f"Entry {seq} was changed.")
        else:
            self._remember(seq, *columns)
        self._last, self._hash = seq, hashed
        self._hashes[seq] = hashed.hex()

    def _removed(self, seq: int) -> Span | None:
        """The span that says that this entry is gone."""
        place = bisect_right(self._spans, seq, key=lambda span: span.first) - 1
        span = self._spans[place] if place >= 0 else None
        return span if span is not None and span.last >= seq else None

    def _hole(self, last: int, bridge: bytes) -> None:
        """Entries are missing behind the last one, up to `last`; what follows was written on `bridge`."""
        first = self._last + 1
        span = self._removed(first)
        if span is None or (span.first, span.last, span.hash) != (first, last, bridge.hex()):
            self._problem(first, f"{_run(first, last)} deleted.")

    def _remember(self, seq: int, at: object, kind: object, host: object, session: object, body: Any) -> None:
        with suppress(ValueError, AttributeError, TypeError):  # rewritten, hash and all: the chain tells
            if kind == Kind.PICTURE:
                self._pictures[seq] = json.loads(body)["sha256"]
            elif kind == Kind.PICTURES_DROPPED:
                self._dropped.update(json.loads(body)["pictures"])

    def _seal(self) -> None:
        row = self._connection.execute("SELECT seq, hash FROM head").fetchone()
        seq, sealed = (row[0], _bytes(row[1])) if row else (None, b"")
        if not isinstance(seq, int):
            self._problem(self._last, "The seal was removed.")
        elif seq > self._last:
            self._hole(seq, sealed)
        elif seq < self._last:
            self._problem(seq + 1, f"{_run(seq + 1, self._last)} put in.")
        elif sealed != self._hash:
            self._problem(seq, f"Entry {seq} is not the one that was sealed.")

    def _kept(self) -> None:
        found = set()
        for seq, sealed in self._connection.execute("SELECT seq, sealed FROM pictures ORDER BY seq"):
            found.add(seq)
            if self._pictures.get(seq) != sha256(_bytes(sealed)).hexdigest():
                self._problem(seq, f"The picture kept with entry {seq} was changed or put in.")
        for seq in self._pictures.keys() - found - self._dropped:
            self._problem(seq, f"The picture kept with entry {seq} was deleted.")

    def _noted(self, noted: str) -> None:
        number, _, hashed = noted.strip().lower().rpartition(":")
        known = {(str(seq), told_hash) for seq, told_hash in self._hashes.items()}
        known |= {(str(span.last), span.hash) for span in self._spans}
        if any(hashed == told_hash and number in ("", seq) for seq, told_hash in known):
            return
        if number.isdecimal() and self._removed(int(number)):
            text = "The entry that was noted down has been removed since: it cannot be compared."
        else:
            text = "The head that was noted down is not in this log: it was rewritten, cut, or is another."
        self._problem(self._last, text)


def entries_of(
    connection: sqlite3.Connection, session: str, *kinds: Kind
) -> Iterator[tuple[int, int, str, dict[str, Any]]]:
    """Yield number, time (epoch ms), kind and body of entries of a session, in order; all kinds unless told.

    What is no JSON object is left out: somebody has changed it.
    """
    wanted = f"AND kind IN ({', '.join('?' * len(kinds))})" if kinds else ""
    rows = connection.execute(
        f"SELECT seq, at, kind, body FROM entries WHERE session = ? {wanted} ORDER BY seq",
        (session, *(kind.value for kind in kinds)),
    )
    for seq, at, kind, text in rows:
        try:
            body = json.loads(text)
        except (TypeError, ValueError):
            continue
        if isinstance(body, dict):
            yield seq, at, kind, body


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else repr(value).encode()


def _run(first: int, last: int) -> str:
    return f"Entry {first} was" if first == last else f"Entries {first} to {last} were"
