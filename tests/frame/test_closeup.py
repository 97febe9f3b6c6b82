"""The cells of a face: cut where it is, or was, and alike for the same face."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pictures
from veritile.decision.challenge.cells import MARGIN, alike, complexion, skin_beside, skin_inside
from veritile.frame import closeup as module
from veritile.frame.closeup import CELLS, closeup
from veritile.frame.faces import FaceDetector
from veritile.frame.result import Face

NOWHERE = (0.0, 0.0, 0.0, 0.0)
FRAME = pictures.person()
POINTS = ((0.0, 0.0), (10.0, 0.0), (5.0, 6.0), (1.0, 10.0), (9.0, 10.0))


@pytest.fixture(scope="module")
def faces() -> tuple[Face, ...]:
    return FaceDetector().detect(FRAME)


def test_both_sides_mean_the_same_square() -> None:
    assert module.MARGIN == MARGIN


def test_a_face_is_described_by_cells_that_are_like_those_of_a_smaller_picture_of_it(
    faces: tuple[Face, ...],
) -> None:
    large = closeup(FRAME, faces, NOWHERE)
    small = pictures.person(320, 180, face_px=75)
    described = closeup(small, FaceDetector().detect(small), NOWHERE)
    assert large is not None
    assert described is not None
    assert len(large.cells) == 3 * CELLS**2
    assert alike(large.cells, described.cells) > 0.95
    skin = complexion(large.cells)
    assert skin_inside(large.cells, skin) > 0.7
    assert max(skin_beside(large.cells, skin)) < 0.5


def test_where_no_face_is_found_the_place_is_described(faces: tuple[Face, ...]) -> None:
    box = faces[0].box
    seen = closeup(pictures.empty(), (), box)
    assert seen is not None
    assert (seen.box, seen.attitude) == (box, None)
    assert closeup(pictures.empty(), (), NOWHERE) is None


def test_the_face_that_was_followed_is_described_not_the_largest() -> None:
    large = Face((400.0, 50.0, 200.0, 240.0), POINTS, 0.9)
    small = Face((60.0, 100.0, 80.0, 100.0), POINTS, 0.9)
    seen = closeup(FRAME, (large, small), (70.0, 105.0, 80.0, 100.0))
    assert seen is not None
    assert seen.box == small.box
    first = closeup(FRAME, (large, small), NOWHERE)
    assert first is not None
    assert first.box == large.box


def test_another_face_far_away_is_not_taken_for_it() -> None:
    other = Face((500.0, 100.0, 80.0, 100.0), POINTS, 0.9)
    seen = closeup(FRAME, (other,), (60.0, 100.0, 80.0, 100.0))
    assert seen is not None
    assert seen.attitude is None


@given(
    x=st.floats(-200, 900),
    y=st.floats(-200, 600),
    width=st.floats(0, 900),
    height=st.floats(0, 900),
    side=st.integers(8, 64),
)
def test_any_place_in_any_picture_is_described_or_is_none(
    x: float, y: float, width: float, height: float, side: int
) -> None:
    picture = np.zeros((side, 2 * side, 3), np.uint8)
    seen = closeup(picture, (), (x, y, width, height))
    assert seen is None or len(seen.cells) == 3 * CELLS**2
