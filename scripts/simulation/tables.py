"""Lines of docs/decision.csv, and the tables of docs/decision.md that are made of them."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from simulation.people import World
from veritile.vocabulary import Sensitivity

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "decision.md"
RESULTS = ROOT / "docs" / "decision.csv"


@dataclass(frozen=True)
class Row:
    """One line of docs/decision.csv."""

    table: str
    preset: str
    auc: float
    tau: float
    rho: float
    calls: int
    figures: str
    """name=value, separated by blanks."""

    def figure(self, name: str) -> float:
        """Return one of the figures."""
        return float(dict(part.split("=") for part in self.figures.split())[name])


def row(table: str, preset: Sensitivity, world: World, calls: int, **figures: float) -> Row:
    """Return a row with its figures rounded to four digits."""
    told = " ".join(f"{name}={value:.4g}" for name, value in figures.items())
    return Row(table, preset.value, world.auc, world.tau, world.rho, calls, told)


Column = tuple[str, Callable[[Row], str]]


def _number(name: str, digits: int, unit: str = "") -> Callable[[Row], str]:
    return lambda found: "–" if math.isnan(value := found.figure(name)) else f"{value:,.{digits}f}{unit}"


def _answers(found: Row) -> str:
    return f"{found.figure('answer'):.0f} / {found.figure('late_answer'):.0f}"


WHO: tuple[Column, ...] = (
    ("Frame AUC", lambda found: f"{found.auc:.2f}".lstrip("0")),
    ("rho", lambda found: f"{found.rho:.2f}"),
    ("Preset", lambda found: found.preset),
)
CAUGHT: tuple[Column, ...] = (
    *WHO,
    ("Swaps", lambda found: f"{found.calls:,}"),
    ("Alarm within 10 min", _number("caught", 0, " %")),
    ("At least suspect", _number("suspected", 0, " %")),
    ("Median of those, s", _number("median", 0)),
    ("Mean, s", _number("mean", 0)),
)
TABLES: dict[str, tuple[Column, ...]] = {
    "false_alarms": (
        *WHO,
        ("Budget per hour", _number("budget", 2)),
        ("Hours", lambda found: f"{found.calls:,}"),
        ("False alarms", _number("alarms", 0)),
        ("Of people", _number("people", 0)),
        ("Per hour", _number("rate", 4)),
        ("95 % upper bound", _number("upper", 4)),
        ("Bound / budget", _number("ratio", 2)),
        ("People ever suspect", _number("suspects", 0, " %")),
        ("Looks per hour", _number("frames", 0)),
        ("Less than 30 a second", _number("saved", 1, " %")),
    ),
    "likely_real": (
        *WHO,
        ("Calls of each", lambda found: f"{found.calls:,}"),
        ("Real people: likely real", _number("real", 0, " %")),
        ("… undecided", _number("undecided", 0, " %")),
        ("Swapped people: likely real", _number("swapped", 0, " %")),
        ("… ever in 10 min", _number("ever", 0, " %")),
        ("… undecided", _number("swapped_undecided", 0, " %")),
        ("Real people: first answer, p50 / p90, s", _answers),
    ),
    "delay": (
        WHO[0],
        WHO[2],
        ("Swaps", lambda found: f"{found.calls:,}"),
        ("Plain CUSUM, s", _number("expected", 1)),
        ("Engine, s", _number("mean", 1)),
        ("Ratio", _number("ratio", 2)),
    ),
    "from_start": CAUGHT,
    "mid_call": CAUGHT,
}


def markdown(table: str, rows: Iterable[Row]) -> str:
    """Return one of `TABLES` in Markdown, without an end of line."""
    columns = TABLES[table]
    lines = [" | ".join(title for title, _ in columns), " | ".join("---" for _ in columns)]
    lines += [" | ".join(cell(found) for _, cell in columns) for found in rows if found.table == table]
    return "\n".join(f"| {line} |" for line in lines)


def filled(page: str, rows: Sequence[Row]) -> str:
    """Return the page with its tables, between `<!-- simulated: NAME -->` and `<!-- end -->`, made anew."""
    for table in TABLES:
        start = f"<!-- simulated: {table} -->\n"
        head, _, rest = page.partition(start)
        _, _, tail = rest.partition("<!-- end -->")
        page = f"{head}{start}{markdown(table, rows)}\n<!-- end -->{tail}"
    return page


def read_rows(path: Path = RESULTS) -> list[Row]:
    """Return what a run wrote."""
    with path.open(newline="", encoding="utf-8") as file:
        return [
            Row(
                table=line["table"],
                preset=line["preset"],
                auc=float(line["auc"]),
                tau=float(line["tau"]),
                rho=float(line["rho"]),
                calls=int(line["calls"]),
                figures=line["figures"],
            )
            for line in csv.DictReader(file)
        ]


def write(rows: Sequence[Row]) -> None:
    """Keep what a run found, and make the page's tables anew."""
    with RESULTS.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [field.name for field in fields(Row)], lineterminator="\n")
        writer.writeheader()
        writer.writerows(asdict(found) for found in rows)
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8"), rows), encoding="utf-8")
