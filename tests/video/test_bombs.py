"""Files that claim more than they hold, or hold more than any film: a sentence, soon, and little memory."""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Callable
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from films import write_encoded, write_film, write_sound
from veritile.errors import FileUnreadableError, ImageTooLargeError, UnsupportedFormatError, VeritileError
from veritile.video import describe, sample_frames
from veritile.video.claims import MOST_SAMPLES, check_claims


def grey(value: int) -> np.ndarray:
    return np.full((48, 64, 3), value, np.uint8)


FRAMES = [grey(20 * i) for i in range(10)]


def claim(path: Path, box: bytes, at: int, number: int) -> Path:
    """Write another number into a box, `at` bytes behind its name."""
    data = bytearray(path.read_bytes())
    place = data.index(box) + 4 + at
    data[place : place + 4] = struct.pack(">I", number)
    path.write_bytes(data)
    return path


def write_jpegs(path: Path, pictures: list[np.ndarray], rate: int) -> Path:
    """Write pictures as they are, each of its own size."""
    encoded = {id(picture): cv2.imencode(".jpg", picture)[1].tobytes() for picture in pictures}
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuvj420p"
        for number, picture in enumerate(pictures):
            packet = av.Packet(encoded[id(picture)])
            packet.pts = packet.dts = number
            packet.time_base, packet.stream, packet.is_keyframe = Fraction(1, rate), stream, True
            container.mux(packet)
    return path


def millions_in_an_index(folder: Path) -> Path:
    return claim(write_encoded(folder / "film.mp4", FRAMES), b"stsz", 8, 100_000_000)


def millions_of_sounds(folder: Path) -> Path:
    return claim(write_sound(folder / "sound.mp4"), b"stsz", 8, 100_000_000)


def millions_in_a_fragment(folder: Path) -> Path:
    fragments = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    return claim(write_encoded(folder / "film.mp4", FRAMES, options=fragments), b"trun", 4, 100_000_000)


def millions_in_a_spare_box(folder: Path) -> Path:
    path = millions_in_an_index(folder)
    path.write_bytes(path.read_bytes().replace(b"moov", b"free"))
    return path


@pytest.mark.parametrize(
    "make", [millions_in_an_index, millions_of_sounds, millions_in_a_fragment, millions_in_a_spare_box]
)
def test_an_index_that_claims_millions_is_refused_before_it_is_read(
    tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    path = make(tmp_path)
    assert path.stat().st_size < 20_000
    with pytest.raises(ImageTooLargeError, match=f"over {MOST_SAMPLES:,} pictures.*cut it into parts"):
        describe(path)


def test_a_compressed_index_is_refused(tmp_path: Path) -> None:
    path = write_encoded(tmp_path / "film.mp4", FRAMES)
    path.write_bytes(path.read_bytes().replace(b"mvhd", b"cmov"))
    with pytest.raises(UnsupportedFormatError, match="compressed index: convert it"):
        describe(path)


def test_a_million_pictures_a_second_are_refused(tmp_path: Path) -> None:
    picture = grey(90)
    path = write_jpegs(tmp_path / "film.mov", [picture] * 12_000, rate=1_000_000)
    with pytest.raises(ImageTooLargeError, match="over 1,000 pictures a second: convert it"):
        list(sample_frames(path))


def test_years_of_a_few_pictures_are_those_few(tmp_path: Path) -> None:
    a_year = 3.2e7
    film = write_encoded(tmp_path / "film.mkv", FRAMES, [a_year * i for i in range(10)])
    assert describe(film).seconds is None  # nobody believes it
    assert [frame.t for frame in sample_frames(film)] == pytest.approx([a_year * i for i in range(10)])


def test_a_length_that_is_not_true_changes_nothing(tmp_path: Path) -> None:
    film = write_encoded(tmp_path / "film.mp4", FRAMES)
    true = [frame.t for frame in sample_frames(film, rate=5.0)]
    claim(claim(film, b"mvhd", 16, 0xFFFF_FFF0), b"mdhd", 16, 0xFFFF_FFF0)
    assert [frame.t for frame in sample_frames(film, rate=5.0)] == true


def test_pictures_that_grow_beyond_the_limit_are_passed_over(tmp_path: Path) -> None:
    huge = np.full((9000, 9000, 3), 90, np.uint8)
    path = write_jpegs(tmp_path / "film.mkv", [grey(9), huge, huge, grey(9)], rate=10)
    frames = list(sample_frames(path, rate=10.0))
    assert [frame.rgb.shape for frame in frames] == [(48, 64, 3)] * 2


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
def test_what_never_ends_is_not_begun(tmp_path: Path) -> None:
    pipe = tmp_path / "film.mp4"
    os.mkfifo(pipe)
    for endless in (pipe, Path("/dev/zero")):
        with pytest.raises(FileUnreadableError, match="is not a file"):
            describe(endless)


def test_work_can_be_ended_where_nothing_is_looked_at(tmp_path: Path) -> None:
    film = write_encoded(tmp_path / "film.mp4", [grey(0)] * 200)
    read = 0

    def reading() -> None:
        nonlocal read
        read += 1
        if read == 100:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(sample_frames(film, rate=0.001, reading=reading))


BOXES = st.recursive(
    st.tuples(st.sampled_from([b"stsz", b"trun", b"free", b"cmov", b"mdat"]), st.binary(max_size=24)),
    lambda inner: st.tuples(
        st.sampled_from([b"moov", b"trak", b"meta", b"free"]),
        st.lists(inner, max_size=3).map(lambda parts: b"".join(box(*part) for part in parts)),
    ),
)


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + kind + content


@settings(deadline=None)
@given(st.lists(BOXES.map(lambda parts: box(*parts)), max_size=6), st.binary(max_size=40))
def test_any_boxes_are_walked_through(boxes: list[bytes], rest: bytes) -> None:
    with suppress(VeritileError):
        check_claims(io.BytesIO(b"".join(boxes) + rest), Path("film.mp4"))


def test_an_honest_film_passes(tmp_path: Path) -> None:
    for path in (write_film(tmp_path / "film.mp4", FRAMES), write_sound(tmp_path / "sound.mp4")):
        with path.open("rb") as file:
            check_claims(file, path)
