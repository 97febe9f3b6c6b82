"""How people are scored: as a call shows them, and only those whom the gate lets pass."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from tiny_model import write_tiny_model
from veritile.decision import Reference
from veritile.errors import ModelError
from veritile.frame.card import read_card
from veritile.frame.quality import measure
from veritile.scorer import read_scorer
from veritile.train.drawn import write_faces, write_live
from veritile.train.faces import FaceSet
from veritile.train.livepairs import LivePairs
from veritile.train.people import SIZES, write_people


@pytest.fixture(scope="module")
def faces(tmp_path_factory: pytest.TempPathFactory) -> FaceSet:
    folder = tmp_path_factory.mktemp("faces")
    write_faces(folder, people=8)
    return FaceSet(folder, "val")


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_tiny_model(tmp_path)


def people(path: Path) -> dict[str, list[float]]:
    found: dict[str, list[float]] = json.loads(path.read_text(encoding="utf-8"))["people"]
    return found


def test_the_decision_reads_what_is_written(model: Path, faces: FaceSet) -> None:
    path = write_people(model, faces, None, tau_s=1.75)
    scorer = read_scorer(model)
    assert path == model.with_name("tiny.people.json")
    assert scorer.tau_s == 1.75
    assert scorer.reference == Reference.of(people(path))


def test_a_person_counts_once_a_size(model: Path, faces: FaceSet) -> None:
    told: list[None] = []
    found = people(write_people(model, faces, None, advance=lambda: told.append(None)))
    assert set(found) == set(SIZES)
    assert 0 < sum(map(len, found.values())) <= len(faces) * len(SIZES)
    assert all(len(values) <= len(faces) for values in found.values())
    assert all(math.isfinite(value) for values in found.values() for value in values)
    assert len(told) == len(faces)


def test_every_clip_of_calls_is_one_more_person(model: Path, faces: FaceSet, tmp_path: Path) -> None:
    write_live(tmp_path / "live", clips=3, frames=2)
    alone = people(write_people(model, faces, None))
    more = people(write_people(model, faces, LivePairs(tmp_path / "live")))
    assert 0 < sum(map(len, more.values())) - sum(map(len, alone.values())) <= 3


def test_the_same_seed_gives_the_same_file(model: Path, faces: FaceSet) -> None:
    first = write_people(model, faces, None, seed=3).read_bytes()
    assert write_people(model, faces, None, seed=3).read_bytes() == first
    assert write_people(model, faces, None, seed=4).read_bytes() != first


def test_a_gate_that_refuses_everybody_is_named_and_an_older_file_stays(
    tmp_path: Path, faces: FaceSet
) -> None:
    model = write_tiny_model(tmp_path, min_face_px="4096")
    old = model.with_name("tiny.people.json")
    old.write_text("old", encoding="utf-8")
    with pytest.raises(ModelError, match="refuses every held-out face"):
        write_people(model, faces, None)
    assert old.read_text(encoding="utf-8") == "old"
    assert read_card(model).name == "tiny"


def test_swapped_people_are_told_as_those_scored_them_who_did_not_learn_from_them(
    model: Path, faces: FaceSet, tmp_path: Path
) -> None:
    """One number a clip, the mean of its swapped pictures: not what the shipped weights say of them."""
    pytest.importorskip("torch")
    from veritile.train.heldout import PairScores

    write_live(tmp_path / "live", clips=3, frames=2)
    live = LivePairs(tmp_path / "live")
    log_odds = np.array([[9.0, 2.0], [9.0, 4.0], [9.0, -1.0], [9.0, -3.0], [9.0, 0.5], [9.0, 0.7]])
    scores = PairScores(log_odds, np.repeat(np.arange(3), 2))
    path = write_people(model, faces, live, swapped=scores)
    assert json.loads(path.read_text(encoding="utf-8"))["swapped"] == [-2.0, 0.6, 3.0]
    assert read_scorer(model).reference == Reference.of(people(path), [-2.0, 0.6, 3.0])


def test_without_such_scores_the_file_tells_of_no_swapped_people(
    model: Path, faces: FaceSet, tmp_path: Path
) -> None:
    write_live(tmp_path / "live", clips=3, frames=2)
    path = write_people(model, faces, LivePairs(tmp_path / "live"))
    assert "swapped" not in json.loads(path.read_text(encoding="utf-8"))


def test_swapped_pictures_that_the_gate_refuses_are_left_out(tmp_path: Path, faces: FaceSet) -> None:
    pytest.importorskip("torch")
    from veritile.train.heldout import PairScores

    write_live(tmp_path / "live", clips=2, frames=3)
    live = LivePairs(tmp_path / "live")
    pairs = [pair for clip in live.clips for pair in live.by_clip[clip]]
    sharpness = np.array([measure(live.read(pair)[1], pair.box).sharpness for pair in pairs])
    least = float(np.median(sharpness))
    answers, clip = np.arange(6.0), np.repeat([0, 1], 3)
    left = [answers[(clip == n) & (sharpness >= least)] for n in (0, 1)]
    model = write_tiny_model(tmp_path, min_sharpness=str(least))
    scores = PairScores(np.column_stack([answers, answers]), clip)
    told = json.loads(write_people(model, faces, live, swapped=scores).read_text(encoding="utf-8"))
    assert told["swapped"] == [round(float(some.mean()), 3) for some in left if len(some)]
