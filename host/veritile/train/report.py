"""results.csv and the tables made from it: the one place where figures are written and printed."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple, fields
from pathlib import Path
from typing import Final, get_type_hints

from veritile.errors import CorruptImageError, FileUnreadableError
from veritile.train.bench import Row

FIGURES: Final = {
    "frame_auc": "Frame AUC",
    "clip_auc": "Clip AUC",
    "paired_accuracy": "Paired accuracy",
    "frame_swaps_found": "Swaps found, frames",
    "clip_swaps_found": "Swaps found, clips",
    "frame_false_alarms": "False alarms, frames",
    "clip_false_alarms": "False alarms, clips",
    "frame_correlation": "Correlation of frames",
}
_BLOCK: Final = re.compile(r"(<!-- figures: (\w+) (.+?) -->\n).*?(<!-- end -->)", re.DOTALL)


def write_rows(path: Path, rows: Iterable[Row]) -> list[Row]:
    """Put rows into results.csv in place of those of the same models and faces; return all it now holds."""
    new = list(rows)
    old = read_rows(path) if path.is_file() else []
    replaced = {(row.model, row.faces) for row in new}
    kept = [row for row in old if (row.model, row.faces) not in replaced]
    merged = sorted(kept + new, key=lambda row: (row.model, row.faces))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(field.name for field in fields(Row))
        for row in merged:
            table.writerow(f"{v:.4f}" if isinstance(v, float) else v for v in astuple(row))
    return read_rows(path)


def read_rows(path: Path) -> list[Row]:
    """The rows of a results.csv.

    Raises:
        FileUnreadableError: it cannot be read.
        CorruptImageError: a column is missing or a number is none.
    """
    types = get_type_hints(Row)
    try:
        with path.open(newline="", encoding="utf-8") as file:
            return [Row(**{name: types[name](row[name]) for name in types}) for row in csv.DictReader(file)]
    except OSError as error:
        raise FileUnreadableError(f"{path} cannot be read: run scripts/evaluate.py first.") from error
    except (KeyError, TypeError, ValueError) as error:
        raise CorruptImageError(f"{path} is not a results.csv of this version: {error}.") from error


def cell(row: Row) -> str:
    """A figure with its interval: `.619 (.512-.730)`, shares of alarms in per cent: `12 % (8-17)`."""
    if row.figure.endswith(("swaps_found", "false_alarms")):
        value, low, high = (f"{100 * v:.0f}" for v in (row.value, row.low, row.high))
        return f"{value} %" if math.isnan(row.low) else f"{value} % ({low}-{high})"
    value, low, high = (re.sub(r"^(-?)0", r"\1", f"{v:.3f}") for v in (row.value, row.low, row.high))
    return value if math.isnan(row.low) else f"{value} ({low}-{high})"


def models_table(rows: Sequence[Row], faces: str) -> list[list[str]]:
    """One column a model, one line a figure of a whole set, header first."""
    rows = [row for row in rows if row.group == "all" and row.faces == faces]
    return _table(rows, "Set: figure", lambda row: f"{row.set}: {FIGURES[row.figure]}", lambda row: row.model)


def sets_table(rows: Sequence[Row], model: str, faces: str) -> list[list[str]]:
    """One line a set and face size of one model, header first."""
    rows = [row for row in rows if row.model == model and row.faces == faces]
    head, *lines = _table(rows, "Set, face size", _set_and_size, lambda row: FIGURES[row.figure])
    # The first row of each group counts all of its frames; those of false alarms count real ones only.
    counts = {_set_and_size(row): f"{row.clips} / {row.frames} / {row.unscored}" for row in reversed(rows)}
    return [
        [head[0], "Clips / frames / no score", *head[1:]],
        *([name, counts[name], *cells] for name, *cells in lines),
    ]


def markdown(table: Sequence[Sequence[str]]) -> str:
    """A table as Markdown."""
    head, *body = table
    lines = [head, ["---"] * len(head), *body]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def fill_card(text: str, rows: Sequence[Row]) -> str:
    """Replace every figures block of a card with what the rows say.

    A block lies between `<!-- figures: models FACES -->` or `<!-- figures: sets MODEL FACES -->`
    and `<!-- end -->`.
    """

    def block(match: re.Match[str]) -> str:
        kind, arguments = match[2], match[3].split()
        table = models_table(rows, *arguments) if kind == "models" else sets_table(rows, *arguments)
        return f"{match[1]}{markdown(table)}{match[4]}"

    return _BLOCK.sub(block, text)


def _table(
    rows: Sequence[Row], corner: str, line: Callable[[Row], str], column: Callable[[Row], str]
) -> list[list[str]]:
    columns = list(dict.fromkeys(column(row) for row in rows))
    cells = {(line(row), column(row)): cell(row) for row in rows}
    lines = dict.fromkeys(line(row) for row in rows)
    return [[corner, *columns], *([name, *(cells.get((name, c), "") for c in columns)] for name in lines)]


def _set_and_size(row: Row) -> str:
    return f"{row.set}, {row.group}"
