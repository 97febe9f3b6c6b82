"""What is in models/: every file is the one of its card, and every figure of a card is measured."""

import re
from pathlib import Path

import pytest

from veritile.frame.card import models_folder, read_card
from veritile.frame.model import Model
from veritile.train.bench import THRESHOLD
from veritile.train.results import fill_card, read_rows
from veritile.train.wording import FIGURES

FOLDER = models_folder()
FILES = sorted(file for file in FOLDER.glob("*.onnx") if not file.stem.endswith("-temporal"))
"""Of the models of single frames; what judges stretches has figures of another kind."""
HEADINGS = (
    "Model description",
    "Intended uses",
    "Limitations",
    "Training data",
    "Training procedure",
    "Evaluation",
    "Cost",
)


def card_of(file: Path) -> str:
    return file.with_suffix(".md").read_text(encoding="utf-8")


def test_there_is_a_model() -> None:
    assert (FOLDER / "mesonet.onnx") in FILES


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
class TestEveryModel:
    def test_the_live_path_accepts_it(self, file: Path) -> None:
        """SHA-256 and metadata are compared with the card on the way."""
        card = read_card(file)
        assert Model.load(card).info.sha256 == card.sha256

    def test_its_card_has_the_headings_that_readers_look_for(self, file: Path) -> None:
        headings = re.findall(r"^##+ (.+)$", card_of(file), re.MULTILINE)
        assert [heading for heading in HEADINGS if heading not in headings] == []

    def test_its_tables_are_what_results_csv_says(self, file: Path) -> None:
        card = card_of(file)
        assert fill_card(card, read_rows(FOLDER / "results.csv")) == card
        assert card.count("<!-- figures: ") >= 2

    def test_its_figures_are_of_this_very_version(self, file: Path) -> None:
        card = read_card(file)
        mine = [row for row in read_rows(FOLDER / "results.csv") if row.model == card.name]
        assert {row.version for row in mine} == {card.version}
        assert {row.faces for row in mine} == {"table", "detected"}
        assert {row.figure for row in mine} == set(FIGURES)

    def test_its_text_quotes_no_figure_of_its_own(self, file: Path) -> None:
        """An AUC or a share of false alarms outside the tables would outlive its measurement."""
        text = re.sub(r"<!-- figures: .*?<!-- end -->", "", card_of(file), flags=re.DOTALL)
        assert re.findall(r"(?i)\bAUC (?:of )?0?\.\d", text) == []

    def test_it_names_the_commands_that_made_and_measured_it(self, file: Path) -> None:
        card = card_of(file)
        assert "scripts/train_mesonet.py" in card
        assert "scripts/evaluate.py --bench" in card
        assert str(THRESHOLD) in card


def test_the_readme_quotes_the_card_of_the_model_that_ships() -> None:
    readme = (FOLDER.parent / "README.md").read_text(encoding="utf-8")
    quoted = re.findall(r"(?:\.\d{3}|\d+ %) \([\d.]+-[\d.]+\)", readme)
    card = card_of(FOLDER / "mesonet.onnx")
    assert len(quoted) >= 12
    assert [figure for figure in quoted if figure not in card] == []
