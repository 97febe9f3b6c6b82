"""What a call does to a picture is done to a pair's two halves alike, or the network learns the treatment."""

from dataclasses import replace
from typing import get_args

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.data import astronaut

from veritile.train.camera import Camera
from veritile.train.codec import Codec, Name
from veritile.train.degrade import Colour, Degradation

seeds = st.integers(0, 2**32 - 1)
NEUTRAL = Colour(shift=(0, 0, 0), contrast=1, hue=0, saturation=1, gamma=1)
PLAIN = Degradation(
    colour=NEUTRAL,
    focus=0,
    beauty=0,
    scale=1,
    shrinking=cv2.INTER_AREA,
    enlarging=cv2.INTER_LINEAR,
    noise=0,
    noise_seed=0,
    sender=None,
    drift=(0, 0),
    jpeg=95,
    flip=False,
)


def draw(seed: int, face_px: float = 120, encoded: float = 0.0) -> Degradation:
    """Without the video encoder, unless it is asked for: PyAV may be absent."""
    return Degradation.draw(np.random.default_rng(seed), face_px=face_px, encoded=encoded)


def difference(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.abs(first.astype(int) - second).mean())


@given(seeds)
@settings(max_examples=60, deadline=None)
def test_equal_pictures_stay_equal(seed: int) -> None:
    """Noise included: a drawn degradation is a fixed function."""
    picture, way = astronaut()[:200, 120:320], draw(seed)
    before = picture.copy()
    assert np.array_equal(way.apply(picture), way.apply(picture.copy()))
    assert np.array_equal(picture, before)


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_equal_chance_draws_the_same(seed: int) -> None:
    assert draw(seed, encoded=0.5) == draw(seed, encoded=0.5)


@given(seeds, st.integers(100, 200), st.integers(100, 200))
@settings(max_examples=60, deadline=None)
def test_the_size_depends_on_the_drawn_scale_only(seed: int, height: int, width: int) -> None:
    way = draw(seed)
    out = way.apply(np.ascontiguousarray(astronaut()[:height, :width]))
    assert out.dtype == np.uint8
    assert out.shape == (round(height * way.scale), round(width * way.scale), 3)


@given(seeds, st.integers(1, 40), st.integers(1, 40), st.floats(1, 2000))
@settings(max_examples=60, deadline=None)
def test_any_picture_becomes_a_tile(seed: int, height: int, width: int, face_px: float) -> None:
    """Shrinking stops at 8 pixels; what is smaller already is not enlarged."""
    way = draw(seed, face_px)
    out = way.apply(np.ascontiguousarray(astronaut()[:height, :width]))
    for side, given_side in zip(out.shape, (height, width), strict=False):
        assert side == (max(8, round(given_side * way.scale)) if way.scale < 1 else given_side)


@given(seeds, st.floats(60, 400))
@settings(max_examples=200, deadline=None)
def test_faces_become_as_small_as_in_tiles_and_never_larger_than_they_were(seed: int, face_px: float) -> None:
    way = draw(seed, face_px)
    assert 0 < way.scale <= 1
    assert min(60, face_px) - 1e-6 <= face_px * way.scale <= 200 + 1e-6


def test_every_kind_of_degradation_occurs_and_none_always() -> None:
    ways = [draw(seed, encoded=0.4) for seed in range(300)]
    for happens in (
        lambda way: way.flip,
        lambda way: way.noise > 0,
        lambda way: way.beauty > 0,
        lambda way: way.focus < 0,
        lambda way: way.focus > 0,
        lambda way: way.sender is not None,
        lambda way: way.scale < 1,
        lambda way: way.colour.saturation != 1,
    ):
        assert 0 < sum(map(happens, ways)) < len(ways)
    assert {way.sender.name for way in ways if way.sender} == set(get_args(Name))


@pytest.mark.parametrize(("encoded", "least", "most"), [(0.0, 0, 0), (0.4, 90, 150), (1.0, 300, 300)])
def test_as_many_are_encoded_as_is_asked_for(encoded: float, least: int, most: int) -> None:
    assert least <= sum(draw(seed, encoded=encoded).sender is not None for seed in range(300)) <= most


def test_the_encoder_alone_depends_on_how_many_are_encoded() -> None:
    """What else is drawn before it stays: a run with and one without are compared picture by picture."""
    for seed in range(20):
        with_it, without = draw(seed, encoded=1.0), draw(seed, encoded=0.0)
        for name in ("colour", "focus", "beauty", "scale", "shrinking", "enlarging", "noise", "noise_seed"):
            assert getattr(with_it, name) == getattr(without, name)


def test_a_plain_way_changes_next_to_nothing() -> None:
    """JPEG of quality 95 is left; colours stay where they are, so RGB is RGB on both ways."""
    picture = np.ascontiguousarray(astronaut()[:200, 120:320])
    assert difference(PLAIN.apply(picture), picture) < 3


def test_a_flip_mirrors_and_keeps_the_colours() -> None:
    """Blue and red would change places if the encoder were given RGB for BGR on one way only."""
    picture = np.zeros((64, 64, 3), np.uint8)
    picture[:, :32] = (200, 30, 30)
    out = replace(PLAIN, flip=True).apply(picture).astype(int)
    assert np.abs(out[:, 44:] - (200, 30, 30)).max() < 12
    assert out[:, :20].max() < 12


def fineness(picture: np.ndarray) -> float:
    return float(cv2.Laplacian(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.CV_64F).std())


def test_each_part_does_what_it_says() -> None:
    picture = np.ascontiguousarray(astronaut()[:200, 120:320])
    plain = PLAIN.apply(picture)
    assert fineness(replace(PLAIN, focus=-1.0).apply(picture)) < 0.8 * fineness(plain)
    assert fineness(replace(PLAIN, focus=1.0).apply(picture)) > 1.2 * fineness(plain)
    assert fineness(replace(PLAIN, beauty=40.0).apply(picture)) < fineness(plain)
    noisy = replace(PLAIN, noise=6.0, noise_seed=1).apply(picture)
    assert 2 < difference(noisy, plain) < 8
    assert not np.array_equal(replace(PLAIN, noise=6.0, noise_seed=2).apply(picture), noisy)
    assert difference(replace(PLAIN, jpeg=50).apply(picture), picture) > difference(plain, picture)
    assert replace(PLAIN, scale=0.5).apply(picture).shape == (100, 100, 3)


def test_a_neutral_colour_changes_nothing() -> None:
    assert np.array_equal(NEUTRAL.apply(astronaut()), astronaut())


def test_colours_move_as_they_are_told() -> None:
    grey = np.full((8, 8, 3), 100, np.uint8)
    assert (replace(NEUTRAL, shift=(10, 0, -10)).apply(grey) == (110, 100, 90)).all()
    assert (replace(NEUTRAL, contrast=2).apply(grey) == 72).all()  # 28 below the middle becomes 56
    assert (replace(NEUTRAL, gamma=1.3).apply(grey) < 100).all()
    red = np.full((8, 8, 3), (200, 50, 50), np.uint8)
    assert np.ptp(replace(NEUTRAL, saturation=0.5).apply(red)[0, 0]) == pytest.approx(75, abs=3)
    turned = replace(NEUTRAL, hue=30).apply(red)[0, 0]  # by 60 degrees
    assert turned == pytest.approx((200, 200, 50), abs=3)


class TestSender:
    """Through a call's video encoder."""

    @pytest.fixture(autouse=True)
    def _encoders(self) -> None:
        pytest.importorskip("av")

    def sent(
        self, picture: np.ndarray, drift: tuple[float, float], name: Name, kbit_s: int = 900
    ) -> np.ndarray:
        return replace(PLAIN, sender=Codec(name, kbit_s, 16), drift=drift).apply(picture)

    @pytest.mark.parametrize("name", get_args(Name))
    def test_the_drift_before_it_leaves_the_last_frame_in_place(self, name: Name) -> None:
        """The face box is still where it was; only what the encoder predicted from has moved."""
        picture = np.ascontiguousarray(astronaut()[10:210, 120:320])
        still, drifted = self.sent(picture, (0, 0), name), self.sent(picture, (2.5, -1.5), name)
        assert not np.array_equal(still, drifted)
        for out in (still, drifted):
            assert out.shape == picture.shape
            first, second = (cv2.cvtColor(p, cv2.COLOR_RGB2GRAY).astype(float) for p in (picture, out))
            window = cv2.createHanningWindow(first.shape[::-1], cv2.CV_64F)
            shift, response = cv2.phaseCorrelate(first, second, window)
            assert np.abs(shift).max() < 0.25
            assert response > 0.5
            assert np.corrcoef(first.ravel(), second.ravel())[0, 1] > 0.97

    def test_fewer_bits_show_less(self) -> None:
        picture = np.ascontiguousarray(astronaut()[10:210, 120:320])
        rich, poor = (self.sent(picture, (1, 1), "vp8", kbit_s) for kbit_s in (1500, 20))
        assert difference(poor, picture) > difference(rich, picture)

    @given(seeds)
    @settings(max_examples=10, deadline=None)
    def test_equal_pictures_stay_equal(self, seed: int) -> None:
        picture, way = astronaut()[10:210, 120:320], draw(seed, encoded=1.0)
        assert np.array_equal(way.apply(picture), way.apply(picture.copy()))

    @given(seeds, st.integers(4, 60), st.integers(4, 60))
    @settings(max_examples=15, deadline=None)
    def test_small_and_odd_pictures_pass_too(self, seed: int, height: int, width: int) -> None:
        picture = np.ascontiguousarray(astronaut()[20 : 20 + height, 200 : 200 + width])
        assert draw(seed, 10, encoded=1.0).apply(picture).shape == picture.shape


class TestCamera:
    """What takes the real picture before a fake is made from it."""

    @given(seeds, st.integers(1, 120), st.integers(1, 120))
    @settings(max_examples=60, deadline=None)
    def test_a_drawn_camera_is_a_fixed_function_of_any_picture(
        self, seed: int, height: int, width: int
    ) -> None:
        camera = Camera.draw(np.random.default_rng(seed))
        assert camera == Camera.draw(np.random.default_rng(seed))
        picture = np.ascontiguousarray(astronaut()[60 : 60 + height, 180 : 180 + width])
        before = picture.copy()
        taken = camera.take(picture)
        assert taken.shape == picture.shape
        assert taken.dtype == np.uint8
        assert np.array_equal(picture, before)
        assert np.array_equal(camera.take(picture), taken)

    def test_many_cameras_change_a_picture_and_some_do_not(self) -> None:
        picture = np.ascontiguousarray(astronaut()[10:210, 120:320])
        changes = [
            difference(Camera.draw(np.random.default_rng(seed)).take(picture), picture) for seed in range(120)
        ]
        assert 0.15 < np.mean(np.array(changes) == 0) < 0.4
        assert np.max(changes) < 20

    def test_noise_is_more_where_it_is_dark(self) -> None:
        camera = Camera(1.0, 5.0, 0.0, 1, 0.0, 0.0, None)
        dark, bright = (
            camera.take(np.full((100, 100, 3), level, np.uint8)).astype(int).std() for level in (60, 200)
        )
        assert dark > 1.2 * bright > 2
