"""One picture through everything: what comes out, and when nothing does."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pictures
from tiny_model import SIZE, WEIGHTS
from veritile.errors import ImageError, ImageTooLargeError, UnsupportedFormatError
from veritile.frame import FrameAnalyzer
from veritile.frame.crop import crop_face
from veritile.frame.pipeline import MAX_LOOKS
from veritile.frame.pose import yaw_of
from veritile.frame.signature import signature
from veritile.odds import probability
from veritile.vocabulary import Reason


def test_the_score_is_the_models_on_the_crop_of_the_face(analyzer: FrameAnalyzer) -> None:
    frame = pictures.person()
    result = analyzer.analyze_rgb(frame)
    assert result.face is not None
    assert result.log_odds is not None
    crop = crop_face(frame, result.face.box, margin=1.3, size=SIZE)
    assert result.log_odds == pytest.approx(crop.reshape(-1, 3).mean(axis=0) @ WEIGHTS / 255, abs=1e-4)
    assert result.score == probability(result.log_odds)
    assert result.reason is None
    assert 0.5 < result.quality <= 1
    assert (result.width, result.height) == (640, 360)


@pytest.mark.parametrize("encode", [pictures.jpeg, pictures.webp])
def test_encoded_pictures_give_what_their_pixels_give(analyzer: FrameAnalyzer, encode) -> None:
    pixels = analyzer.analyze_rgb(pictures.person())
    encoded = analyzer.analyze_encoded(encode(pictures.person()))
    assert encoded.log_odds == pytest.approx(pixels.log_odds, abs=0.05)
    assert encoded.timing.decode_ms > 0
    assert encoded.timing.detect_ms > 0
    assert encoded.timing.score_ms > 0


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (pictures.empty(), Reason.NO_FACE),
        (pictures.person(face_px=50), Reason.FACE_TOO_SMALL),
        (pictures.blurred(pictures.person()), Reason.BLURRED),
        (pictures.dark(pictures.person()), Reason.TOO_DARK),
    ],
    ids=lambda value: value if isinstance(value, Reason) else "",
)
def test_what_cannot_be_judged_has_a_reason_and_no_score(
    analyzer: FrameAnalyzer, frame: np.ndarray, reason: Reason
) -> None:
    result = analyzer.analyze_rgb(frame)
    assert result.reason is reason
    assert result.score is result.log_odds is None
    assert result.quality == 0
    assert (result.face is None) is (reason is Reason.NO_FACE)


def test_every_face_is_judged_as_if_it_were_alone(analyzer: FrameAnalyzer) -> None:
    frame = pictures.two_people()
    result = analyzer.analyze_rgb(frame)
    assert len(result.looks) == len(result.faces) == 2
    for look, face in zip(result.looks, result.faces, strict=True):
        assert look.face is face
        crop = crop_face(frame, look.box, margin=1.3, size=SIZE)
        assert look.log_odds == pytest.approx(crop.reshape(-1, 3).mean(axis=0) @ WEIGHTS / 255, abs=1e-4)
        assert look.score == probability(look.log_odds)
        assert look.yaw == yaw_of(face.landmarks)
        assert look.signature == signature(frame, face.box)


def test_the_result_of_a_frame_is_that_of_its_largest_face(analyzer: FrameAnalyzer) -> None:
    result = analyzer.analyze_rgb(pictures.two_people())
    first, second = result.looks
    assert first.box[0] < 320 < second.box[0]
    assert first.face_px > second.face_px
    assert (result.score, result.log_odds, result.quality, result.reason, result.face) == (
        first.score,
        first.log_odds,
        first.quality,
        first.reason,
        first.face,
    )


def test_a_face_that_cannot_be_judged_does_not_keep_others_from_it(analyzer: FrameAnalyzer) -> None:
    frame = pictures.two_people(480, 270)
    first, second = analyzer.analyze_rgb(frame).looks
    assert first.reason is None
    assert first.log_odds is not None
    assert second.log_odds is second.score is None
    assert (second.reason, second.quality) == (Reason.FACE_TOO_SMALL, 0.0)
    frame[:, :240] = pictures.blurred(frame[:, :240], 8.0)
    frame[:, 240:] = pictures.person(240, 270, face_px=100)
    blurred, small = analyzer.analyze_rgb(frame).looks
    assert blurred.reason is Reason.BLURRED
    assert small.log_odds is not None


def test_of_a_crowd_the_eight_largest_are_judged(analyzer: FrameAnalyzer) -> None:
    row = [pictures.person(256, 240, face_px=120 - 4 * n) for n in range(10)]
    result = analyzer.analyze_rgb(np.vstack([np.hstack(row[:5]), np.hstack(row[5:])]))
    assert len(result.faces) == 10
    assert [look.face for look in result.looks] == list(result.faces[:MAX_LOOKS])
    assert MAX_LOOKS == 8


def test_the_same_picture_gives_the_same_answer(analyzer: FrameAnalyzer) -> None:
    first, second = (analyzer.analyze_encoded(pictures.jpeg(pictures.person())) for _ in range(2))
    assert (first.log_odds, first.quality, first.faces) == (second.log_odds, second.quality, second.faces)


def test_a_view_of_an_array_is_as_good_as_a_copy(analyzer: FrameAnalyzer) -> None:
    mirrored = pictures.person()[:, ::-1]
    assert analyzer.analyze_rgb(mirrored).log_odds == analyzer.analyze_rgb(mirrored.copy()).log_odds


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((10, 10), np.uint8),
        np.zeros((10, 10, 4), np.uint8),
        np.zeros((10, 10, 3), np.float32),
        np.zeros((0, 10, 3), np.uint8),
        [[0, 0, 0]],
    ],
    ids=["grey", "transparent", "floats", "empty", "list"],
)
def test_other_arrays_are_refused(analyzer: FrameAnalyzer, wrong: np.ndarray) -> None:
    with pytest.raises(UnsupportedFormatError):
        analyzer.analyze_rgb(wrong)


def test_a_frame_over_the_limit_is_refused(analyzer: FrameAnalyzer) -> None:
    with pytest.raises(ImageTooLargeError):
        analyzer.analyze_encoded(pictures.jpeg(pictures.empty(4100, 100)))


@given(data=st.binary(max_size=100))
def test_arbitrary_bytes_raise_image_errors(analyzer: FrameAnalyzer, data: bytes) -> None:
    with pytest.raises(ImageError):
        analyzer.analyze_encoded(data)


def test_importing_the_package_imports_nothing_heavy() -> None:
    program = (
        "import sys, veritile, veritile.frame;"
        "sys.exit(' '.join({'numpy', 'cv2', 'onnxruntime'} & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_the_model_that_comes_with_veritile_judges_a_face() -> None:
    shipped = FrameAnalyzer.load()
    result = shipped.analyze_encoded(pictures.jpeg(pictures.person()))
    assert result.reason is None
    assert result.score is not None
    assert 0 < result.score < 1
    assert shipped.model.licence
