"""Video files: which are opened, which frames come out, and what damage does."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import pictures
from films import CODECS, turn_clockwise, write_encoded, write_film, write_sound
from veritile.errors import (
    CorruptImageError,
    EmptyFileError,
    EncryptedVideoError,
    FileUnreadableError,
    ImageError,
    ImageTooLargeError,
    NoVideoError,
    UnsupportedFormatError,
)
from veritile.frame.decode import Limits
from veritile.video import Kind, describe, file_kind, sample_frames


def grey(value: int, width: int = 64, height: int = 48) -> np.ndarray:
    return np.full((height, width, 3), value, np.uint8)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three seconds that get brighter: 10 frames a second, 8 grey levels a frame."""
    return write_film(tmp_path_factory.mktemp("film") / "film.mp4", (grey(8 * i) for i in range(30)))


def test_frames_come_at_the_rate_that_was_asked_for(film: Path) -> None:
    frames = list(sample_frames(film, rate=2.0))
    assert [frame.t for frame in frames] == pytest.approx([0.0, 0.5, 1.0, 1.5, 2.0, 2.5], abs=0.06)
    # The picture belongs to its time: 80 grey levels a second.
    assert [frame.rgb.mean() for frame in frames] == pytest.approx([80 * f.t for f in frames], abs=6)


def test_more_than_there_are_is_all_there_are(film: Path) -> None:
    assert len(list(sample_frames(film, rate=1000.0))) == 30


def test_a_long_film_is_sampled_over_its_whole_length(film: Path) -> None:
    times = [frame.t for frame in sample_frames(film, rate=10.0, most=3)]
    assert times == pytest.approx([0.0, 1.0, 2.0], abs=0.06)


@pytest.mark.parametrize("suffix", sorted(CODECS))
def test_every_container_is_read_in_rgb(tmp_path: Path, suffix: str) -> None:
    person = pictures.person(320, 180, face_px=80)
    path = write_film(tmp_path / f"film{suffix}", [person] * 5)
    assert file_kind(path) is Kind.VIDEO
    frame = next(iter(sample_frames(path)))
    assert frame.rgb.shape == person.shape
    assert np.abs(frame.rgb.astype(int) - person).mean() < 8


def test_rotation_is_applied(tmp_path: Path) -> None:
    person = pictures.person(320, 180, face_px=80)
    path = turn_clockwise(write_film(tmp_path / "film.mp4", [person] * 3))
    frame = next(iter(sample_frames(path)))
    assert frame.rgb.shape == (320, 180, 3)
    assert np.abs(np.rot90(frame.rgb).astype(int) - person).mean() < 8


def test_frames_of_a_variable_rate_come_at_their_own_times(tmp_path: Path) -> None:
    stamps = [0.0, 0.1, 0.2, 1.5, 1.6, 4.0, 4.1]
    path = write_encoded(tmp_path / "film.mkv", [grey(int(60 * t)) for t in stamps], stamps)
    frames = list(sample_frames(path, rate=2.0))
    assert [frame.t for frame in frames] == pytest.approx([0.0, 1.5, 4.0], abs=0.02)
    assert [frame.rgb.mean() for frame in frames] == pytest.approx([0, 90, 240], abs=6)


def test_a_gif_is_a_film(tmp_path: Path) -> None:
    path = write_encoded(tmp_path / "film.gif", [grey(8 * i) for i in range(20)])
    assert file_kind(path) is Kind.VIDEO
    assert [f.t for f in sample_frames(path, rate=2.0)] == pytest.approx([0.0, 0.5, 1.0, 1.5], abs=0.06)


@pytest.mark.parametrize(("between", "times"), [(5, [0, 1, 2]), (30, [0, 2])])
def test_a_quick_look_takes_key_frames_or_few(
    tmp_path: Path, between: int, times: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("veritile.video.file.SPARSE_S", 2.0)
    path = write_encoded(tmp_path / "film.mp4", [grey(8 * i) for i in range(30)], between=between)
    frames = list(sample_frames(path, quick=True))
    assert [frame.t for frame in frames] == pytest.approx(times, abs=0.25)
    assert [frame.number for frame in frames] == pytest.approx([10 * t for t in times], abs=3)


def test_a_film_tells_its_length_and_size(film: Path) -> None:
    found = describe(film)
    assert (found.width, found.height, found.fps) == (64, 48, pytest.approx(10))
    assert found.seconds == pytest.approx(3, abs=0.11)


def test_sound_without_a_picture_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoVideoError, match="only sound"):
        list(sample_frames(write_sound(tmp_path / "sound.mp4")))


def test_an_encrypted_film_is_told(tmp_path: Path) -> None:
    options = {
        "encryption_scheme": "cenc-aes-ctr",
        "encryption_key": "00112233445566778899aabbccddeeff",
        "encryption_kid": "ffeeddccbbaa99887766554433221100",
    }
    path = write_encoded(tmp_path / "film.mp4", [grey(8 * i) for i in range(10)], options=options)
    with pytest.raises(EncryptedVideoError, match="encrypted"):
        list(sample_frames(path))


def test_any_name_is_read(film: Path, tmp_path: Path) -> None:
    odd = tmp_path / os.fsdecode(b"odd \xff %d concat:x.mp4")
    odd.write_bytes(film.read_bytes())
    assert len(list(sample_frames(odd))) == 6


def test_large_frames_are_refused(film: Path) -> None:
    with pytest.raises(ImageTooLargeError, match="64x48"):
        next(iter(sample_frames(film, limits=Limits(63, 63, 1000, 1000))))


def test_a_film_that_was_cut_off_gives_its_beginning_or_an_error(film: Path, tmp_path: Path) -> None:
    whole = film.read_bytes()
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(whole[: len(whole) // 2])  # the index is at the end of an MP4
    with pytest.raises(CorruptImageError, match="not copied whole"):
        list(sample_frames(cut))
    avi = write_film(tmp_path / "film.avi", (grey(8 * i) for i in range(30))).read_bytes()
    cut = tmp_path / "cut.avi"
    cut.write_bytes(avi[: len(avi) // 2])
    assert 1 <= len(list(sample_frames(cut, rate=10))) < 30


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=20))
def test_damaged_films_give_frames_or_image_errors_and_print_nothing(
    film: Path,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    changes: list[tuple[float, int]],
) -> None:
    data = bytearray(film.read_bytes())
    for where, value in changes:
        data[int(where * len(data))] = value
    damaged = tmp_path / "damaged.mp4"
    damaged.write_bytes(data)
    try:
        for frame in sample_frames(damaged, most=40):
            assert frame.rgb.dtype == np.uint8
    except ImageError:
        pass
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (pictures.jpeg(grey(9)), Kind.PICTURE),
        (pictures.webp(grey(9)), Kind.PICTURE),
        (b"\x00\x00\x00\x20ftypisom", Kind.VIDEO),
        (b"\x1a\x45\xdf\xa3" + bytes(20), Kind.VIDEO),
        (b"GIF89a" + bytes(20), Kind.VIDEO),
    ],
)
def test_the_kind_follows_from_the_bytes_not_the_name(tmp_path: Path, start: bytes, kind: Kind) -> None:
    path = tmp_path / "misleading.txt"
    path.write_bytes(start)
    assert file_kind(path) is kind


@pytest.mark.parametrize(
    "content",
    [
        b"#EXTM3U\nhttp://127.0.0.1/a.ts\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"\x89PNG\r\n\x1a\n....",
    ],
)
def test_playlists_and_other_files_never_reach_the_decoder(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "list.mp4"
    path.write_bytes(content)
    with pytest.raises(UnsupportedFormatError, match="convert it"):
        list(sample_frames(path))


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    empty = tmp_path / "empty.mp4"
    empty.touch()
    for path, words in [
        (tmp_path, "is not a file"),
        (tmp_path / "gone", "does not exist"),
    ]:
        with pytest.raises(FileUnreadableError, match=words):
            file_kind(path)
    with pytest.raises(EmptyFileError, match="is empty"):
        file_kind(empty)


def test_a_picture_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "picture.jpg"
    path.write_bytes(pictures.jpeg(grey(9)))
    with pytest.raises(UnsupportedFormatError, match="analyze_image"):
        list(sample_frames(path))
