"""results.csv and the tables made from it."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple, fields, replace
from pathlib import Path
from typing import Final, get_type_hints

from veritile.errors import CorruptImageError
from veritile.train.bench import FACE_SIZES, Row
from veritile.train.goals import goals_table
from veritile.train.tables import read_table
from veritile.train.wording import ACCURACY, FIGURES, cell

_BLOCK: Final = re.compile(r"(<!-- figures: (\w+) (.+?) -->\n).*?(<!-- end -->)", re.DOTALL)


def write_rows(path: Path, rows: Iterable[Row]) -> list[Row]:
    """Put rows into results.csv in place of those of the same models, faces and sets; return all of them.

    What another version of one of these models once reached goes too: no table may mix the figures of two.
    """
    new = list(rows)
    old = read_rows(path) if path.is_file() else []
    replaced = {(row.model, row.faces, row.set) for row in new}
    versions = {row.model: row.version for row in new}
    kept = [
        row
        for row in old
        if (row.model, row.faces, row.set) not in replaced
        and versions.get(row.model, row.version) == row.version
    ]
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
    found = read_table(path, "run scripts/evaluate.py first")
    try:
        return [Row(**{name: types[name](row[name]) for name in types}) for row in found]
    except (KeyError, TypeError, ValueError) as error:
        raise CorruptImageError(
            f"{path} is not a results.csv of this version ({error}): delete it, and measure again."
        ) from error


def models_table(rows: Sequence[Row], faces: str) -> list[list[str]]:
    """One column a model, one line a figure of a whole set, header first."""
    rows = [row for row in rows if row.group == "all" and row.faces == faces]
    return _table(rows, "Set: figure", lambda row: f"{row.set}: {FIGURES[row.figure]}", lambda row: row.model)


def sets_table(rows: Sequence[Row], model: str, faces: str) -> list[list[str]]:
    """One line a set and face size of one model, header first."""
    return _groups_table(
        [row for row in rows if not row.group.startswith("kind ")], model, faces, "Set, face size"
    )


def sizes_table(rows: Sequence[Row], model: str, faces: str) -> list[list[str]]:
    """One line a set and figure of one model, one column a face size: narrow, for terminals; header first."""
    groups = ("all", *(name for _, _, name in FACE_SIZES))
    rows = [row for row in rows if row.model == model and row.faces == faces and row.group in groups]
    present = [group for group in groups if any(row.group == group for row in rows)]
    return _table(
        [row for row in rows if row.figure in ACCURACY],
        "Set: figure",
        lambda row: f"{row.set}: {FIGURES[row.figure]}",
        lambda row: row.group,
        present,
    )


def kinds_table(rows: Sequence[Row], model: str, faces: str) -> list[list[str]]:
    """One line a set and kind of swap of one model, header first."""
    rows = [
        replace(row, group=row.group.removeprefix("kind ")) for row in rows if row.group.startswith("kind ")
    ]
    return _groups_table(rows, model, faces, "Set, kind of swap")


def _groups_table(rows: Sequence[Row], model: str, faces: str, corner: str) -> list[list[str]]:
    rows = [row for row in rows if row.model == model and row.faces == faces and row.figure in ACCURACY]
    head, *lines = _table(
        rows,
        corner,
        lambda row: f"{row.set}, {row.group}",
        lambda row: FIGURES[row.figure],
        [FIGURES[key] for key in ACCURACY if any(row.figure == key for row in rows)],
    )
    # The first row of each group counts all of its frames; those of false alarms count real ones only.
    counts = {
        f"{row.set}, {row.group}": f"{row.clips} / {row.frames} / {row.unscored}" for row in reversed(rows)
    }
    return [
        [head[0], "Clips / frames / no score", *head[1:]],
        *([name, counts[name], *cells] for name, *cells in lines),
    ]


def markdown(table: Sequence[Sequence[str]]) -> str:
    """A table as Markdown."""
    head, *body = table
    lines = [[text.replace("|", "\\|") for text in line] for line in (head, *body)]
    lines.insert(1, ["---"] * len(head))
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def fill_card(text: str, rows: Sequence[Row]) -> str:
    """Replace every figures block of a card with what the rows say.

    A block lies between one of these and `<!-- end -->`; FACES is `table` or `detected`:
    `<!-- figures: models FACES -->`, `<!-- figures: sets MODEL FACES -->`,
    `<!-- figures: kinds MODEL FACES -->`, `<!-- figures: goals MODEL FACES -->`.
    """
    tables: dict[str, Callable[..., list[list[str]]]] = {
        "models": models_table,
        "sets": sets_table,
        "kinds": kinds_table,
        "goals": goals_table,
    }

    def block(match: re.Match[str]) -> str:
        table = tables[match[2]](rows, *match[3].split())
        return f"{match[1]}{markdown(table)}{match[4]}"

    return _BLOCK.sub(block, text)


def _table(
    rows: Sequence[Row],
    corner: str,
    line: Callable[[Row], str],
    column: Callable[[Row], str],
    columns: Sequence[str] | None = None,
) -> list[list[str]]:
    """Cells by line and column; columns in the order of the rows, or as given."""
    found = list(dict.fromkeys(column(row) for row in rows)) if columns is None else list(columns)
    cells = {(line(row), column(row)): cell(row) for row in rows}
    lines = dict.fromkeys(line(row) for row in rows)
    return [[corner, *found], *([name, *(cells.get((name, c), "") for c in found)] for name in lines)]
