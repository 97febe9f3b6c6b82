"""What was found in files as a table of comma-separated values: a row for each face of each frame."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any, Final, TextIO

COLUMNS: Final = (
    "path",
    "t",
    "person",
    "score",
    "quality",
    "x",
    "y",
    "width",
    "height",
    "reason",
    "label",
    "error",
)


class CsvTable:
    """Writes rows as files are analysed."""

    def __init__(self, out: TextIO) -> None:
        self._writer = csv.DictWriter(out, COLUMNS, lineterminator="\n", restval="")
        self._writer.writeheader()

    def write(self, told: dict[str, Any]) -> None:
        """Write the rows of one file, given as `veritile analyze --json` tells it."""
        for row in rows(told):
            self._writer.writerow({key: _harmless(value) for key, value in row.items()})


def rows(told: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows of one file: its people's frames, then its frames without a face, or its error."""
    path = told["path"]
    if "error" in told:
        yield {"path": path, "error": told["error"]["text"]}
        return
    label = told["verdict"]["label"]
    people = told.get("people", [])
    for person in people:
        for frame in person["frames"]:
            yield _row(path, frame, person["person"], person["verdict"]["label"])
    for frame in told["frames"]:
        if not people or frame["face"] is None:
            yield _row(path, frame, "", label)


def _row(path: str, frame: dict[str, Any], person: Any, label: str) -> dict[str, Any]:
    box = dict(zip(("x", "y", "width", "height"), frame["face"] or (), strict=False))
    plain = {key: frame[key] for key in ("t", "score", "quality", "reason")}
    return {"path": path, "person": person, "label": label} | plain | box


def _harmless(value: Any) -> Any:
    """What a spreadsheet would take for a formula gets an apostrophe before it."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return value
