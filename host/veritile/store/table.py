"""A session as CSV: a row for everything that was shown, and when."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any, Final

from msgspec import UNSET

from veritile.store.document import Document

COLUMNS: Final = (
    "session", "platform", "participant", "name", "time", "epoch_ms", "kind", "label", "reason", "score",
    "confidence", "evidence",
)  # fmt: skip
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet may take for the beginning of a formula."""


def as_csv(document: Document) -> str:
    """Return the document's verdicts as CSV (RFC 4180); by its byte order mark spreadsheets know UTF-8.

    Text that a spreadsheet could take for a formula has an apostrophe before it.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for person in document.participants:
        lines = [("change", change) for change in person.changes]
        lines += [("standing", standing) for standing in person.standings]
        for kind, line in sorted(lines, key=lambda each: each[1].at):
            row = (
                document.session,
                document.platform,
                person.participant,
                "" if person.name is UNSET else person.name,
                iso(line.at),
                line.at,
                kind,
                line.label.value,
                line.reason or "",
                "" if line.score is None else line.score,
                line.confidence,
                line.evidence,
            )
            writer.writerow([harmless(cell) for cell in row])
    return "\ufeff" + out.getvalue()


def harmless(cell: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if isinstance(cell, str) and cell.lstrip(" ").startswith(_FORMULA) else cell


def iso(epoch_ms: float) -> str:
    """Return a time in ISO 8601, UTC, to the millisecond; empty for a time beyond all calendars."""
    try:
        return datetime.fromtimestamp(epoch_ms / 1000, UTC).isoformat(timespec="milliseconds")
    except (OverflowError, OSError, ValueError):
        return ""
