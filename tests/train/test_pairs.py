"""Training pairs: what the two halves share, what they do not, and that number n is always the same pair."""

import multiprocessing
import pickle
import zipfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.data import astronaut

from pictures import FACE
from training_pairs import Noting, pairs_of
from veritile.errors import ModelError
from veritile.train.drawn import write_faces, write_live
from veritile.train.faces import FaceSet
from veritile.train.generator.align import align
from veritile.train.generator.cache import FamilyStore, GeneratedFaces
from veritile.train.livepairs import LivePair, LivePairs
from veritile.train.pairs import KINDS, PairSource, Sources, picture_sheet

OF_CALLS = ("restyled", "transplant", "live")
SWAPS = ("generated", "other", "transplant")
numbers = st.integers(0, 10_000)
Picture = np.ndarray


class InvertedFakes(LivePairs):
    """The same calls after another swap, which leaves a negative of the frame."""

    def read(self, pair: LivePair) -> tuple[Picture, Picture]:
        real, fake = super().read(pair)
        return real, 255 - fake


class InvertedFaces(GeneratedFaces):
    """The same faces from another generator, which makes negatives."""

    def read(self, file: str, family: str) -> Picture:
        return 255 - super().read(file, family)


class InvertedOthers(FaceSet):
    """The same people, but all whom a pair does not begin with are negatives."""

    begins = True

    def read(self, index: int) -> Picture:
        picture = super().read(index)
        self.begins, first = False, self.begins
        return picture if first else 255 - picture


class Counting(LivePairs):
    """Writes down the clips of which a frame is wanted."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.drawn: list[str] = []

    def draw(self, rng: np.random.Generator) -> LivePair:
        pair = super().draw(rng)
        self.drawn.append(pair.clip)
        return pair


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Drawn people, smooth generated versions of them, and calls of an astronaut, whose face is found."""
    home = tmp_path_factory.mktemp("pairs")
    write_faces(home / "faces", people=8)
    faces = FaceSet(home / "faces", "train")
    (home / "generated").mkdir()
    store = FamilyStore(home / "generated", "smooth", "test")
    squares = (align(faces.read(n), p.landmarks, 64) for n, p in enumerate(faces.pictures))
    named = zip((p.file for p in faces.pictures), squares, strict=True)
    store.add(0, 0, [(name, cv2.GaussianBlur(square, (0, 0), 2)) for name, square in named])
    store.finish()
    write_live(home / "drawn-live", clips=2, frames=2)
    write_astronaut_calls(home / "live")
    return home


def write_astronaut_calls(folder: Path, clips: int = 3) -> None:
    x, y, w, h = FACE
    left, top, side = x - 54, y - 43, 200
    box = (x - left, y - top, w, h)
    folder.mkdir()
    rows = ["file,clip,label,frame,width,height,face_x,face_y,face_w,face_h"]
    with zipfile.ZipFile(folder / "pairs.zip", "w") as archive:
        for clip in range(clips):
            real = np.roll(astronaut(), clip, axis=2)[top : top + side, left : left + side].copy()
            fake = real.copy()
            inside = cv2.ellipse(np.zeros((side, side), np.uint8), (100, 100), (40, 52), 0, 0, 360, 1, -1) > 0
            fake[inside] = cv2.medianBlur(fake, 9)[inside] // 2 + 60
            for label, picture in (("real", real), ("fake", fake)):
                name = f"{clip}/{label}.jpg"
                encoded = cv2.imencode(".jpg", picture[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 98])[1]
                archive.writestr(name, encoded.tobytes())
                rows.append(f"{name},{clip},{label},0,{side},{side},{','.join(map(str, box))}")
    (folder / "pairs.csv").write_text("\n".join(rows))


def sources(folder: Path, **parts: object) -> Sources:
    given = {
        "faces": FaceSet(folder / "faces", "train"),
        "generated": GeneratedFaces(folder / "generated"),
        "live": LivePairs(folder / "live"),
    }
    return Sources(**(given | parts))  # type: ignore[arg-type]


def rgb(pair: Picture) -> tuple[Picture, Picture]:
    return pair[0, ..., :3].astype(int), pair[1, ..., :3].astype(int)


class TestRepetition:
    def test_order_does_not_matter(self, folder: Path) -> None:
        one, other = (pairs_of(sources(folder)) for _ in range(2))
        ahead = [one[number] for number in range(12)]
        for number in reversed(range(12)):
            assert np.array_equal(ahead[number], other[number]), number

    def test_every_process_makes_the_same(self, folder: Path) -> None:
        source = pairs_of(sources(folder))
        here = [source[number] for number in range(4)]  # with files open and a detector at work
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            there = list(pool.map(PairSource.__getitem__, [source] * 4, range(4)))
        assert np.array_equal(here, there)

    def test_a_copy_makes_the_same(self, folder: Path) -> None:
        source = pairs_of(sources(folder))
        first = source[5]
        assert np.array_equal(pickle.loads(pickle.dumps(source))[5], first)

    def test_another_seed_or_round_gives_another_pair(self, folder: Path) -> None:
        made_from = sources(folder)
        source = pairs_of(made_from, "blended")
        assert not np.array_equal(source[3], pairs_of(made_from, "blended", seed=8)[3])
        assert not np.array_equal(source[3], source[3 + len(made_from.faces)])

    def test_every_round_shows_every_picture_once(self, folder: Path) -> None:
        faces = Noting(folder / "faces", "train")
        source = pairs_of(sources(folder, faces=faces), "blended", size=16)
        for number in range(2 * len(faces)):
            source[number]
        first, second = faces.seen[: len(faces)], faces.seen[len(faces) :]
        assert sorted(first) == sorted(second) == list(range(len(faces)))
        assert first != second  # in another order


class TestHalves:
    @pytest.mark.parametrize("kind", KINDS)
    def test_the_fake_differs_and_the_map_says_where(self, folder: Path, kind: str) -> None:
        source = pairs_of(sources(folder), kind)
        for number in range(12):
            pair = source[number]
            assert pair.shape == (2, 48, 48, 4)
            assert pair.dtype == np.uint8
            real, fake = rgb(pair)
            assert not np.array_equal(real, fake), number
            assert pair[0, ..., 3].max() == 0
            assert pair[1, ..., 3].max() > 0, number

    @pytest.mark.parametrize("kind", [*SWAPS, "live"])
    def test_both_halves_are_treated_alike(self, folder: Path, kind: str) -> None:
        """Where the map says that nothing was changed, they show the same but for what JPEG carries over."""
        source, places = pairs_of(sources(folder), kind, size=96, margin=1.7), 0
        for number in range(16):
            pair = source[number]
            changed = cv2.dilate(pair[1, ..., 3], np.ones((25, 25), np.uint8))
            real, fake = rgb(pair)
            elsewhere = np.abs(real - fake)[changed == 0]
            places += len(elsewhere)
            if len(elsewhere) >= 100:
                assert elsewhere.mean() < 2, number
        assert places > 5000

    def test_the_map_lies_on_the_difference(self, folder: Path) -> None:
        """Through scaling, mirroring and cropping; mirrored it would fit worse."""
        negatives = sources(folder, generated=InvertedFaces(folder / "generated"))
        source, all_fits, better = pairs_of(negatives, "generated", size=96), [], 0
        for number in range(16):
            pair = source[number]
            difference = np.abs(np.subtract(*rgb(pair))).max(axis=-1)
            changed = pair[1, ..., 3]
            fits, mirrored = (
                np.corrcoef(difference.ravel(), m.ravel())[0, 1] for m in (changed, changed[:, ::-1])
            )
            all_fits.append(fits)
            better += fits > mirrored
        assert np.mean(all_fits) > 0.45
        assert better >= 13

    @pytest.mark.parametrize(
        ("kind", "changes"),
        [
            ("generated", {"generated": InvertedFaces}),
            ("other", {"generated": InvertedFaces, "faces": InvertedOthers}),
            ("restyled", {"live": InvertedFakes}),
            ("transplant", {"live": InvertedFakes}),
            ("live", {"live": InvertedFakes}),
        ],
    )
    def test_the_real_half_never_depends_on_the_fake(
        self, folder: Path, kind: str, changes: dict[str, type]
    ) -> None:
        opened = {
            name: type_(folder / name, *(["train"] if name == "faces" else []))
            for name, type_ in changes.items()
        }
        plain, changed = pairs_of(sources(folder), kind), pairs_of(sources(folder, **opened), kind)
        moved = 0
        for number in range(16):
            if "faces" in opened:
                opened["faces"].begins = True
            first, second = plain[number], changed[number]
            assert np.array_equal(first[0], second[0]), number
            moved += not np.array_equal(first[1], second[1])
        assert moved >= 10  # the change was seen, though a few faces are transplanted from the real side

    @given(numbers)
    @settings(max_examples=10, deadline=None)
    def test_the_encoder_of_a_call_serves_both_halves(self, folder: Path, number: int) -> None:
        """Two equal pictures come out equal: the swap of a clip that is its own original."""
        pytest.importorskip("av")

        class Unswapped(LivePairs):
            def read(self, pair: LivePair) -> tuple[Picture, Picture]:
                real, _ = super().read(pair)
                return real, real.copy()

        calls = sources(folder, live=Unswapped(folder / "drawn-live"))
        pair = pairs_of(calls, "live", encoded=1.0)[number]
        assert np.array_equal(pair[0], pair[1])


class TestShares:
    def test_kinds_that_the_data_do_not_allow_are_left_out(self, folder: Path) -> None:
        faces, every = FaceSet(folder / "faces", "train"), dict.fromkeys(KINDS, 1.0)
        generated, live = GeneratedFaces(folder / "generated"), LivePairs(folder / "live")

        def kinds(made_from: Sources) -> set[str]:
            return set(pairs_of(made_from, shares=every).kinds)

        assert kinds(Sources(faces)) == {"blended", "other"}
        assert kinds(Sources(faces, generated)) == {"blended", "other", "generated"}
        of_calls = {"restyled", "transplant", "live"}
        assert kinds(Sources(faces, live=live)) == {"blended", "other", *of_calls}
        assert kinds(Sources(faces, generated, live)) == set(KINDS)

    def test_data_that_allow_none_are_named(self, folder: Path) -> None:
        only_faces = Sources(FaceSet(folder / "faces", "train"))
        with pytest.raises(ModelError, match=r"no kind of fake that is asked for \(generated, live\): give"):
            pairs_of(only_faces, shares={"generated": 1.0, "live": 0.5, "blended": 0.0})
        with pytest.raises(ModelError, match=r"\(none\)"):
            pairs_of(only_faces, shares={})

    @pytest.mark.parametrize("shares", [{"lipsync": 1.0}, {"blended": -0.1}, {"blended": float("nan")},
                                        {"blended": 1.0, "live": float("inf")}])  # fmt: skip
    def test_unknown_kinds_and_impossible_shares_are_refused(
        self, folder: Path, shares: dict[str, float]
    ) -> None:
        with pytest.raises(ValueError, match="shares are numbers from 0 up of blended, restyled, generated"):
            pairs_of(sources(folder), shares=shares)

    @pytest.mark.parametrize(("live", "least", "most"), [(0.0, 0, 0), (3.0, 48, 71), (1e9, 80, 80)])
    def test_kinds_come_as_often_as_their_share_says(
        self, folder: Path, live: float, least: int, most: int
    ) -> None:
        calls = Counting(folder / "drawn-live")
        source = pairs_of(sources(folder, live=calls), shares={"blended": 1.0, "live": live}, size=8)
        for number in range(80):
            source[number]
        assert least <= len(calls.drawn) <= most


class TestClips:
    """Which clip a pair shows something of, known without making it."""

    @pytest.mark.parametrize("kind", OF_CALLS)
    def test_it_is_the_clip_that_is_used(self, folder: Path, kind: str) -> None:
        calls = Counting(folder / "live")
        source = pairs_of(sources(folder, live=calls), "blended", kind, size=8)
        told = []
        for number in range(40):
            calls.drawn.clear()
            source[number]
            used = calls.drawn[0] if calls.drawn else None
            told.append(source.clip_of(number))
            assert told[-1] == used, number
        assert set(told) == {None, "0", "1", "2"}

    @pytest.mark.parametrize("kind", OF_CALLS)
    def test_another_clip_changes_nothing(self, folder: Path, kind: str) -> None:
        """A pair that is said to show nothing of a clip is the same whatever that clip shows."""

        class Changed(LivePairs):
            def read(self, pair: LivePair) -> tuple[Picture, Picture]:
                real, fake = super().read(pair)
                return (real, fake) if pair.clip != "1" else (255 - real, real)

        plain = pairs_of(sources(folder), "blended", kind, size=24)
        changed = pairs_of(sources(folder, live=Changed(folder / "live")), "blended", kind, size=24)
        for number in range(24):
            same = np.array_equal(plain[number], changed[number])
            assert same or plain.clip_of(number) == "1", number

    def test_pairs_of_photographs_show_none(self, folder: Path) -> None:
        source = pairs_of(sources(folder), "blended", "generated", "other")
        assert {source.clip_of(number) for number in range(30)} == {None}


def test_a_sheet_shows_each_real_face_above_its_fake(folder: Path) -> None:
    source = pairs_of(sources(folder), size=24)
    sheet = picture_sheet(source, count=5, columns=3)
    assert sheet.shape == (2 * 2 * 24 + 2, 3 * 24 + 2, 3)  # with a frame of one pixel

    def cell(row: int, column: int) -> Picture:
        return sheet[1 + row * 24 : 1 + (row + 1) * 24, 1 + column * 24 : 1 + (column + 1) * 24]

    fourth = source[3][..., :3]
    assert np.array_equal(cell(2, 0), fourth[0])
    assert np.array_equal(cell(3, 0), fourth[1])
    assert cell(2, 2).min() == cell(3, 2).min() == 255  # nothing is left for the last place


def test_sources_name_every_file_that_they_read(folder: Path) -> None:
    names: Sequence[str] = sorted(sources(folder).digests())
    assert names == ["drawn.zip", "faces.csv", "pairs.csv", "pairs.zip", "smooth.zip"]
