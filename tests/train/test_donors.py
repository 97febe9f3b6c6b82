"""Who lends the face for a swap of another person."""

from pathlib import Path

import numpy as np
import pytest

from training_pairs import Noting, pairs_of
from veritile.train.drawn import write_faces
from veritile.train.faces import FaceSet
from veritile.train.pairs import Sources


@pytest.fixture(scope="module")
def looking(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of twelve people, every other one looks to the left; heads are tilted, near and far."""
    folder = tmp_path_factory.mktemp("looking")
    write_faces(folder, people=16)
    lines = (folder / "faces.csv").read_text().splitlines()
    changed = [lines[0]]
    for number, line in enumerate(lines[1:]):
        cells = line.split(",")
        points = np.array(cells[6:], dtype=float).reshape(5, 2)
        points[2, 0] = points[:2, 0].mean() + (9 if number % 2 else -9)
        angle, scale = 0.3 * (number % 3 - 1), 0.9 + 0.05 * (number % 5)
        turn = scale * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        middle = points.mean(axis=0)
        points = (points - middle) @ turn.T + middle
        changed.append(",".join([*cells[:6], *map(str, points.round(1).reshape(-1))]))
    (folder / "faces.csv").write_text("\n".join(changed) + "\n")
    return folder


def test_he_is_another_who_looks_the_same_way(looking: Path) -> None:
    faces = Noting(looking, "train")
    source = pairs_of(Sources(faces), "other", size=8)
    for number in range(48):
        faces.seen.clear()
        source[number]
        own, donor = faces.seen
        assert own != donor
        assert own % 2 == donor % 2


def test_in_a_set_of_one_he_is_himself(looking: Path) -> None:
    """Rather than a crash: one picture is no training set, but may be a tiny held-out one."""
    faces = FaceSet(looking, "train")
    del faces.pictures[1:]
    assert pairs_of(Sources(faces), "other")[0].shape == (2, 48, 48, 4)
