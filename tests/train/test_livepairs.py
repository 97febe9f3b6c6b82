"""Real live swaps: split by clip, paired by frame, and tables that cannot be used."""

import csv
import pickle
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pictures import FACE, empty, jpeg, person, two_people
from veritile.errors import CorruptImageError, FileUnreadableError, ImageError
from veritile.frame.crop import crop_face
from veritile.train.drawn import write_live
from veritile.train.livepairs import TABLE, LivePairs

CLIPS = ("0", "1", "2", "3")
FRAMES = 3
Row = dict[str, str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_live(tmp_path, clips=len(CLIPS), frames=FRAMES)
    return tmp_path


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For tests that change nothing."""
    folder = tmp_path_factory.mktemp("live")
    write_live(folder, clips=len(CLIPS), frames=FRAMES)
    return folder


def edit(folder: Path, change: Callable[[list[Row]], list[Row]]) -> None:
    with (folder / TABLE).open(newline="") as file:
        rows = list(csv.DictReader(file))
    columns = list(rows[0])
    with (folder / TABLE).open("w", newline="") as file:
        table = csv.DictWriter(file, columns)
        table.writeheader()
        table.writerows(change(rows))


def set_first(folder: Path, **cells: str) -> None:
    edit(folder, lambda rows: [rows[0] | cells, *rows[1:]])


class TestSplit:
    def test_all_clips_by_default(self, shared: Path) -> None:
        pairs = LivePairs(shared)
        assert pairs.clips == list(CLIPS)
        assert len(pairs) == len(CLIPS) * FRAMES

    @given(st.sets(st.sampled_from(CLIPS)), st.sets(st.sampled_from(CLIPS)), st.integers(0, 2**32 - 1))
    @settings(max_examples=40, deadline=None)
    def test_a_clip_is_on_one_side_with_all_its_frames(
        self, shared: Path, chosen: set[str], held_out: set[str], seed: int
    ) -> None:
        left = (chosen or set(CLIPS)) - held_out
        if not left:
            with pytest.raises(FileUnreadableError, match="no frame with a real and a fake picture"):
                LivePairs(shared, chosen or None, held_out=held_out)
            return
        pairs = LivePairs(shared, chosen or None, held_out=held_out)
        assert set(pairs.clips) == left
        assert len(pairs) == FRAMES * len(left)
        rng = np.random.default_rng(seed)
        drawn = [pairs.draw(rng) for _ in range(10)]
        for pair in drawn:
            assert pair.clip in left
            assert pair.real.split("/")[0] == pair.fake.split("/")[0] == pair.clip

    def test_every_clip_is_as_likely_however_long_it_is(self, folder: Path) -> None:
        edit(folder, lambda rows: [row for row in rows if row["clip"] != "0" or row["frame"] == "0"])
        pairs, rng = LivePairs(folder), np.random.default_rng(0)
        assert len(pairs.by_clip["0"]) == 1
        drawn = Counter(pairs.draw(rng).clip for _ in range(800))
        assert all(150 < drawn[clip] < 250 for clip in CLIPS)

    def test_every_frame_of_a_clip_is_as_likely(self, shared: Path) -> None:
        pairs, rng = LivePairs(shared, ["2"]), np.random.default_rng(0)
        drawn = Counter(pairs.draw(rng).frame for _ in range(600))
        assert all(150 < drawn[frame] < 250 for frame in range(FRAMES))

    def test_equal_chance_draws_the_same(self, shared: Path) -> None:
        def drawn(seed: int) -> list[object]:
            rng, pairs = np.random.default_rng(seed), LivePairs(shared)
            return [pairs.draw(rng) for _ in range(20)]

        assert drawn(1) == drawn(1)
        assert drawn(1) != drawn(2)


class TestTable:
    def test_a_frame_without_its_other_half_is_left_out(self, folder: Path) -> None:
        edit(
            folder,
            lambda rows: [r for r in rows if (r["clip"], r["frame"], r["label"]) != ("1", "2", "fake")],
        )
        pairs = LivePairs(folder)
        assert len(pairs) == len(CLIPS) * FRAMES - 1
        assert [pair.frame for pair in pairs.by_clip["1"]] == [0, 1]

    def test_rows_of_another_label_are_left_out(self, folder: Path) -> None:
        edit(folder, lambda rows: [*rows, rows[0] | {"label": "mask", "file": "nowhere.png"}])
        assert len(LivePairs(folder)) == len(CLIPS) * FRAMES

    def test_the_order_of_the_rows_does_not_matter(self, folder: Path) -> None:
        before = LivePairs(folder)
        edit(folder, lambda rows: rows[::-1])
        after = LivePairs(folder)
        assert after.clips == before.clips
        for clip in before.clips:
            assert set(after.by_clip[clip]) == set(before.by_clip[clip])

    def test_the_box_is_read_in_pixels(self, folder: Path) -> None:
        set_first(folder, face_x="1.5", face_y="-2", face_w="30", face_h="40.25")
        assert LivePairs(folder).by_clip["0"][0].box == (1.5, -2.0, 30.0, 40.25)

    def test_a_folder_without_a_table(self, tmp_path: Path) -> None:
        with pytest.raises(FileUnreadableError, match=r"pairs\.csv cannot be read: give the folder"):
            LivePairs(tmp_path)

    def test_clips_that_it_does_not_list(self, shared: Path) -> None:
        with pytest.raises(FileUnreadableError, match="of these clips"):
            LivePairs(shared, ["train-99"])

    @pytest.mark.parametrize("column", ["file", "clip", "label", "frame", "face_x", "face_h"])
    def test_a_table_without_a_column(self, folder: Path, column: str) -> None:
        table = folder / TABLE
        table.write_text(table.read_text().replace(column, f"no_{column}", 1))
        with pytest.raises(CorruptImageError, match=f"'{column}'"):
            LivePairs(folder)

    @pytest.mark.parametrize(
        "cells",
        [
            {"frame": "third"},
            {"frame": ""},
            {"face_x": "left"},
            {"face_w": "nan"},
            {"face_y": "inf"},
            {"face_w": "0"},
            {"face_h": "-3"},
            {"file": ""},
        ],
    )
    def test_a_cell_that_cannot_be(self, folder: Path, cells: Row) -> None:
        set_first(folder, **cells)
        with pytest.raises(CorruptImageError, match=r"pairs\.csv lacks a column or holds a wrong value"):
            LivePairs(folder)

    def test_a_row_that_is_cut_short(self, folder: Path) -> None:
        table = folder / TABLE
        table.write_text(table.read_text().rstrip().rsplit(",", 8)[0])
        with pytest.raises(CorruptImageError, match="lacks a column"):
            LivePairs(folder)

    @pytest.mark.parametrize(
        "content", [b"\xff\xfe\x00\x01 no text", b"\x89PNG\r\n\x1a\n\x00", b"", b"file,clip\n"]
    )
    def test_a_table_that_is_none(self, folder: Path, content: bytes) -> None:
        (folder / TABLE).write_bytes(content)
        with pytest.raises((CorruptImageError, FileUnreadableError), match=r"pairs\.csv"):
            LivePairs(folder)


class TestPictures:
    def test_they_are_rgb_and_of_one_size(self, shared: Path) -> None:
        pairs = LivePairs(shared)
        real, fake = pairs.read(pairs.by_clip["0"][0])
        assert real.shape == fake.shape == (180, 180, 3)
        assert real.dtype == fake.dtype == np.uint8
        assert not np.array_equal(real, fake)
        with zipfile.ZipFile(shared / "pairs.zip") as archive:
            first = np.frombuffer(archive.read("0/real/0.jpg"), np.uint8)
        assert np.array_equal(real, cv2.imdecode(first, cv2.IMREAD_COLOR)[..., ::-1])

    def test_they_may_lie_beside_the_table(self, folder: Path) -> None:
        zipped = LivePairs(folder)
        pair = zipped.by_clip["1"][0]
        before = zipped.read(pair)
        with zipfile.ZipFile(folder / "pairs.zip") as archive:
            archive.extractall(folder)
        (folder / "pairs.zip").unlink()
        beside = LivePairs(folder)
        assert np.array_equal(beside.read(pair), before)
        assert set(beside.digests()) == {"pairs.csv"}

    def test_a_fake_of_another_size_is_brought_to_the_originals(self, folder: Path) -> None:
        small = cv2.resize(np.zeros((4, 4, 3), np.uint8), (90, 60))
        (folder / "small.jpg").write_bytes(jpeg(small))
        with zipfile.ZipFile(folder / "pairs.zip", "a") as archive:
            archive.write(folder / "small.jpg", "small.jpg")
        edit(folder, lambda rows: [r | {"file": "small.jpg"} if r["label"] == "fake" else r for r in rows])
        real, fake = LivePairs(folder).read(LivePairs(folder).by_clip["0"][0])
        assert fake.shape == real.shape == (180, 180, 3)

    def test_one_that_is_missing_is_named(self, folder: Path) -> None:
        set_first(folder, file="0/real/77.jpg")
        pairs = LivePairs(folder)
        with pytest.raises(FileUnreadableError, match=r"0/real/77\.jpg is neither in"):
            pairs.read(pairs.by_clip["0"][0])

    def test_one_that_is_none_is_refused(self, folder: Path) -> None:
        with zipfile.ZipFile(folder / "pairs.zip", "a") as archive:
            archive.writestr("text.jpg", "no picture")
        set_first(folder, file="text.jpg")
        pairs = LivePairs(folder)
        with pytest.raises(ImageError):
            pairs.read(pairs.by_clip["0"][0])

    @given(
        st.floats(-1e6, 1e6),
        st.floats(-1e6, 1e6),
        st.floats(0.1, 1e6),
        st.floats(0.1, 1e6),
        st.floats(1, 1.6),
    )
    @example(-60.0, -60.0, 121.0, 121.0, 1.0)
    @example(-90.0, -90.0, 360.0, 360.0, 1.6)
    @settings(max_examples=60, deadline=None)
    def test_a_face_outside_of_its_picture_is_refused_and_any_other_can_be_cut(
        self, shared: Path, x: float, y: float, w: float, h: float, margin: float
    ) -> None:
        pairs = LivePairs(shared)
        pair = replace(pairs.by_clip["0"][0], box=(x, y, w, h))
        if 0 <= x + w / 2 < 180 and 0 <= y + h / 2 < 180 and max(w, h) <= 360:
            real, _ = pairs.read(pair)
            assert crop_face(real, pair.box, margin=margin, size=32).shape == (32, 32, 3)
        else:
            with pytest.raises(CorruptImageError, match=r"pairs\.csv puts .* of 180x180 pixels"):
                pairs.read(pair)

    def test_a_copy_in_another_process_opens_its_own_files(self, shared: Path) -> None:
        pairs = LivePairs(shared, held_out=["3"])
        pair = pairs.by_clip["0"][0]
        before = pairs.read(pair)
        pairs.landmarks(before[0], pair.box)  # a detector cannot be sent along
        copy = pickle.loads(pickle.dumps(pairs))
        assert copy.clips == pairs.clips
        assert np.array_equal(copy.read(pair), before)
        copy.landmarks(before[0], pair.box)

    def test_data_are_named_by_their_digests(self, folder: Path) -> None:
        before = LivePairs(folder).digests()
        assert set(before) == {"pairs.csv", "pairs.zip"}
        set_first(folder, face_x="41")
        after = LivePairs(folder).digests()
        assert after["pairs.zip"] == before["pairs.zip"]
        assert after["pairs.csv"] != before["pairs.csv"]


class TestLandmarks:
    BOX_OF_LARGE = (100.0, 70.0, 120.0, 180.0)

    def test_they_are_the_faces(self, shared: Path) -> None:
        scale = 150 / FACE[3]
        box = (320 - FACE[2] * scale / 2, 162 - 75, FACE[2] * scale, 150)
        points = LivePairs(shared).landmarks(person(), box)
        assert points is not None
        assert points.shape == (5, 2)
        x, y, w, h = box
        assert ((points > (x, y)) & (points < (x + w, y + h))).all()
        assert points[0, 0] < points[1, 0]  # the person's right eye is on the left
        assert points[:2, 1].max() < points[2, 1] < points[3:, 1].min()

    def test_of_two_faces_the_boxes_is_taken(self, shared: Path) -> None:
        frame, pairs = two_people(), LivePairs(shared)
        left = pairs.landmarks(frame, (100, 72, 120, 180))
        right = pairs.landmarks(frame, (450, 117, 60, 90))
        assert left is not None
        assert right is not None
        assert left[:, 0].max() < 320 < right[:, 0].min()

    def test_without_a_face_there_are_none(self, shared: Path) -> None:
        assert LivePairs(shared).landmarks(empty(), (250, 100, 120, 150)) is None

    def test_a_face_elsewhere_is_not_meant(self, shared: Path) -> None:
        assert LivePairs(shared).landmarks(person(x=0.2), (500, 100, 100, 120)) is None
