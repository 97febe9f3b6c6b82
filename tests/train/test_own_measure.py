"""Figures on held-out people of one's own set, and on benchmark folders: no PyTorch is needed for them."""

from pathlib import Path

import pytest

from own_data import write_people
from tiny_model import write_tiny_model
from veritile.errors import CorruptImageError, FileUnreadableError, ModelMissingError
from veritile.train.drawn import write_bench
from veritile.train.own.measure import measure
from veritile.train.own.prepare import Options, prepare
from veritile.train.own.split import VAL
from veritile.train.own.table import OwnSet


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("model"))


def own_set(folder: Path, people: int) -> OwnSet:
    write_people(folder / "mine", people=people)
    prepare(folder / "mine", folder / "set", Options(), lambda *_: None)
    return OwnSet(folder / "set")


def test_only_people_who_decided_nothing_are_measured(model: Path, tmp_path: Path) -> None:
    own = own_set(tmp_path, people=8)
    told: list[tuple[int, int]] = []
    rows = measure(own.folder, [model], draws=100, on_frame=lambda *at: told.append(at))
    figures = {row.figure: row for row in rows if row.group == "all"}
    faces = own.of("test")
    assert {row.set for row in rows} == {"own test"}
    assert figures["frame_auc"].frames == len(faces) < len(own.faces)
    assert figures["clip_auc"].clips == len({face.identity for face in faces})
    assert told[-1] == (len(faces), len(faces))


def test_where_there_are_too_few_people_the_rows_say_whose_figures_they_are(
    model: Path, tmp_path: Path
) -> None:
    own = own_set(tmp_path, people=3)
    assert own.measured_split == VAL
    assert {row.set for row in measure(own.folder, [model], draws=100)} == {"own val"}


def test_the_size_of_a_face_is_that_in_the_users_picture(model: Path, tmp_path: Path) -> None:
    own = own_set(tmp_path, people=8)
    assert all(100 < face.original_px < 200 for face in own.faces)
    groups = {row.group for row in measure(own.folder, [model], draws=100)}
    assert "<100 px" not in groups


def test_the_product_finds_the_faces_anew(model: Path, tmp_path: Path) -> None:
    own = own_set(tmp_path, people=8)
    rows = measure(own.folder, [model], detect=True, draws=100)
    assert {row.faces for row in rows} == {"detected"}
    assert sum(row.unscored for row in rows) == 0


def test_a_benchmark_folder_is_measured_whole(model: Path, tmp_path: Path) -> None:
    write_bench(tmp_path, clips=4, frames=3)
    rows = measure(tmp_path, [model], draws=100)
    (auc,) = [row for row in rows if row.figure == "frame_auc" and row.group == "all"]
    assert (auc.set, auc.frames, auc.clips) == ("drawn", 24, 4)


def test_a_box_that_cannot_be_cut_out_is_an_error_of_the_table(model: Path, tmp_path: Path) -> None:
    write_bench(tmp_path, clips=2, frames=1)
    table = tmp_path / "bench.csv"
    table.write_text(table.read_text().replace(",40.0,40.0,100.0,100.0", ",9000,40.0,100.0,100.0", 1))
    with pytest.raises(CorruptImageError, match="face box"):
        measure(tmp_path, [model], draws=100)


def test_other_folders_and_models_are_named(model: Path, tmp_path: Path) -> None:
    with pytest.raises(FileUnreadableError, match="neither a prepared set"):
        measure(tmp_path, [model], draws=100)
    write_bench(tmp_path)
    with pytest.raises(ModelMissingError):
        measure(tmp_path, ["no-such-model"], draws=100)
