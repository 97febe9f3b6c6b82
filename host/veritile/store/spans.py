"""Runs of removed entries, with the hash that bridges each: what a PRUNED entry tells."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from veritile.store.entries import Kind

if TYPE_CHECKING:
    import sqlite3


class Span(NamedTuple):
    """Entries `first` to `last`, which are not there any more."""

    first: int
    last: int
    hash: str
    """Of the last of them, hexadecimal."""


def told(connection: sqlite3.Connection) -> list[Span]:
    """The removals that the newest PRUNED entry tells, in order; none where there is no such entry.

    Raises ValueError where that entry makes no sense.
    """
    row = connection.execute(
        "SELECT body FROM entries WHERE kind = ? ORDER BY seq DESC LIMIT 1", (Kind.PRUNED.value,)
    ).fetchone()
    if row is None:
        return []
    try:
        return [
            Span(int(first), int(last), str(hashed)) for first, last, hashed in json.loads(row[0])["removed"]
        ]
    except (TypeError, KeyError) as error:
        raise ValueError("a PRUNED entry without its spans") from error


def merged(spans: Iterable[Span], numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Old spans and newly removed numbers as runs, in order."""
    runs: list[tuple[int, int]] = []
    for first, last in sorted([*((span.first, span.last) for span in spans), *((n, n) for n in numbers)]):
        if runs and first <= runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], max(last, runs[-1][1]))
        else:
            runs.append((first, last))
    return runs
