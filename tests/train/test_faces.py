"""Reading faces where they lie, and saying what is wrong with a data set that cannot be used."""

import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest

from veritile.errors import CorruptImageError, FileUnreadableError, ImageError
from veritile.train.drawn import write_faces
from veritile.train.faces import FaceSet


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


def test_a_face_without_size_or_place(data: Path) -> None:
    edit_table(data, ",100.0,", ",0,")
    with pytest.raises(CorruptImageError, match=r"drawn/.*\.jpg"):
        FaceSet(data, "train")


def test_a_table_cut_short(data: Path) -> None:
    table = data / "faces.csv"
    lines = table.read_text().splitlines()
    table.write_text("\n".join([lines[0], lines[1].rpartition(",")[0]]))
    with pytest.raises(CorruptImageError, match=r"faces\.csv lacks"):
        FaceSet(data, "train")


@pytest.mark.parametrize("content", [b"file,split\n\xff\xfe,train\n", b"file,split\n" + b"x" * 200_000])
def test_a_table_that_is_no_text(data: Path, content: bytes) -> None:
    (data / "faces.csv").write_bytes(content)
    with pytest.raises(CorruptImageError, match="no table of text"):
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


def test_a_picture_damaged_in_its_zip(data: Path) -> None:
    with zipfile.ZipFile(data / "drawn.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("drawn/00000.jpg", bytes(range(256)) * 40)
    damaged = bytearray((data / "drawn.zip").read_bytes())
    damaged[45:60] = b"\xff" * 15
    (data / "drawn.zip").write_bytes(damaged)
    with pytest.raises(CorruptImageError, match=r"drawn\.zip is damaged"):
        FaceSet(data, "train").read(0)


def test_a_damaged_zip(data: Path) -> None:
    (data / "drawn.zip").write_bytes(b"PK no zip at all")
    with pytest.raises(CorruptImageError, match=r"drawn\.zip"):
        FaceSet(data, "train").read(0)
