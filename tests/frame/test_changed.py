"""What counts as the same picture: re-encodings, but neither a camera's next frame nor a movement."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pictures
from veritile.frame import FrameAnalyzer
from veritile.frame.changed import is_unchanged, thumbnail
from veritile.frame.decode import decode_with_header
from veritile.frame.header import read_header
from veritile.vocabulary import Reason


def small(data: bytes) -> bytes:
    rgb, header = decode_with_header(data)
    return thumbnail(rgb, header.tables)


def noisy(picture: np.ndarray, sigma: float, seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, sigma, picture.shape)
    return np.clip(np.rint(picture + noise), 0, 255).astype(np.uint8)


FRAME = noisy(pictures.person(), 1.0, 0)
SENT = small(pictures.jpeg(FRAME, 85))


@pytest.mark.parametrize("quality", [50, 70, 80, 85, 90, 95])
def test_the_same_frame_at_another_quality_is_unchanged(quality: int) -> None:
    assert is_unchanged(small(pictures.jpeg(FRAME, quality)), SENT)


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(1, 2**32 - 1), sigma=st.floats(1.0, 4.0))
def test_a_cameras_next_frame_is_new(seed: int, sigma: float) -> None:
    assert not is_unchanged(small(pictures.jpeg(noisy(pictures.person(), sigma, seed), 85)), SENT)


@pytest.mark.parametrize("quality", [60, 85, 95])
@pytest.mark.parametrize(("width", "face_px"), [(640, 64), (640, 150), (1280, 64), (1280, 300)])
def test_a_head_that_moved_by_a_hundredth_is_new_at_any_quality(
    width: int, face_px: int, quality: int
) -> None:
    before = pictures.person(width, width * 9 // 16, face_px=face_px)
    shift = np.array([[1, 0, 0.01 * face_px], [0, 1, 0]], np.float32)
    after = cv2.warpAffine(
        before, shift, before.shape[1::-1], flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    assert not is_unchanged(
        small(pictures.jpeg(np.asarray(after, np.uint8), quality)), small(pictures.jpeg(before, 85))
    )


def test_a_larger_picture_of_the_same_is_new() -> None:
    enlarged = np.asarray(cv2.resize(FRAME, (1280, 720)), np.uint8)
    assert not is_unchanged(small(pictures.jpeg(enlarged, 85)), SENT)


@pytest.mark.parametrize("data", [b"", b"1", SENT[:-2]])
def test_without_a_last_thumbnail_everything_is_new(data: bytes) -> None:
    assert not is_unchanged(SENT, data)


@settings(deadline=None)
@given(width=st.integers(1, 700), height=st.integers(1, 700))
def test_a_picture_of_any_size_equals_itself(width: int, height: int) -> None:
    picture = pictures.empty(width, height)
    assert is_unchanged(thumbnail(picture, 1), thumbnail(picture, 2))


def test_jpegs_of_one_quality_share_their_tables_and_others_do_not() -> None:
    tables = [read_header(pictures.jpeg(FRAME, quality)).tables for quality in (85, 86)]
    assert tables[0] == read_header(pictures.jpeg(pictures.empty(), 85)).tables != tables[1]
    assert read_header(pictures.webp(FRAME)).tables == 0


def test_an_unchanged_frame_is_not_searched(analyzer: FrameAnalyzer) -> None:
    first = analyzer.analyze_encoded(pictures.jpeg(FRAME, 85))
    again = analyzer.analyze_encoded(pictures.jpeg(FRAME, 80), last=first.thumbnail)
    assert not first.unchanged
    assert again.unchanged
    assert (again.looks, again.score, again.quality, again.reason) == ((), None, 0.0, Reason.FROZEN)
    assert again.timing.detect_ms == again.timing.score_ms == 0
    assert (again.width, again.height) == (640, 360)


def test_a_new_frame_is_judged_as_without_a_last_one(analyzer: FrameAnalyzer) -> None:
    last = analyzer.analyze_encoded(pictures.jpeg(pictures.person(x=0.4), 85)).thumbnail
    data = pictures.jpeg(FRAME, 85)
    with_last, without = analyzer.analyze_encoded(data, last=last), analyzer.analyze_encoded(data)
    assert not with_last.unchanged
    assert with_last.looks == without.looks
