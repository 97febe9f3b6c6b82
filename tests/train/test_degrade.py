"""What a call does to a picture is done to a pair's two halves alike, or the network learns the treatment."""

import cv2
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.data import astronaut

from veritile.train.degrade import Colour, Degradation

seeds = st.integers(0, 2**32 - 1)


def draw(seed: int, face_px: float = 120) -> Degradation:
    return Degradation.draw(np.random.default_rng(seed), face_px=face_px)


@given(seeds)
@settings(max_examples=60, deadline=None)
def test_equal_pictures_stay_equal(seed: int) -> None:
    """Noise included: a drawn degradation is a fixed function."""
    picture, way = astronaut()[:200, 120:320], draw(seed)
    assert np.array_equal(way.apply(picture), way.apply(picture.copy()))


@given(seeds, st.integers(100, 200), st.integers(100, 200))
@settings(max_examples=60, deadline=None)
def test_the_size_depends_on_the_drawn_scale_only(seed: int, height: int, width: int) -> None:
    way = draw(seed)
    out = way.apply(np.ascontiguousarray(astronaut()[:height, :width]))
    assert out.dtype == np.uint8
    assert out.shape == (round(height * way.scale), round(width * way.scale), 3)


@given(seeds, st.floats(60, 400))
@settings(max_examples=200, deadline=None)
def test_faces_become_as_small_as_in_tiles_and_never_larger_than_they_were(seed: int, face_px: float) -> None:
    way = draw(seed, face_px)
    assert 0 < way.scale <= 1
    assert min(60, face_px) - 1e-6 <= face_px * way.scale <= 200 + 1e-6


def test_every_kind_of_degradation_occurs_and_none_always() -> None:
    ways = [draw(seed) for seed in range(300)]
    for happens in (
        lambda way: way.flip,
        lambda way: way.noise > 0,
        lambda way: way.beauty > 0,
        lambda way: way.focus < 0,
        lambda way: way.focus > 0,
        lambda way: way.webp is not None,
        lambda way: way.scale < 1,
        lambda way: way.colour.saturation != 1,
    ):
        assert 0 < sum(map(happens, ways)) < len(ways)


def test_a_flip_mirrors_and_keeps_the_colours() -> None:
    """Blue and red would change places if the encoder were given RGB for BGR on one way only."""
    picture = np.zeros((64, 64, 3), np.uint8)
    picture[:, :32] = (200, 30, 30)
    neutral = Colour(shift=(0, 0, 0), contrast=1, hue=0, saturation=1, gamma=1)
    way = Degradation(
        colour=neutral,
        beauty=0,
        scale=1,
        focus=0,
        shrinking=cv2.INTER_AREA,
        enlarging=cv2.INTER_LINEAR,
        noise=0,
        noise_seed=0,
        webp=90,
        jpeg=95,
        flip=True,
    )
    out = way.apply(picture).astype(int)
    assert np.abs(out[:, 44:] - (200, 30, 30)).max() < 12
    assert out[:, :20].max() < 12


def test_a_neutral_colour_changes_nothing() -> None:
    neutral = Colour(shift=(0, 0, 0), contrast=1, hue=0, saturation=1, gamma=1)
    assert np.array_equal(neutral.apply(astronaut()), astronaut())
