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


def test_of_two_faces_the_larger_is_judged(analyzer: FrameAnalyzer) -> None:
    result = analyzer.analyze_rgb(pictures.two_people())
    assert len(result.faces) == 2
    assert result.face is result.faces[0]
    assert result.face.box[0] < 320


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
