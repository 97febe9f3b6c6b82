"""The square around a face: where it lies, and what is in it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from veritile.frame.crop import crop_face, crop_square


def ramp(height: int, width: int) -> np.ndarray:
    """Red counts columns, green counts rows: a pixel tells where it came from."""
    image = np.zeros((height, width, 3), np.uint8)
    image[..., 0] = np.arange(width)
    image[..., 1] = np.arange(height)[:, None]
    return image


def test_square_has_margin_times_the_long_side_around_the_centre() -> None:
    assert crop_square((100, 50, 40, 60), 1.5) == (75, 35, 90)


def test_inside_the_frame_at_native_size_pixels_are_copied() -> None:
    crop = crop_face(ramp(100, 200), (100, 50, 20, 10), margin=1.0, size=20)
    assert crop[0, 0].tolist() == [100, 45, 0]
    assert crop[-1, -1].tolist() == [119, 64, 0]


def test_outside_the_frame_border_pixels_are_repeated() -> None:
    frame = ramp(100, 200) + np.uint8(40)
    crop = crop_face(frame, (0, 0, 10, 10), margin=3.0, size=30)  # from -10 to 20
    assert (crop[:11, :11] == 40).all()
    assert crop[0, 29].tolist() == [59, 40, 40]
    assert crop[15, 15].tolist() == [45, 45, 40]


def test_shrinking_averages() -> None:
    checkers = np.zeros((64, 64, 3), np.uint8)
    checkers[::2, ::2] = checkers[1::2, 1::2] = 255
    crop = crop_face(checkers, (0, 0, 64, 64), margin=1.0, size=16)
    assert np.abs(crop.astype(int) - 128).max() <= 1


@given(
    box=st.tuples(*[st.floats(-300, 300)] * 2, *[st.floats(1, 300)] * 2),
    margin=st.floats(0.5, 3),
    size=st.integers(16, 256),
)
def test_any_box_gives_a_crop_of_the_right_shape_or_is_refused(
    box: tuple[float, float, float, float], margin: float, size: int
) -> None:
    image = ramp(90, 120)
    try:
        crop = crop_face(image, box, margin=margin, size=size)
    except ValueError:
        left, top, side = crop_square(box, margin)
        outside = left >= 120 or top >= 90 or left + side <= 0 or top + side <= 0
        assert outside or side > 480
    else:
        assert crop.shape == (size, size, 3)
        assert crop.dtype == np.uint8
        assert crop.flags.c_contiguous


@pytest.mark.parametrize(
    "box", [(0, 0, 0, 10), (0, 0, float("nan"), 10), (0, 0, float("inf"), 1), (0, 0, -1, 5)]
)
def test_an_impossible_box_is_refused(box: tuple[float, float, float, float]) -> None:
    with pytest.raises(ValueError, match="face box"):
        crop_face(ramp(90, 120), box, margin=1.3, size=64)
