"""How real people are scored: once a size, as a call shows them, and only those whom the gate lets pass."""

import json
import math
from pathlib import Path

import pytest

from tiny_model import write_tiny_model
from veritile.decision import Reference
from veritile.errors import ModelError
from veritile.frame.card import read_card
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
