"""Reading faces where they lie, and saying what is wrong with a data set that cannot be used."""

import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from veritile.errors import CorruptImageError, FileUnreadableError, ImageError
from veritile.train.drawn import write_faces
from veritile.train.faces import FaceSet
from veritile.train.pairs import PairSource


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write_faces(tmp_path, people=8)
    return tmp_path


def edit_table(folder: Path, old: str, new: str) -> None:
    table = folder / "faces.csv"
    table.write_text(table.read_text().replace(old, new))


def test_splits_share_nobody(data: Path) -> None:
    train, val = FaceSet(data, "train"), FaceSet(data, "val")
    assert (len(train), len(val)) == (6, 2)
    assert not {p.identity for p in train.pictures} & {p.identity for p in val.pictures}


def test_pictures_are_rgb(data: Path) -> None:
    image = FaceSet(data, "train").read(0)
    assert image.shape == (180, 180, 3)
    assert image.dtype == np.uint8
    x, y = (round(v) for v in FaceSet(data, "train").pictures[0].landmarks[3])
    mouth = image[y, x].astype(int)
    assert mouth[0] > mouth[2] + 40  # drawn in red


def test_a_copy_in_another_process_opens_its_own_files(data: Path) -> None:
    faces = FaceSet(data, "train")
    first = faces.read(0)
    copy = pickle.loads(pickle.dumps(faces))
    assert np.array_equal(copy.read(0), first)


def test_data_are_named_by_their_digests(data: Path) -> None:
    before = FaceSet(data, "train").digests()
    assert set(before) == {"faces.csv", "drawn.zip"}
    with (data / "drawn.zip").open("ab") as file:
        file.write(b"\0")
    after = FaceSet(data, "train").digests()
    assert after["faces.csv"] == before["faces.csv"]
    assert after["drawn.zip"] != before["drawn.zip"]


def test_a_folder_without_a_table(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadableError, match=r"faces\.csv"):
        FaceSet(tmp_path, "train")


def test_a_split_without_pictures(data: Path) -> None:
    with pytest.raises(FileUnreadableError, match="'test'"):
        FaceSet(data, "test")


def test_a_missing_zip(data: Path) -> None:
    (data / "drawn.zip").unlink()
    with pytest.raises(FileUnreadableError, match=r"drawn\.zip"):
        FaceSet(data, "train")


def test_a_table_with_a_wrong_number(data: Path) -> None:
    edit_table(data, ",100.0,", ",large,")
    with pytest.raises(CorruptImageError, match="large"):
        FaceSet(data, "train")


def test_a_table_without_a_column(data: Path) -> None:
    edit_table(data, "nose_x", "snout_x")
    with pytest.raises(CorruptImageError, match="nose_x"):
        FaceSet(data, "train")


def test_a_picture_that_the_zip_does_not_hold(data: Path) -> None:
    edit_table(data, "drawn/00000.jpg", "drawn/99999.jpg")
    with pytest.raises(FileUnreadableError, match="99999"):
        FaceSet(data, "train").read(0)


@pytest.mark.parametrize("content", [b"", b"no picture", b"\xff\xd8\xff\xe0 cut short"])
def test_a_picture_that_is_none(data: Path, content: bytes) -> None:
    with zipfile.ZipFile(data / "drawn.zip", "w") as archive:
        archive.writestr("drawn/00000.jpg", content)
    with pytest.raises(ImageError):
        FaceSet(data, "train").read(0)


def test_a_damaged_zip(data: Path) -> None:
    (data / "drawn.zip").write_bytes(b"PK no zip at all")
    with pytest.raises(CorruptImageError, match=r"drawn\.zip"):
        FaceSet(data, "train").read(0)


def test_pairs_depend_on_seed_and_number_alone(data: Path) -> None:
    one, other = (PairSource(FaceSet(data, "train"), size=48, margin=1.3, seed=7) for _ in range(2))
    assert one[3].shape == (2, 48, 48, 3)
    other[0], other[5]  # what was asked for before does not matter
    assert np.array_equal(one[3], other[3])
    assert not np.array_equal(one[3], one[3 + len(one.faces)])  # another round, another pseudo-fake
    third = PairSource(FaceSet(data, "train"), size=48, margin=1.3, seed=8)
    assert not np.array_equal(one[3], third[3])


def test_every_round_shows_every_picture_once(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    faces = FaceSet(data, "train")
    seen: list[int] = []
    read = faces.read
    monkeypatch.setattr(faces, "read", lambda index: (seen.append(index), read(index))[1])
    source = PairSource(faces, size=16, margin=1.3, seed=1)
    for number in range(2 * len(faces)):
        source[number]
    first, second = seen[: len(faces)], seen[len(faces) :]
    assert sorted(first) == sorted(second) == list(range(len(faces)))
