"""From a folder as users have them to a set: what is used, what is left out, what survives Ctrl-C."""

import csv
import os
import shutil
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from own_data import someone, write_people, write_video
from pictures import empty, jpeg, webp
from veritile.errors import CorruptImageError, FileUnreadableError, NoFramesError
from veritile.frame.faces import FaceDetector
from veritile.train.own.files import SplitBy
from veritile.train.own.prepare import JOURNAL, SKIPPED, Options, Summary, prepare
from veritile.train.own.split import TEST, TRAIN, VAL
from veritile.train.own.table import OwnSet


def make(folder: Path, out: Path, **options: object) -> Summary:
    return prepare(folder, out, Options(**options), lambda done, total, name: None)  # type: ignore[arg-type]


def rows(out: Path) -> list[dict[str, str]]:
    with (out / "set.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def left_out(out: Path) -> dict[str, str]:
    with (out / SKIPPED).open(newline="", encoding="utf-8") as file:
        return {row["origin"]: row["reason"] for row in csv.DictReader(file)}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_people(tmp_path / "mine")


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "set"


def test_every_face_is_in_the_set_with_its_class_and_person(folder: Path, out: Path) -> None:
    summary = make(folder, out)
    own = OwnSet(out)
    assert len(own.faces) == 16
    assert {(face.fake, face.identity) for face in own.faces} == {
        (fake, f"p{n}") for fake in (False, True) for n in range(4)
    }
    assert summary.used == {False: 8, True: 8}
    assert not (out / JOURNAL).exists()
    assert not (out / SKIPPED).exists()


def test_a_person_is_in_one_split_only_real_and_fake_alike(folder: Path, out: Path) -> None:
    make(folder, out)
    own = OwnSet(out)
    places = {
        face.identity: {f.split for f in own.faces if f.identity == face.identity} for face in own.faces
    }
    assert all(len(splits) == 1 for splits in places.values())
    assert {split for splits in places.values() for split in splits} >= {TRAIN, VAL}
    for split in {TRAIN, VAL, *({TEST} & {s for v in places.values() for s in v})}:
        assert {face.fake for face in own.of(split)} == {False, True}


def test_a_crop_is_centred_on_the_face_and_1_8_times_its_size(folder: Path, out: Path) -> None:
    make(folder, out)
    own = OwnSet(out)
    for face in own.faces[:4]:
        picture = own.read(face)
        assert picture.shape == (face.size, face.size, 3)
        assert face.size <= 256
        assert face.size / face.face_px == pytest.approx(1.8, rel=0.02)
        (found,) = FaceDetector().detect(picture)
        centre = np.array(found.box[:2]) + np.array(found.box[2:]) / 2
        assert centre == pytest.approx(np.full(2, face.size / 2), abs=0.06 * face.size)
        assert np.array(face.landmarks) == pytest.approx(np.array(found.landmarks), abs=0.05 * face.size)


def test_a_large_face_is_scaled_down_and_its_own_size_is_noted(tmp_path: Path, out: Path) -> None:
    folder = write_people(tmp_path / "mine", people=3)
    large = np.repeat(np.repeat(someone(0), 4, axis=0), 4, axis=1)
    (folder / "real/p0/large.jpg").write_bytes(jpeg(large))
    make(folder, out)
    row = next(row for row in rows(out) if row["origin"].endswith("large.jpg"))
    assert int(row["size"]) == 256
    assert float(row["original_px"]) > 3 * float(row["face_px"])


def test_a_video_gives_so_many_frames_spread_over_its_length(folder: Path, out: Path) -> None:
    write_video(folder / "real/p0/call.mp4", 0, frames=100)
    make(folder, out, frames=5)
    times = [float(row["t"]) for row in rows(out) if row["origin"] == "real/p0/call.mp4"]
    assert len(times) == 5
    assert times == sorted(times)
    assert times[-1] > 6


def test_what_cannot_be_used_is_counted_with_its_reason(folder: Path, out: Path) -> None:
    odd = folder / "real/p0"
    (odd / "room.jpg").write_bytes(jpeg(empty()))
    (odd / "far.jpg").write_bytes(jpeg(someone(0, face_px=40)))
    (odd / "cut.jpg").write_bytes(jpeg(someone(0))[:2000])
    (odd / "text.mp4").write_text("no video")
    (odd / "nothing.webp").touch()
    (odd / "notes.txt").write_text("not looked at")
    (odd / ".hidden.jpg").write_bytes(jpeg(someone(0)))
    size = b"IHDR" + (20_000).to_bytes(4) * 2 + b"\x08\x02\0\0\0"  # refused before it is decoded
    header = (13).to_bytes(4) + size + zlib.crc32(size).to_bytes(4)
    (odd / "huge.png").write_bytes(b"\x89PNG\r\n\x1a\n" + header + b"\0\0\0\0IDAT")
    summary = make(folder, out)
    assert {origin.split("/")[-1]: reason.split(":")[0] for origin, reason in left_out(out).items()} == {
        "room.jpg": "no face",
        "far.jpg": "face too small",
        "cut.jpg": "damaged",
        "text.mp4": "of another format",
        "nothing.webp": "not readable",
        "huge.png": "too large",
    }
    assert summary.others == 1
    assert len(OwnSet(out).faces) == 16


def test_a_smaller_face_may_be_asked_for(folder: Path, out: Path) -> None:
    (folder / "real/p0/far.jpg").write_bytes(jpeg(someone(0, face_px=48)))
    make(folder, out, min_face=32)
    assert "real/p0/far.jpg" in {row["origin"] for row in rows(out)}


def test_png_and_webp_are_read(folder: Path, out: Path) -> None:
    Image.fromarray(someone(0, take=7)).save(folder / "real/p0/seven.png")
    (folder / "real/p0/eight.webp").write_bytes(webp(someone(0, take=8)))
    make(folder, out)
    assert {"real/p0/seven.png", "real/p0/eight.webp"} <= {row["origin"] for row in rows(out)}


def test_the_same_content_counts_once_and_in_both_classes_not_at_all(folder: Path, out: Path) -> None:
    shutil.copy(folder / "real/p0/0.jpg", folder / "real/p1/again.jpg")
    shutil.copy(folder / "real/p2/0.jpg", folder / "fake/p2/stray.jpg")
    make(folder, out)
    origins = {row["origin"] for row in rows(out)}
    assert "real/p0/0.jpg" in origins
    assert not {"real/p1/again.jpg", "real/p2/0.jpg", "fake/p2/stray.jpg"} & origins
    reasons = left_out(out)
    assert reasons["real/p1/again.jpg"] == "the same as another file: real/p0/0.jpg"
    assert reasons["real/p2/0.jpg"] == reasons["fake/p2/stray.jpg"] == "in real and in fake"


def test_files_without_a_folder_are_people_of_their_own(tmp_path: Path, out: Path) -> None:
    """A video's frames stay together, and so do the videos of one name in real and fake."""
    for label in ("real", "fake"):
        for number in range(3):
            write_video(
                tmp_path / "mine" / label / f"call{number}.mp4", number, frames=12, fake=label == "fake"
            )
    summary = make(tmp_path / "mine", out, frames=3)
    assert {row["identity"] for row in rows(out)} == {"call0", "call1", "call2"}
    assert all(
        len({row["split"] for row in rows(out) if row["identity"] == f"call{n}"}) == 1 for n in range(3)
    )
    assert summary.alone == 6


def test_a_split_by_file_tears_folders_apart(folder: Path, out: Path) -> None:
    make(folder, out, split_by=SplitBy.FILE)
    assert {row["identity"] for row in rows(out)} == {f"p{n}/{take}" for n in range(4) for take in range(2)}


@pytest.mark.skipif(sys.platform != "linux", reason="names of bytes, and links without a privilege")
def test_odd_names_and_links_do_no_harm(folder: Path, out: Path, tmp_path: Path) -> None:
    home = folder / "real/p0"
    source = (home / "0.jpg").read_bytes()
    for number, name in enumerate((b"caf\xe9.jpg", b"new\nline.jpg", b"[red]x.jpg", "日本.jpg".encode())):
        Path(os.fsdecode(os.fsencode(home) + b"/" + name)).write_bytes(jpeg(someone(0, take=20 + number)))
    (home / "circle").symlink_to(folder / "real")
    (home / "nowhere.jpg").symlink_to(tmp_path / "missing.jpg")
    (tmp_path / "elsewhere.jpg").write_bytes(source)
    (home / "link.jpg").symlink_to(tmp_path / "elsewhere.jpg")
    summary = make(folder, out)
    assert summary.closed == (str(home / "circle"),)
    assert summary.used[False] == 8 + 4
    assert left_out(out)["real/p0/link.jpg"].startswith("the same as another file")
    assert left_out(out)["real/p0/nowhere.jpg"].startswith("not readable")
    assert len(OwnSet(out).faces) == 20


@pytest.mark.parametrize(
    ("spoil", "error", "words"),
    [
        (lambda f: shutil.rmtree(f), FileUnreadableError, "holds real and fake"),
        (lambda f: shutil.rmtree(f / "fake"), NoFramesError, "no folder named fake"),
        (lambda f: [p.unlink() for p in (f / "real").rglob("*.jpg")], NoFramesError, "no picture"),
        (lambda f: [shutil.rmtree(f / f"fake/p{n}") for n in (1, 2, 3)], NoFramesError, "two are needed"),
    ],
    ids=["absent", "one class", "empty class", "one person"],
)
def test_a_folder_that_cannot_be_used_is_refused_at_once(
    folder: Path, out: Path, spoil: object, error: type[Exception], words: str
) -> None:
    spoil(folder)  # type: ignore[operator]
    with pytest.raises(error, match=words):
        make(folder, out)
    assert not out.exists()


def test_pictures_without_any_face_are_told_by_class(folder: Path, out: Path) -> None:
    for path in (folder / "fake").rglob("*.jpg"):
        path.write_bytes(jpeg(empty()))
    with pytest.raises(NoFramesError, match=r"no people are in fake.*skipped\.csv names"):
        make(folder, out)
    assert set(left_out(out).values()) == {"no face"}
    assert not (out / "set.csv").exists()


def interrupted(folder: Path, out: Path, *, after: int) -> None:
    """Prepare until so many files are done."""

    def on_file(done: int, _total: int, _name: str) -> None:
        if done == after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        prepare(folder, out, Options(), on_file)


def test_what_was_done_before_ctrl_c_is_not_done_again(folder: Path, out: Path, tmp_path: Path) -> None:
    make(folder, tmp_path / "whole")
    interrupted(folder, out, after=9)
    in_order = [path for label in ("real", "fake") for path in sorted((folder / label).rglob("*.jpg"))]
    for path in in_order[:9]:  # were they read again, they would be found damaged
        status = path.stat()
        path.write_bytes(b"\xff\xd8" + b"\0" * (status.st_size - 2))
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    make(folder, out)
    for name in ("set.csv", "set.zip"):
        assert (out / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()


def test_a_journal_cut_short_loses_its_last_file_only(folder: Path, out: Path, tmp_path: Path) -> None:
    make(folder, tmp_path / "whole")
    interrupted(folder, out, after=9)
    journal = out / JOURNAL
    journal.write_bytes(journal.read_bytes()[:-100])
    make(folder, out)
    assert (out / "set.csv").read_bytes() == (tmp_path / "whole/set.csv").read_bytes()


def test_a_file_that_changed_since_is_looked_at_again(folder: Path, out: Path) -> None:
    interrupted(folder, out, after=9)
    (folder / "real/p0/0.jpg").write_bytes(jpeg(empty()))
    make(folder, out)
    assert left_out(out) == {"real/p0/0.jpg": "no face"}


def test_an_unfinished_set_of_other_options_is_not_mixed_in(folder: Path, out: Path) -> None:
    interrupted(folder, out, after=3)
    with pytest.raises(CorruptImageError, match="other options"):
        make(folder, out, min_face=100)
    (out / JOURNAL).write_bytes(b"something else")
    with pytest.raises(CorruptImageError, match="damaged"):
        make(folder, out)


def test_a_finished_set_is_not_written_over(folder: Path, out: Path) -> None:
    make(folder, out)
    with pytest.raises(FileUnreadableError, match="finished set already"):
        make(folder, out)


def test_a_set_that_is_none_is_named(folder: Path, out: Path, tmp_path: Path) -> None:
    with pytest.raises(FileUnreadableError, match="no prepared set"):
        OwnSet(tmp_path)
    make(folder, out)
    table = (out / "set.csv").read_text()
    (out / "set.csv").write_text(table.replace(",real,", ",genuine,", 1))
    with pytest.raises(CorruptImageError, match="genuine"):
        OwnSet(out)
    (out / "set.csv").write_text("\n".join(line for line in table.splitlines() if "fake/" not in line[:6]))
    with pytest.raises(CorruptImageError, match="both real and fake"):
        OwnSet(out)
