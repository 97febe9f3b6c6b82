"""The outline of a face: how sharp it is, whatever its contrast and size."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pictures
from veritile.frame.outline import DIRECTIONS, outline

BOX = (245.0, 105.0, 150.0, 150.0)


def disc(light: float = 180.0, soft: float = 0.8) -> pictures.Picture:
    """A round face without anything in it, in a plain room."""
    picture = np.full((360, 640, 3), 60, np.float32)
    cv2.circle(picture, (320, 180), 75, [light] * 3, -1, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), soft), np.uint8)


def sharpness(picture: pictures.Picture) -> float:
    return float(np.median(outline(picture, BOX)))


def test_a_soft_outline_is_less_sharp_in_all_directions() -> None:
    sharp, soft = np.array(outline(disc(), BOX)), np.array(outline(disc(soft=8), BOX))
    assert len(sharp) == DIRECTIONS
    assert (soft < 0.7 * sharp).all()


def test_light_and_size_change_little() -> None:
    assert sharpness(disc(120)) == pytest.approx(sharpness(disc(200)), rel=0.05)
    half = cv2.resize(disc(soft=4), None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    smaller = float(np.median(outline(np.asarray(half, np.uint8), [side / 2 for side in BOX])))
    assert smaller == pytest.approx(sharpness(disc(soft=4)), rel=0.1)


def test_where_nothing_changes_there_is_no_outline() -> None:
    assert outline(np.full((360, 640, 3), 90, np.uint8), BOX) == (0.0,) * DIRECTIONS


@settings(deadline=None)
@given(
    x=st.floats(0, 600),
    y=st.floats(0, 330),
    size=st.floats(8, 300),
    tall=st.floats(0.5, 2),
    seed=st.integers(0, 9),
)
def test_it_is_a_share_of_the_strongest_change(
    x: float, y: float, size: float, tall: float, seed: int
) -> None:
    picture = np.random.default_rng(seed).integers(0, 255, (360, 640, 3), np.uint8)
    measured = outline(picture, (x, y, size, tall * size))
    assert len(measured) == DIRECTIONS
    assert all(0 <= share < 3 for share in measured)
