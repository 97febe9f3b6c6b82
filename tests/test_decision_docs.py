"""docs/decision.md says what the code does, and its tables are of the run that docs/decision.csv holds."""

from __future__ import annotations

import pytest

import simulate_calls as simulation
from decision.streams import INDEPENDENT, stream
from veritile.decision import Policy, Tile
from veritile.vocabulary import Advice, Label, Sensitivity

PAGE = simulation.PAGE.read_text(encoding="utf-8")


def rows(title: str) -> list[list[str]]:
    """The cells of the page's table whose heading starts with this cell."""
    lines = iter(PAGE.splitlines())
    next(line for line in lines if line.startswith(f"| {title} |"))
    next(lines)
    found = []
    for line in lines:
        if not line.startswith("|"):
            return found
        found.append([cell.strip() for cell in line.strip("|").split("|")])
    return found


def test_tables_are_those_of_the_run() -> None:
    assert simulation.filled(PAGE, simulation.read_rows()) == PAGE


@pytest.mark.parametrize("row", simulation.read_rows(), ids=lambda row: f"{row.table} {row.preset} {row.auc}")
def test_figures_keep_their_promises(row: simulation.Row) -> None:
    if row.table == "false_alarms":
        assert row.figure("ratio") <= 1.5
    if row.table == "delay":
        assert row.figure("ratio") <= 1.3


def test_presets_are_those_of_the_code() -> None:
    told = rows("Preset")
    assert [row[0].strip("`") for row in told] == [preset.value for preset in Sensitivity]
    for name, budget, _, start, later in told:
        policy = Policy.for_sensitivity(name.strip("`"))
        assert policy.budget == float(budget)
        assert f"{policy.start_fake:.2f}" == start
        assert f"{policy.alarm:.2f}" == later


@pytest.mark.parametrize(("title", "words"), [("Label", Label), ("Advice", Advice)])
def test_every_word_is_explained(title: str, words: type[Label] | type[Advice]) -> None:
    assert sorted(row[0].strip("`") for row in rows(title)) == sorted(word.value for word in words)


def test_the_worked_example_is_what_happens() -> None:
    tile, at = Tile(scorer=INDEPENDENT), 0
    seen = 0
    for looks, _, cusum, label in rows("Looks"):
        count, log_odds = int(looks.split()[-3]), float(looks.split()[-1])
        if not looks.startswith("then"):
            count -= seen
        seen += count
        for observation in stream(log_odds, start=at, count=count):
            verdict = tile.observe(observation)
        at += count
        assert verdict.label.value == label.split("`")[1]
        assert verdict.evidence == pytest.approx(float(cusum))
