"""Surroundings: alike while somebody moves, other where the room and the clothes are."""

import cv2
import numpy as np
import pytest
import skimage.data
from hypothesis import given, settings
from hypothesis import strategies as st

import pictures
from veritile.frame import FrameAnalyzer
from veritile.frame.signature import LENGTH, signature

BOX = (262.0, 85.0, 116.0, 145.0)  # of the person in the middle of a 640x360 frame
ALIKE = 0.7


def alike(a: tuple[float, ...], b: tuple[float, ...]) -> float:
    return float(np.corrcoef(a, b)[0, 1])


def elsewhere(photo: str) -> np.ndarray:
    """The same place in the tile, but another photograph there."""
    picture = getattr(skimage.data, photo)()
    return np.asarray(cv2.resize(picture, (640, 360), interpolation=cv2.INTER_AREA), np.uint8)


def test_it_is_a_description_of_unit_length_and_mean_0() -> None:
    described = signature(pictures.person(), BOX)
    assert len(described) == LENGTH
    assert sum(described) == pytest.approx(0, abs=1e-9)
    assert sum(value * value for value in described) == pytest.approx(1)


@settings(deadline=None)
@given(x=st.floats(-0.06, 0.06), y=st.floats(-0.06, 0.06), scale=st.floats(0.92, 1.08))
def test_a_box_that_wavers_describes_the_same_surroundings(x: float, y: float, scale: float) -> None:
    frame = pictures.person()
    left, top, width, height = BOX
    box = (left + x * height, top + y * height, width * scale, height * scale)
    assert alike(signature(frame, BOX), signature(frame, box)) > ALIKE


@pytest.mark.parametrize("width", [320, 1280])
def test_the_size_of_the_tile_does_not_matter(width: int) -> None:
    scale = width / 640
    other = pictures.person(width, width * 9 // 16, face_px=round(150 * scale))
    assert alike(signature(pictures.person(), BOX), signature(other, [scale * v for v in BOX])) > 0.95


def test_darker_light_and_strong_compression_do_not_matter(analyzer: FrameAnalyzer) -> None:
    frame = pictures.person()
    assert alike(signature(frame, BOX), signature(pictures.dark(frame, 0.6), BOX)) > 0.9
    looks = [analyzer.analyze_encoded(pictures.jpeg(frame, quality)).looks[0] for quality in (40, 95)]
    assert alike(looks[0].signature, looks[1].signature) > 0.95


@pytest.mark.parametrize("photo", ["coffee", "chelsea", "rocket"])
def test_other_surroundings_are_told_apart(photo: str) -> None:
    assert alike(signature(pictures.person(), BOX), signature(elsewhere(photo), BOX)) < ALIKE


def test_the_same_room_in_other_colours_is_told_apart() -> None:
    frame = pictures.person()
    assert alike(signature(frame, BOX), signature(np.ascontiguousarray(frame[..., ::-1]), BOX)) < ALIKE


def test_what_the_face_itself_does_changes_little() -> None:
    frame = pictures.person()
    x, y, width, height = (int(value) for value in BOX)
    frame[y + height // 4 : y + height * 3 // 4, x + width // 4 : x + width * 3 // 4] = 0
    assert alike(signature(frame, BOX), signature(pictures.person(), BOX)) > 0.9


def test_surroundings_without_contrast_say_nothing() -> None:
    assert signature(np.full((90, 160, 3), 80, np.uint8), (60, 20, 40, 40)) == (0.0,) * LENGTH


@settings(deadline=None)
@given(x=st.floats(0, 159), y=st.floats(0, 89), width=st.floats(0.5, 200), height=st.floats(0.5, 200))
def test_a_face_anywhere_in_the_picture_has_a_signature(
    x: float, y: float, width: float, height: float
) -> None:
    described = signature(pictures.empty(160, 90), (x - width / 2, y - height / 2, width, height))
    assert len(described) == LENGTH
    assert np.isfinite(described).all()
