"""The ablation: what may be compared, who has not learnt what, and a card that quotes what was measured."""

import csv
import re
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
for module in ("onnx", "sklearn", "av"):
    pytest.importorskip(module)

import ablate  # noqa: E402
from veritile.frame.card import models_folder  # noqa: E402
from veritile.train.drawn import write_faces, write_live  # noqa: E402
from veritile.train.head import open_run  # noqa: E402
from veritile.train.nets import build  # noqa: E402
from veritile.train.nets.mesotexture import MesoTexture  # noqa: E402
from veritile.train.pairs import KINDS  # noqa: E402
from veritile.train.recipe import Data, Recipe  # noqa: E402

FOLDS = (("0",), ("1", "2"))
CSV = models_folder() / "ablation.csv"
CARD = models_folder() / "mesonet.md"
every_arm = pytest.mark.parametrize("arm", ablate.ARMS)


class TestArms:
    @every_arm
    def test_all_learn_from_as_many_pairs_and_are_measured_on_the_same_clips(self, arm: str) -> None:
        recipe = ablate.recipe_of(arm, 77, FOLDS)
        assert (recipe.pairs, recipe.folds, recipe.held_out, recipe.clips) == (77, FOLDS, (), ())
        assert (recipe.size, recipe.margin, recipe.seed) == (Recipe().size, Recipe().margin, Recipe().seed)
        assert set(recipe.shares) <= set(KINDS)

    @every_arm
    def test_a_network_that_is_trained_once_learns_from_no_clip(self, arm: str) -> None:
        """It is measured on all of them, and there is no other without a fold."""
        recipe = ablate.recipe_of(arm, 77, FOLDS)
        if not isinstance(build(recipe.architecture, size=recipe.size), MesoTexture):
            assert set(recipe.shares) <= {"blended", "generated", "other"}

    def test_one_of_them_is_the_recipe(self) -> None:
        (arm,) = (name for name, changes in ablate.ARMS.items() if not changes)
        recipe = ablate.recipe_of(arm, 77, ())
        assert (recipe.architecture, recipe.shares, recipe.encoded) == (
            Recipe().architecture,
            Recipe().shares,
            Recipe().encoded,
        )


def test_every_option_is_in_the_page() -> None:
    page = (models_folder().parent / "docs/evaluation.md").read_text(encoding="utf-8")
    section = page.split("## What a part of the recipe brings")[1].split("\n## ")[0]
    options = [option for parameter in ablate.main.params for option in parameter.opts]
    assert [option for option in options if option not in section] == []


def test_a_measured_run_is_measured_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_faces(tmp_path / "faces", people=8)
    write_live(tmp_path / "live", clips=3, frames=2)
    data = Data(tmp_path / "faces", tmp_path / "live")
    recipe = Recipe(pairs=64, passes=2, batch=16, size=64, encoded=0.0, folds=FOLDS)
    run = open_run(tmp_path / "run", recipe, data)
    run.go(workers=0, measure_every=64, on_step=lambda _pairs, _loss: None)
    first = ablate.clips_of(run)
    direct = run.score_clips()
    assert direct is not None
    assert np.array_equal(first.log_odds, direct.log_odds)
    assert np.array_equal(first.people, direct.people)
    again = open_run(tmp_path / "run", recipe, data)
    monkeypatch.setattr(again, "score_clips", lambda: pytest.fail("it was measured already"))
    assert ablate.figures(ablate.clips_of(again)) == ablate.figures(first)


def test_what_is_written_is_what_the_card_shows(tmp_path: Path) -> None:
    rows = [["A, with a comma", 10, 20, "0.5 (0.4-0.6)", "0.5 (0.4-0.6)", "0.5 (0.4-0.6)"]]
    ablate.write(tmp_path / "ablation.csv", rows)
    with (tmp_path / "ablation.csv").open(newline="", encoding="utf-8") as file:
        table = list(csv.reader(file))
    assert table[0] == ablate.HEADINGS
    card = ablate.fill_card("Before\n<!-- ablation -->\nold\n<!-- end -->\nAfter\n", table)
    assert "old" not in card
    assert "| A, with a comma | 10 | 20 | 0.5 (0.4-0.6) |" in card
    assert re.fullmatch(r"Before\n<!-- ablation -->\n.*<!-- end -->\nAfter\n", card, re.DOTALL)
    assert ablate.fill_card(card, table) == card
    assert ablate.fill_card("No such lines\n", table) == "No such lines\n"


@pytest.mark.skipif(not CSV.is_file(), reason="nothing has been measured yet")
def test_the_table_in_the_card_is_the_measured_one() -> None:
    with CSV.open(newline="", encoding="utf-8") as file:
        table = list(csv.reader(file))
    card = CARD.read_text(encoding="utf-8")
    assert "<!-- ablation -->" in card
    assert ablate.fill_card(card, table) == card
    assert [row[0] for row in table[1:]] == list(ablate.ARMS)
    assert len({row[2] for row in table[1:]}) == 1
