"""How `veritile analyze` tells what it has found out: lines of JSON, rows of CSV, or a table for people."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final, Protocol

from rich.console import Console
from rich.table import Table
from rich.text import Text

from veritile.video.page import clock
from veritile.video.record import on_stretches
from veritile.video.table import CsvTable


class Output(Protocol):
    """Where one file's result goes, and in the end all that waited for it."""

    def analysed(self, told: dict[str, Any]) -> None:
        """Take in what a file shows, as `veritile.video.record.as_record` has it."""

    def failed(self, told: dict[str, Any]) -> None:
        """Take in why a file could not be analysed: `path` and `error`, with `code` and `text`."""

    def close(self) -> None:
        """Tell what has waited for the end."""


class _JsonLines:
    """One object a line, written as soon as it is known."""

    def analysed(self, told: dict[str, Any]) -> None:
        self._print(told)

    def failed(self, told: dict[str, Any]) -> None:
        self._print(told)

    def close(self) -> None:
        pass

    def _print(self, line: dict[str, Any]) -> None:
        # ASCII: a name that is no Unicode still makes a line that can be printed and read.
        print(json.dumps(line, ensure_ascii=True), flush=True)  # noqa: T201


class _CsvRows:
    """A row for each face of each frame; errors among them, and below for people."""

    def __init__(self) -> None:
        self._table = CsvTable(sys.stdout)

    def analysed(self, told: dict[str, Any]) -> None:
        self._table.write(_encodable(told))

    def failed(self, told: dict[str, Any]) -> None:
        self._table.write(_encodable(told))

    def close(self) -> None:
        sys.stdout.flush()


_ON_CONFIDENCE = (
    "Confidence says how far the tests have got towards their bounds, not how likely they are right."
)


class _HumanTable:
    """A table at the end, then what went wrong."""

    def __init__(self) -> None:
        self._table = Table(box=None)
        for heading in ("Verdict", "P(fake)", "Confidence", "Usable frames"):
            self._table.add_column(heading, no_wrap=True)
        self._table.add_column("File", overflow="fold")
        self._segments: list[Text] = []
        self._temporal: dict[str, Any] | None = None
        self._stretches = 0
        self._errors: list[Text] = []

    def analysed(self, told: dict[str, Any]) -> None:
        verdict, frames = told["verdict"], told["frames"]
        words = _words(verdict)
        score = "–" if verdict["score"] is None else f"{verdict['score']:.2f}"
        usable = f"{sum(frame['score'] is not None for frame in frames)} of {len(frames)}"
        path = shown(told["path"])
        self._table.add_row(words, score, f"{verdict['confidence']:.2f}", usable, path)
        if temporal := told["model"].get("temporal"):
            self._temporal = temporal
            self._stretches += temporal["stretches"]
        people = told.get("people", [])
        for person in people:
            for segment in person["segments"]:
                who = f"Person {person['person']}, " if len(people) > 1 else ""
                span = f"{clock(segment['start'])} to {clock(segment['end'])}"
                self._segments.append(
                    shown(
                        f"{Path(told['path']).name}: {who}{span} looks swapped, score {segment['score']:.2f}"
                    )
                )

    def failed(self, told: dict[str, Any]) -> None:
        path, error = told["path"], told["error"]
        text = f"{error['text']} [{error['code']}]"
        self._errors.append(shown(text if path in text else f"{path}: {text}"))

    def close(self) -> None:
        if self._table.row_count:
            # Only a terminal needs lines broken; rows that are piped on stay whole.
            console = Console(width=None if sys.stdout.isatty() else 10_000)
            console.print(self._table)
            console.print(_ON_CONFIDENCE, style="dim", soft_wrap=True)
            for segment in self._segments:
                console.print(segment, soft_wrap=True)
            if self._temporal is not None:
                console.print(shown(on_stretches(self._temporal, self._stretches)), soft_wrap=True)
        errors = Console(stderr=True)
        for error in self._errors:
            errors.print(error, soft_wrap=True)


OUTPUTS: Final[dict[str, type[Output]]] = {"text": _HumanTable, "json": _JsonLines, "csv": _CsvRows}


def _words(verdict: dict[str, Any]) -> str:
    words = verdict["label"].replace("_", " ")
    return words if verdict["reason"] is None else f"{words}: {verdict['reason'].replace('_', ' ')}"


def shown(text: str) -> Text:
    """Text without markup; file names may hold bytes that are no Unicode, or control a terminal."""
    return Text(plain(text))


def plain(text: str) -> str:
    """Text without what a terminal would obey."""
    return "".join(character if character.isprintable() else "�" for character in text)


def _encodable(told: dict[str, Any]) -> dict[str, Any]:
    """The same with a path that can be written as UTF-8."""
    return told | {"path": told["path"].encode("utf-8", "replace").decode()}
