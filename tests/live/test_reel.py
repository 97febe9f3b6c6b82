"""What is shown of a clip, and when."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from films import write_film
from live.films import frames, write_pair, write_table
from pictures import empty, person
from veritile.errors import CorruptImageError, NoFramesError, UnsupportedFormatError
from veritile.live.reel import JPEG_QUALITY, SHORT_S, Clip, Freezes, Line, line_of, picture_of
from veritile.live.sources import Source, find


@pytest.fixture(scope="module")
def anna(clips: Path) -> Clip:
    return Clip(find([clips], 2.5).sources[1], Line())


@given(steps=st.lists(st.floats(0.05, 30), min_size=1, max_size=50))
def test_no_picture_is_shown_twice_in_a_row(anna: Clip, steps: list[float]) -> None:
    reel, t = anna.reel(), 0.0
    last = reel.at(t)
    for step in steps:
        t += step
        now = reel.at(t)
        assert now is not None
        assert now != last
        last = now


@given(start=st.floats(0, 100))
def test_nothing_jumps_where_a_clip_begins_anew(anna: Clip, start: float) -> None:
    """Pictures a moment apart are neighbours in the clip, wherever it is."""
    reel = anna.reel()
    places = []
    for step in range(50):
        picture = reel.at(start + 0.1 * step)
        assert picture is not None
        places.append(anna.pictures.index(picture))
    assert max(abs(a - b) for a, b in pairwise(places)) <= 2
    assert len(set(places)) > 15  # all of it is shown


def test_pictures_are_those_of_the_extension() -> None:
    wide = person(1280, 720, face_px=300)
    picture = picture_of(wide)
    shown = cv2.imdecode(np.frombuffer(picture.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert shown.shape == (360, 640, 3)
    assert (picture.width, picture.height) == (1280, 720)
    small = picture_of(person(320, 180))
    again = cv2.imencode(
        ".jpg", cv2.cvtColor(person(320, 180), cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    )[1]
    assert small.jpeg == again.tobytes()


def test_long_clip_is_shown_once(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    film = write_film(
        tmp_path / "long-real.avi",
        (np.clip(empty(64, 48) + rng.normal(0, 9, (48, 64, 3)), 0, 255).astype(np.uint8) for _ in range(140)),
        fps=2.0,
    )
    clip = Clip(Source("long", False, "long", film), Line())
    assert clip.long
    for _ in range(2):  # each showing begins anew
        reel = clip.reel()
        shown = [reel.at(t) for t in (0.0, SHORT_S - 1, SHORT_S + 1, SHORT_S + 4, 75.0, 80.0)]
        assert None not in shown[:4]
        assert len(set(shown[:4])) == 4
        assert shown[4:] == [None, None]


def test_clip_of_too_few_pictures_is_told(tmp_path: Path) -> None:
    write_pair(tmp_path, "bob", count=3)
    with pytest.raises(NoFramesError, match="bob-fake has 3 pictures"):
        Clip(find([tmp_path], 2.5).sources[0], Line())


def test_damaged_video_is_told(tmp_path: Path) -> None:
    (tmp_path / "bob-real.avi").write_bytes(b"RIFF\0\0\0\0AVI ")
    with pytest.raises(CorruptImageError, match="bob-real"):
        Clip(find([tmp_path], 2.5).sources[0], Line())


@settings(max_examples=30)
@given(share=st.floats(0.05, 0.8), seed=st.text(max_size=8))
def test_line_is_frozen_for_the_share_that_is_asked_for(share: float, seed: str) -> None:
    freezes = Freezes(share, seed)
    times = np.arange(0, 4000, 0.25)
    shown = np.array([freezes.shown(t) for t in times])
    assert np.all(shown <= times)
    assert np.all(np.diff(shown) >= 0)  # nothing is shown of before
    assert np.mean(shown < times) == pytest.approx(share, abs=0.1)


def test_line_without_freezes_shows_what_is() -> None:
    freezes = Freezes(0.0, "x")
    assert [freezes.shown(t) for t in (0.0, 3.5)] == [0.0, 3.5]


def test_scaled_down_but_never_up(clips: Path) -> None:
    source = find([clips], 2.5).sources[0]
    assert Clip(source, Line(lines=90)).pictures[0].height == 90
    assert Clip(source, Line(lines=720)).pictures[0].height == 180


@pytest.mark.parametrize("codec", ["vp8", "h264"])
def test_encoder_leaves_less_of_a_picture(clips: Path, tmp_path: Path, codec: str) -> None:
    pytest.importorskip("av")
    sources = (find([clips], 2.5).sources[1], find([write_table(tmp_path)], 2.5).sources[1])
    for source in sources:
        plain, sent = Clip(source, Line()), Clip(source, line_of(codec, 40, None, 0.0))
        assert sent.times == plain.times
        assert (sent.pictures[0].width, sent.pictures[0].height) == (320, 180)  # not scaled up to 360 lines
        assert all(a.jpeg != b.jpeg for a, b in zip(plain.pictures, sent.pictures, strict=True))
        assert sum(len(p.jpeg) for p in sent.pictures) < 0.9 * sum(len(p.jpeg) for p in plain.pictures)


def test_numbers_that_no_encoder_takes_are_told() -> None:
    with pytest.raises(UnsupportedFormatError, match="kbit/s"):
        line_of("vp8", 1, None, 0.0)


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (Line(), "untouched"),
        (line_of("vp8", 300, None, 0.0), "vp8-300k-360"),
        (line_of("h264", 100, 180, 0.25), "h264-100k-180, frozen 0.25"),
        (Line(lines=180), "180 lines"),
    ],
)
def test_lines_have_names(line: Line, name: str) -> None:
    assert str(line) == name


def test_films_differ_from_picture_to_picture() -> None:
    """What the other tests rest on."""
    first, second, *_ = frames(fake=False, count=2)
    assert not np.array_equal(first, second)
