"""The texture of swaps: what is measured on a pair, and what is done with it to another face."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.data import astronaut

from veritile.train import restyle as module
from veritile.train.restyle import FACE_PX, SCALES, SIDE, Style, measure_style, restyle

LEFT, TOP, EXTENT = 125, 20, 200
LANDMARKS = np.array([(203.4, 101.4), (245.3, 101.7), (223.1, 124.9), (203.4, 144.2), (240.1, 142.3)]) - (
    LEFT,
    TOP,
)
LONG_SIDE = 112.0
CENTRE = slice(SIDE // 4, -SIDE // 4)
"""Of a field: the inner face."""
LIGHT, BLUE, RED = range(3)
NOTHING = Style(np.zeros((len(SCALES), SIDE, SIDE, 3), np.float16), np.zeros((SIDE, SIDE, 3), np.float16))
seeds = st.integers(0, 2**32 - 1)


def portrait() -> np.ndarray:
    """The astronaut's face with its surroundings, 200 x 200."""
    return np.ascontiguousarray(astronaut()[TOP : TOP + EXTENT, LEFT : LEFT + EXTENT])


def measured(fake: np.ndarray) -> Style:
    return measure_style(portrait(), fake, LANDMARKS, LONG_SIDE)


def gain(style: Style, scale: int, colour: int) -> float:
    """Median over the inner face."""
    return float(np.median(style.gains[scale, CENTRE, CENTRE, colour].astype(float)))


def with_colours(image: np.ndarray, share: float) -> np.ndarray:
    """Colours brought nearer to grey, light left as it is."""
    ycc = cv2.cvtColor(image, cv2.COLOR_RGB2YCrCb).astype(float)
    ycc[..., 1:] = 128 + share * (ycc[..., 1:] - 128)
    return cv2.cvtColor(np.clip(ycc + 0.5, 0, 255).astype(np.uint8), cv2.COLOR_YCrCb2RGB)


class TestMeasuring:
    def test_the_form_of_a_style(self) -> None:
        style = measured(portrait())
        assert style.gains.shape == (len(SCALES), SIDE, SIDE, 3)
        assert style.shift.shape == (SIDE, SIDE, 3)

    def test_a_fake_that_is_its_original_has_none(self) -> None:
        style = measured(portrait())
        assert not style.gains.any()
        assert not style.shift.any()

    def test_a_smoothed_face_lacks_fine_detail_and_keeps_the_coarse(self) -> None:
        style = measured(cv2.GaussianBlur(portrait(), (0, 0), 1.5))
        in_light = [gain(style, scale, LIGHT) for scale in range(len(SCALES))]
        assert in_light[0] < -0.4
        assert in_light[0] < in_light[2] < in_light[4] <= 0.05
        assert abs(in_light[4]) < 0.15

    def test_a_sharpened_face_has_more_of_it(self) -> None:
        image = portrait()
        sharp = cv2.addWeighted(image, 2, cv2.GaussianBlur(image, (0, 0), 1.5), -1, 0)
        assert gain(measured(sharp), 1, LIGHT) > 0.3

    def test_paler_colours_are_seen_in_the_colours_alone(self) -> None:
        style = measured(with_colours(portrait(), 0.5))
        for scale in (2, 3, 4):  # finer ones are below what counts as detail of colours
            assert gain(style, scale, BLUE) < -0.2
            assert gain(style, scale, RED) < -0.2
        for scale in range(len(SCALES)):
            assert abs(gain(style, scale, LIGHT)) < 0.08

    def test_more_light_is_a_shift_and_no_texture(self) -> None:
        dim = (portrait() * 0.8).astype(np.uint8)
        style = measure_style(dim, dim + 20, LANDMARKS, LONG_SIDE)
        middle = style.shift[CENTRE, CENTRE].astype(float)
        assert middle[..., LIGHT] == pytest.approx(20 / 255, abs=2e-3)
        assert np.abs(middle[..., 1:]).max() < 2e-3
        assert np.abs(style.gains[:, CENTRE, CENTRE].astype(float)).max() < 0.05

    def test_it_does_not_depend_on_the_size_of_the_face(self) -> None:
        """Scales are of the face, not of the picture: at twice the size the same is found."""
        image = portrait()
        smooth = cv2.GaussianBlur(image, (0, 0), 2)
        small = measure_style(image, smooth, LANDMARKS, LONG_SIDE)
        double = [
            cv2.resize(part, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC) for part in (image, smooth)
        ]
        large = measure_style(*double, 2 * LANDMARKS + 0.5, 2 * LONG_SIDE)
        for scale in (1, 2, 3, 4):
            assert gain(large, scale, LIGHT) == pytest.approx(gain(small, scale, LIGHT), abs=0.15)


class TestApplying:
    @given(seeds)
    @settings(max_examples=15, deadline=None)
    def test_of_nothing_only_rounding_is_left(self, seed: int) -> None:
        copy = module.apply_style(portrait(), LANDMARKS, LONG_SIDE, NOTHING, np.random.default_rng(seed))
        assert np.abs(copy.astype(int) - portrait()).max() <= 1

    @given(seeds)
    @settings(max_examples=15, deadline=None)
    def test_nothing_changes_outside_the_mask(self, seed: int) -> None:
        style = measured(cv2.GaussianBlur(portrait(), (0, 0), 2))
        pair = restyle(portrait(), LANDMARKS, LONG_SIDE, style, np.random.default_rng(seed))
        assert np.array_equal(pair.real, portrait())
        assert np.array_equal(pair.fake[pair.mask == 0], portrait()[pair.mask == 0])
        assert not np.array_equal(pair.fake, pair.real)
        assert pair.mask.max() == pytest.approx(1, abs=0.02)

    @given(seeds)
    @settings(max_examples=10, deadline=None)
    def test_equal_generators_give_equal_pairs(self, seed: int) -> None:
        style = measured(cv2.GaussianBlur(portrait(), (0, 0), 2))
        first, second = (
            restyle(portrait(), LANDMARKS, LONG_SIDE, style, np.random.default_rng(seed)) for _ in range(2)
        )
        assert np.array_equal(first.fake, second.fake)
        assert np.array_equal(first.mask, second.mask)

    def test_a_smooth_swap_makes_another_face_smooth(self) -> None:
        """What comes out has of the measured change what the drawn strength says."""
        style = measured(cv2.GaussianBlur(portrait(), (0, 0), 1.5))
        other = np.ascontiguousarray(portrait()[..., ::-1])
        for seed in range(6):
            copy = module.apply_style(other, LANDMARKS, LONG_SIDE, style, np.random.default_rng(seed))
            again = measure_style(other, copy, LANDMARKS, LONG_SIDE)
            strength = gain(again, 1, LIGHT) / gain(style, 1, LIGHT)
            assert 0.4 < strength < 1.7, seed

    @pytest.mark.parametrize("extreme", [-50.0, 50.0])
    def test_no_swap_does_more_than_the_bounds_allow(self, extreme: float) -> None:
        """A field may be wild where there was nothing to measure; the face must stay a face."""
        gains = np.full_like(NOTHING.gains, extreme)
        copy = module.apply_style(
            portrait(), LANDMARKS, LONG_SIDE, Style(gains, NOTHING.shift), np.random.default_rng(1)
        )
        details, rest = module._scales(module._colours(portrait()), LONG_SIDE / FACE_PX)
        factor = np.exp(np.clip(extreme, module._LEAST, module._MOST))
        bounded = module._picture(rest + factor * sum(details))
        inside = slice(80, 120)
        assert np.abs(copy[inside, inside].astype(int) - bounded[inside, inside]).max() <= 2

    def test_faces_differ_in_strength_and_side(self) -> None:
        style = measured(cv2.GaussianBlur(portrait(), (0, 0), 2))
        copies = [
            module.apply_style(portrait(), LANDMARKS, LONG_SIDE, style, np.random.default_rng(seed))
            for seed in range(12)
        ]
        changes = [np.abs(copy.astype(int) - portrait()).mean() for copy in copies]
        assert max(changes) > 1.3 * min(changes)

    def test_details_and_what_is_coarser_are_the_picture(self) -> None:
        colours = module._colours(portrait())
        details, rest = module._scales(colours, 1.3)
        assert sum(details) + rest == pytest.approx(colours, abs=1e-5)
        assert np.abs(module._picture(colours).astype(int) - portrait()).max() <= 1
