"""A session as CSV: a row for everything that was shown, and when."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from msgspec import UNSET

from veritile.store.challenge import challenges_of, names_of
from veritile.store.document import Document

COLUMNS: Final = (
    "session", "platform", "participant", "name", "time", "epoch_ms", "kind", "label", "reason", "score",
    "confidence", "evidence", "answer", "steps",
)  # fmt: skip
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet may take for the beginning of a formula."""


def as_csv(document: Document) -> str:
    """Return verdicts and challenges as CSV (RFC 4180); by its byte order mark spreadsheets know UTF-8.

    Text that a spreadsheet could take for a formula has an apostrophe before it.
    """
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, restval="")
    writer.writeheader()
    call = {"session": document.session, "platform": document.platform}
    for row in (*_shown(document), *_challenges(document)):
        writer.writerow({column: harmless(cell) for column, cell in (call | row).items()})
    return "\ufeff" + out.getvalue()


def _shown(document: Document) -> Iterator[dict[str, Any]]:
    for person in document.participants:
        lines = [("change", change) for change in person.changes]
        lines += [("standing", standing) for standing in person.standings]
        for kind, line in sorted(lines, key=lambda each: each[1].at):
            yield {
                "participant": person.participant,
                "name": "" if person.name is UNSET else person.name,
                "time": iso(line.at),
                "epoch_ms": line.at,
                "kind": kind,
                "label": line.label.value,
                "reason": line.reason,
                "score": line.score,
                "confidence": line.confidence,
                "evidence": line.evidence,
            }


def _challenges(document: Document) -> Iterator[dict[str, Any]]:
    names = names_of(document)
    for at, kept in challenges_of(document):
        yield {
            "participant": kept.participant,
            "name": names.get(kept.participant),
            "time": iso(at),
            "epoch_ms": at,
            "kind": "challenge",
            "label": kept.judgement.label.value,
            "reason": kept.judgement.reason,
            "evidence": kept.judgement.log_odds,
            "answer": kept.answer,
            "steps": kept.outcome,
        }


def harmless(cell: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip(" ").startswith(_FORMULA) else cell


def iso(epoch_ms: float) -> str:
    """Return a time in ISO 8601, UTC, to the millisecond; empty for a time beyond all calendars."""
    try:
        return datetime.fromtimestamp(epoch_ms / 1000, UTC).isoformat(timespec="milliseconds")
    except (OverflowError, OSError, ValueError):
        return ""
