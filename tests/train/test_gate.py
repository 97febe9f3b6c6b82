"""The gate is as low as the scores allow and no lower, and ends up in the file that it was chosen for."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tiny_model import write_tiny_model
from veritile.errors import ModelChecksumError
from veritile.frame.card import read_card
from veritile.frame.model import Model
from veritile.frame.quality import Gate, Quality
from veritile.train import gate
from veritile.train.drawn import write_faces, write_live
from veritile.train.faces import FaceSet
from veritile.train.gate import EDGES, LEAST_PICTURES, GateChoice, choose, choose_gate, write_gate
from veritile.train.gate_scores import Scored, samples
from veritile.train.livepairs import LivePairs

PEOPLE = 2 * LEAST_PICTURES
TELLING, COIN = 2.0, 0.0


def scores_at(
    value: float,
    apart: float = TELLING,
    *,
    measure: str = "face_px",
    people: int = PEOPLE,
    alarms: float = 0.0,
) -> list[Scored]:
    """Pairs at one value, the fakes `apart` above the real ones, of which a share is far up all the same."""
    rng = np.random.default_rng(int(value * 1000))
    real, noise = rng.normal(-3, 0.3, people), rng.normal(0, 0.3, people)
    real[: round(alarms * people)] += 4
    return [
        Scored(measure, value, person, float(low), float(low + apart + more))
        for person, (low, more) in enumerate(zip(real, noise, strict=True))
    ]


def chosen(*scores: list[Scored], shown: Sequence[Quality] = ()) -> GateChoice:
    return choose([one for some in scores for one in some], shown, model="tiny", version="1", draws=100)


def people_of(sharpness: Sequence[float]) -> list[Quality]:
    return [Quality(face_px=100, sharpness=value, light=0.5) for value in sharpness]


def test_it_is_the_lower_edge_of_the_last_bin_whose_scores_say_something() -> None:
    choice = chosen(scores_at(130), scores_at(100), scores_at(85), scores_at(70, COIN), scores_at(50, COIN))
    assert choice.gate.face_px == 80
    assert [one.least for one in choice.bins if one.good] == [80, 96, 120]


@pytest.mark.parametrize(("blurred", "edge"), [(1, 0.25), (2, 0.2)])
def test_it_refuses_at_most_one_in_ten_of_the_people_as_calls_show_them(blurred: int, edge: float) -> None:
    """Only sharp faces are judged well, and of ten people one or two have cameras that are less sharp."""
    sharp = [scores_at(value, measure="sharpness") for value in (0.5, 0.27)]
    coin = scores_at(0.22, COIN, measure="sharpness")
    assert chosen(*sharp, coin, shown=people_of([0.4] * 10)).gate.sharpness == 0.25
    people = people_of([0.22] * blurred + [0.4] * (10 - blurred))
    assert chosen(*sharp, coin, shown=people).gate.sharpness == edge


def test_blurred_as_they_may_be_it_stays_above_the_default() -> None:
    scores = [scores_at(0.5, measure="sharpness"), scores_at(0.27, COIN, measure="sharpness")]
    assert chosen(*scores, shown=people_of([0.05] * 10)).gate.sharpness == Gate().sharpness


def test_a_lucky_bin_below_a_bad_one_changes_nothing() -> None:
    assert chosen(scores_at(130), scores_at(100, COIN), scores_at(50)).gate.face_px == 120


def test_real_faces_called_fake_raise_it() -> None:
    """Telling scores that come with many more alarms than the best bin has."""
    alarmed = chosen(scores_at(130, alarms=0.1), scores_at(100, alarms=0.15), scores_at(85, alarms=0.3))
    assert alarmed.gate.face_px == 96
    assert chosen(scores_at(130, alarms=0.3), scores_at(100, alarms=0.3)).gate.face_px == 96


def test_too_few_pictures_are_not_trusted() -> None:
    assert chosen(scores_at(130), scores_at(100, people=LEAST_PICTURES - 1)).gate.face_px == 120
    assert chosen(scores_at(130), scores_at(100, people=LEAST_PICTURES)).gate.face_px == 96


def test_one_picture_seen_often_is_one_picture() -> None:
    often = [replace(one, person=one.person % 5) for one in scores_at(100)]
    assert chosen(scores_at(130), often).gate.face_px == 120


def test_few_pictures_at_the_top_do_not_stop_it() -> None:
    assert chosen(scores_at(130, people=3), scores_at(100), scores_at(85)).gate.face_px == 80


def test_where_nothing_can_be_told_the_default_stays() -> None:
    choice = chosen(scores_at(130, COIN), scores_at(0.4, measure="light"))
    assert choice.gate == replace(Gate(), light=0.3)
    assert choice.unsettled == ("face_px", "sharpness")


def test_each_measure_is_judged_on_its_own() -> None:
    choice = chosen(
        *(scores_at(value) for value in (130, 100)),
        *(scores_at(value, measure="sharpness") for value in (0.35, 0.27, 0.22)),
        *(scores_at(value, measure="light") for value in (0.4, 0.25)),
        scores_at(90, COIN, measure="coding"),
    )
    assert choice.gate == Gate(96, 0.2, 0.2)
    assert choice.unsettled == ()


def test_the_table_shows_every_bin_and_which_the_gate_lets_through() -> None:
    choice = chosen(scores_at(130), scores_at(100, COIN), scores_at(0.4, measure="sharpness"))
    head, *lines = choice.table()
    assert head[0] == "Measure"
    assert [(line[0], line[1], line[-1]) for line in lines] == [
        ("face, px", "120", "yes"),
        ("face, px", "96", "no"),
        ("sharpness", "0.3", "yes"),
    ]
    assert lines[0][3:6] == [str(PEOPLE), "1.00 (1.00-1.00)", "0% (0%-0%)"]


class TestMeasured:
    """From drawn faces to the file."""

    @pytest.fixture
    def faces(self, tmp_path: Path) -> Path:
        write_faces(tmp_path / "faces")
        return tmp_path / "faces"

    def test_the_same_arguments_give_the_same_choice(self, faces: Path, tmp_path: Path) -> None:
        model = write_tiny_model(tmp_path)
        first, second = (choose_gate(model, faces, pairs=3, draws=10) for _ in range(2))
        assert repr(first) == repr(second)
        assert (first.model, first.version) == ("tiny", "1.0.0")
        assert first.unsettled == tuple(gate.GATED)  # three people are not enough
        sizes = [one for one in first.bins if one.measure == "face_px"]
        assert [one.pictures for one in sizes if one.below <= 96] == [3] * 6
        assert [one.pictures for one in sizes if one.least >= 120] == [0]  # the drawings have 100 px

    def test_fakes_are_of_both_kinds_and_nobody_comes_twice(self, faces: Path) -> None:
        people = FaceSet(faces, "val")
        made = list(samples(people, None, 100, seed=1))
        assert [one.person for one in made] == list(range(len(people)))
        for one in made:
            assert one.fake.shape == one.real.shape
            assert not np.array_equal(one.fake, one.real)

    def test_live_swaps_are_the_only_fakes_where_there_are_any(self, faces: Path, tmp_path: Path) -> None:
        write_live(tmp_path / "live")
        people, live = FaceSet(faces, "val"), LivePairs(tmp_path / "live", ("1", "2"))
        made = list(samples(people, live, 4, seed=1))
        assert [one.fake is None for one in made] == [True] * len(people) + [False] * 4
        assert {one.person for one in made if one.fake is not None} <= {len(people), len(people) + 1}
        choice = choose_gate(write_tiny_model(tmp_path), faces, live=live, pairs=4, draws=10)
        assert {one.auc.frames for one in choice.bins if one.measure == "coding"} == {len(people) + 2 * 4}

    def test_the_rows_hold_what_was_measured(self, faces: Path, tmp_path: Path) -> None:
        choice = choose_gate(write_tiny_model(tmp_path), faces, pairs=2, draws=10)
        gate.write_bins(tmp_path / "gate.csv", choice)
        with (tmp_path / "gate.csv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == sum(len(edges) - 1 for edges in EDGES.values())
        assert [int(row["pictures"]) for row in rows] == [one.pictures for one in choice.bins]
        assert {row["model"] for row in rows} == {"tiny"}


class TestWritten:
    def test_the_host_reads_it_from_the_file(self, tmp_path: Path) -> None:
        path = write_tiny_model(tmp_path, calibration_a="0.5")
        crop = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
        before = Model.load(read_card(path))
        digest = write_gate(path, Gate(80, 0.25, 0.08))
        after = Model.load(read_card(path))
        assert after.info.gate == Gate(80, 0.25, 0.08)
        assert after.info.sha256 == digest != before.info.sha256
        assert after.log_odds(crop) == before.log_odds(crop)
        assert path.with_suffix(".md").read_text().endswith("# Tiny")
        assert sorted(file.name for file in tmp_path.iterdir()) == ["tiny.md", "tiny.onnx"]

    def test_another_one_takes_its_place(self, tmp_path: Path) -> None:
        path = write_tiny_model(tmp_path)
        digests = [write_gate(path, Gate(size)) for size in (80, 48, 80)]
        assert digests[0] == digests[2] != digests[1]
        assert Model.load(read_card(path)).info.gate.face_px == 80

    def test_a_file_that_is_not_its_cards_is_left_alone(self, tmp_path: Path) -> None:
        path = write_tiny_model(tmp_path)
        card = path.with_suffix(".md").read_text()
        path.write_bytes(changed := path.read_bytes() + b"\x00")
        with pytest.raises(ModelChecksumError):
            write_gate(path, Gate(80))
        assert (path.read_bytes(), path.with_suffix(".md").read_text()) == (changed, card)

    def test_a_card_shows_the_table_where_it_wants_it(self) -> None:
        choice = chosen(scores_at(130))
        card = "# Card\n<!-- gate -->\nold\n<!-- end -->\n<!-- figures: x -->\nkept\n<!-- end -->\n"
        filled = gate.fill_card(card, choice)
        assert "old" not in filled
        assert "| face, px | 120 |" in filled
        assert filled.endswith("<!-- end -->\n<!-- figures: x -->\nkept\n<!-- end -->\n")
        assert gate.fill_card(filled, choice) == filled
        assert gate.fill_card("# Card\n", choice) == "# Card\n"
