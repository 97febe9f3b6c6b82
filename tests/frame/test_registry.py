"""models/README.md lists the models that are there, as they are."""

from __future__ import annotations

import csv
import re

import onnx
import pytest

from bootstrap import ROOT
from veritile.frame.card import DEFAULT_MODEL, read_card
from veritile.frame.model import Model
from veritile.video.temporal import TemporalModel

MODELS = ROOT / "models"
PAGE = (MODELS / "README.md").read_text(encoding="utf-8")
COLUMNS = ["name", "role", "architecture", "input", "file", "time", "card"]
ROWS = [
    dict(zip(COLUMNS, (cell.strip() for cell in line.strip("|").split("|")), strict=True))
    for line in PAGE.splitlines()
    if line.startswith("| `") and ".md)" in line
]
NAMES = [row["name"].strip("`") for row in ROWS]
FIRST_ARCHITECTURE = "mesoinception4"
"""Of files whose metadata do not name theirs."""


def measured_ms(name: str, version: str) -> str | None:
    """CPU time of one face as results.csv has it; None when it was not measured for this version."""
    with (MODELS / "results.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if (row["model"], row["version"], row["figure"]) == (name, version, "inference_ms"):
                return f"{float(row['value']):.1f} ms"
    return None


def test_every_file_has_a_row_and_a_card() -> None:
    files = sorted(path.stem for path in MODELS.glob("*.onnx"))
    assert sorted(NAMES) == files
    assert sorted({path.stem for path in MODELS.glob("*.md")} - {"README"}) == files


def test_one_model_is_the_default() -> None:
    assert [row["name"] for row in ROWS if row["role"] == "default"] == [f"`{DEFAULT_MODEL}`"]


@pytest.mark.parametrize("row", ROWS, ids=NAMES)
def test_a_row_says_what_the_file_and_its_card_say(row: dict[str, str]) -> None:
    name = row["name"].strip("`")
    card = read_card(name)
    metadata = {entry.key: entry.value for entry in onnx.load(card.file).metadata_props}
    temporal = metadata.get("kind") == "temporal"
    info = TemporalModel.load(name).card if temporal else Model.load(card).info
    assert row == {
        "name": f"`{info.name}`",
        "role": row["role"],
        "architecture": metadata.get("architecture", FIRST_ARCHITECTURE),
        "input": f"{info.input_size} px",
        "file": f"{card.file.stat().st_size / 1e6:.1f} MB",
        "time": measured_ms(name, info.version) or row["time"],
        "card": f"[card]({name}.md)",
    }
    assert row["role"]
    assert temporal or re.fullmatch(r"\d+\.\d ms", row["time"])
