"""Simulated live swaps: the face is the donor's, the rest is the picture's, and the colours fit."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.data import astronaut

from veritile.train.blend import face_mask
from veritile.train.swap import SEAMLESS_ODDS, Donor, match_colours, simulate_swap

LEFT, TOP, SIDE = 125, 20, 200
LANDMARKS = np.array([(203.4, 101.4), (245.3, 101.7), (223.1, 124.9), (203.4, 144.2), (240.1, 142.3)]) - (
    LEFT,
    TOP,
)
seeds = st.integers(0, 2**32 - 1)


def portrait() -> np.ndarray:
    """The astronaut's face with its surroundings, 200 x 200."""
    return np.ascontiguousarray(astronaut()[TOP : TOP + SIDE, LEFT : LEFT + SIDE])


def lab(picture: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(picture, cv2.COLOR_RGB2LAB).astype(float)


def likeness(first: np.ndarray, second: np.ndarray, where: np.ndarray) -> float:
    """Correlation of brightness."""
    one, other = (lab(picture)[..., 0][where] for picture in (first, second))
    return float(np.corrcoef(one, other)[0, 1])


def negative() -> Donor:
    return Donor(255 - portrait(), LANDMARKS)


def turned(angle: float, scale: float, dx: float, dy: float) -> Donor:
    """The same face, larger, tilted and elsewhere, in a picture of another size."""
    matrix = cv2.getRotationMatrix2D((SIDE / 2, SIDE / 2), angle, scale)
    matrix[:, 2] += dx, dy
    image = cv2.warpAffine(portrait(), matrix, (2 * SIDE, SIDE + 50), flags=cv2.INTER_CUBIC)
    return Donor(image, np.column_stack([LANDMARKS, np.ones(5)]) @ matrix.T)


@given(seeds)
@settings(max_examples=40, deadline=None)
def test_the_original_and_the_donor_are_left_alone(seed: int) -> None:
    image, donor = portrait(), negative()
    pair = simulate_swap(image, LANDMARKS, donor, np.random.default_rng(seed))
    assert np.array_equal(image, portrait())
    assert np.array_equal(pair.real, image)
    assert np.array_equal(donor.image, 255 - portrait())
    assert pair.fake.shape == image.shape
    assert pair.fake.dtype == np.uint8
    assert not np.array_equal(pair.fake, image)


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_equal_generators_give_equal_pairs(seed: int) -> None:
    first, second = (
        simulate_swap(portrait(), LANDMARKS, negative(), np.random.default_rng(seed)) for _ in range(2)
    )
    assert np.array_equal(first.fake, second.fake)
    assert np.array_equal(first.mask, second.mask)


def test_outside_the_mask_the_picture_is_untouched() -> None:
    """Poisson blending alone, which solves for a rectangle around it, moves it by traces."""
    touched = []
    for seed in range(200):
        pair = simulate_swap(portrait(), LANDMARKS, negative(), np.random.default_rng(seed))
        change = np.abs(pair.fake.astype(int) - pair.real)[pair.mask == 0]
        touched.append(change.max() > 0)
        assert change.mean() < 0.5, seed
    assert np.mean(touched) <= 2 * SEAMLESS_ODDS


@given(seeds)
@settings(max_examples=60, deadline=None)
def test_masks_are_solid(seed: int) -> None:
    """A swap program shows nothing of the face that it covers."""
    pair = simulate_swap(portrait(), LANDMARKS, negative(), np.random.default_rng(seed))
    assert pair.mask.max() == pytest.approx(1, abs=1e-4)
    assert pair.mask.min() >= 0
    assert 0.02 < np.mean(pair.mask > 0.5) < 0.5


def test_inside_it_is_the_donors_face() -> None:
    """Poisson blending lets the surroundings' light in, so this is said of most."""
    alike, unlike = [], []
    for seed in range(60):
        pair = simulate_swap(portrait(), LANDMARKS, negative(), np.random.default_rng(seed))
        inside = pair.mask > 0.95
        alike.append(likeness(pair.fake, negative().image, inside))
        unlike.append(likeness(pair.fake, pair.real, inside))
    assert np.quantile(alike, 0.2) > 0.7
    assert np.quantile(unlike, 0.8) < -0.7


def test_it_lies_on_the_pictures_points() -> None:
    """However the donor's head was held: features fall on features."""
    middle = cv2.circle(np.zeros((SIDE, SIDE), np.uint8), (95, 103), 30, 1, -1) > 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        donor = turned(*(rng.uniform(*limits) for limits in ((-40, 40), (0.5, 1.5), (-10, 150), (-10, 30))))
        pair = simulate_swap(portrait(), LANDMARKS, donor, rng)
        assert likeness(pair.fake, pair.real, middle & (pair.mask > 0.95)) > 0.7, seed


def test_its_texture_is_another() -> None:
    """Of a generator's resolution: fine noise on the donor does not come through as it was."""
    noisy = np.clip(portrait() + np.random.default_rng(0).normal(0, 20, (SIDE, SIDE, 3)), 0, 255).astype(
        np.uint8
    )

    def fineness(picture: np.ndarray, where: np.ndarray) -> float:
        return float(np.abs(cv2.Laplacian(lab(picture)[..., 0], cv2.CV_64F))[where].mean())

    ratios = []
    for seed in range(60):
        pair = simulate_swap(noisy, LANDMARKS, Donor(noisy, LANDMARKS), np.random.default_rng(seed))
        inside = pair.mask > 0.95
        ratios.append(fineness(pair.fake, inside) / fineness(pair.real, inside))
    assert np.median(ratios) < 0.8
    assert max(ratios) > 1.5 * min(ratios)


tints = st.tuples(*[st.floats(-70, 70)] * 3)


@given(seeds, tints, st.floats(0.6, 1.4))
@settings(max_examples=80, deadline=None)
def test_colours_come_nearer_to_the_pictures(seed: int, tint: tuple[float, ...], contrast: float) -> None:
    rng = np.random.default_rng(seed)
    image = portrait()
    face = np.clip((image.astype(float) - 128) * contrast + 128 + tint, 0, 255).astype(np.uint8)
    mask = face_mask(image.shape[:2], LANDMARKS, rng, solid=True)
    inside = mask > 0.5
    matched = match_colours(face, image, mask, rng)

    def away(picture: np.ndarray) -> float:
        return float(np.linalg.norm(lab(picture)[inside].mean(axis=0) - lab(image)[inside].mean(axis=0)))

    assert away(matched) < 0.5 * away(face) + 10  # up to 40 % is left, and up to a few levels slip


def test_the_spread_of_colours_is_mostly_matched_too() -> None:
    image = portrait()
    flat = (image // 2 + 64).astype(np.uint8)  # half of the contrast
    mask = face_mask(image.shape[:2], LANDMARKS, np.random.default_rng(0), solid=True)
    inside = mask > 0.5
    spreads = np.array(
        [
            lab(match_colours(flat, image, mask, np.random.default_rng(seed)))[inside, 0].std()
            for seed in range(60)
        ]
    )
    assert 0.5 < np.mean(spreads > 1.3 * lab(flat)[inside, 0].std()) < 0.9
    assert spreads.max() < 1.1 * lab(image)[inside, 0].std()


def test_without_a_mask_colours_are_left_alone() -> None:
    face = 255 - portrait()
    same = match_colours(face, portrait(), np.zeros((SIDE, SIDE), np.float32), np.random.default_rng(0))
    assert np.array_equal(same, face)


points = st.tuples(st.floats(-500, 700), st.floats(-500, 700))
faces = st.one_of(
    st.tuples(points, points, points, points, points),
    points.map(lambda point: (point,) * 5),  # all in one place
    st.tuples(points, points).map(lambda two: (two[0], two[1], two[0], two[1], two[0])),  # on one line
)


@given(
    st.tuples(st.integers(1, 96), st.integers(1, 96)),
    st.tuples(st.integers(1, 96), st.integers(1, 96)),
    faces,
    faces,
    seeds,
)
@settings(max_examples=150, deadline=None)
def test_any_pictures_and_landmarks_make_a_pair(
    size: tuple[int, int], donor_size: tuple[int, int], target: tuple, source: tuple, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    image, other = (rng.integers(0, 256, (*sides, 3), dtype=np.uint8) for sides in (size, donor_size))
    pair = simulate_swap(image, target, Donor(other, np.array(source)), rng)
    assert pair.fake.shape == image.shape
    assert pair.fake.dtype == np.uint8
    assert np.isfinite(pair.mask).all()
    assert pair.mask.min() >= 0
    assert pair.mask.max() <= 1.0001
