"""Self-blended images: what tells the pseudo-fake from its original, and what must not."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.data import astronaut

from veritile.train.blend import face_mask, self_blend

LEFT, TOP, SIDE = 125, 20, 200
LANDMARKS = np.array([(203.4, 101.4), (245.3, 101.7), (223.1, 124.9), (203.4, 144.2), (240.1, 142.3)]) - (
    LEFT,
    TOP,
)
FACE_PX = 112.0


def portrait() -> np.ndarray:
    """The astronaut's face with its surroundings, 200 x 200."""
    return np.ascontiguousarray(astronaut()[TOP : TOP + SIDE, LEFT : LEFT + SIDE])


seeds = st.integers(0, 2**32 - 1)


@given(seeds)
@settings(max_examples=60, deadline=None)
def test_the_original_is_left_alone_and_the_fake_is_another_picture_of_the_same_form(seed: int) -> None:
    image = portrait()
    pair = self_blend(image, LANDMARKS, np.random.default_rng(seed))
    assert np.array_equal(image, portrait())
    assert np.array_equal(pair.real, image)
    assert pair.fake.shape == image.shape
    assert pair.fake.dtype == np.uint8
    assert not np.array_equal(pair.fake, pair.real)


@given(seeds)
@settings(max_examples=20, deadline=None)
def test_equal_generators_give_equal_pairs(seed: int) -> None:
    first, second = (self_blend(portrait(), LANDMARKS, np.random.default_rng(seed)) for _ in range(2))
    assert np.array_equal(first.fake, second.fake)
    assert np.array_equal(first.mask, second.mask)


@given(seeds)
@settings(max_examples=60, deadline=None)
def test_the_mask_lies_on_the_face_and_ends_before_the_picture_does(seed: int) -> None:
    mask = face_mask((SIDE, SIDE), LANDMARKS, np.random.default_rng(seed))
    assert mask.dtype == np.float32
    assert mask.min() >= 0
    assert 0.24 < mask.max() <= 1
    rows, columns = np.nonzero(mask > mask.max() / 2)
    centre = np.array([columns.mean(), rows.mean()])
    assert np.linalg.norm(centre - LANDMARKS.mean(axis=0)) < 0.35 * FACE_PX
    assert 0.1 * FACE_PX < np.ptp(columns) < 1.4 * FACE_PX
    assert max(mask[0].max(), mask[-1].max(), mask[:, 0].max(), mask[:, -1].max()) < 0.05


def test_either_copy_may_be_the_changed_one() -> None:
    """Were it always the inner one, the network would learn the change and not the seam."""
    inner = 0
    for seed in range(200):
        pair = self_blend(portrait(), LANDMARKS, np.random.default_rng(seed))
        inner += np.array_equal(pair.fake[pair.mask == 0], pair.real[pair.mask == 0])
    assert 70 <= inner <= 130  # even odds: outside these with a probability under 1e-4


def test_masks_differ_in_extent_and_strength() -> None:
    masks = [face_mask((SIDE, SIDE), LANDMARKS, np.random.default_rng(seed)) for seed in range(100)]
    strengths = {round(float(mask.max()), 2) for mask in masks}
    areas = [np.mean(mask > mask.max() / 2) for mask in masks]
    assert strengths == {0.25, 0.5, 0.75, 1.0}
    assert max(areas) > 1.8 * min(areas)


@given(seeds)
@settings(max_examples=40, deadline=None)
def test_a_solid_mask_is_the_same_at_full_strength(seed: int) -> None:
    """A swap covers what a blend may only tint; its outline is drawn alike."""
    solid = face_mask((SIDE, SIDE), LANDMARKS, np.random.default_rng(seed), solid=True)
    drawn = face_mask((SIDE, SIDE), LANDMARKS, np.random.default_rng(seed))
    assert solid.max() == pytest.approx(1, abs=1e-4)
    assert drawn / drawn.max() == pytest.approx(solid, abs=1e-4)


def test_the_mask_follows_a_tilted_head() -> None:
    angle = np.deg2rad(30)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    middle = LANDMARKS.mean(axis=0)
    tilted = (LANDMARKS - middle) @ turn + middle

    def average(landmarks: np.ndarray) -> np.ndarray:
        masks = (face_mask((SIDE, SIDE), landmarks, np.random.default_rng(seed)) for seed in range(60))
        return np.mean([mask / mask.max() for mask in masks], axis=0)

    matrix = cv2.getRotationMatrix2D(tuple(middle), -30, 1)  # OpenCV turns the other way
    upright, expected = average(LANDMARKS), cv2.warpAffine(average(LANDMARKS), matrix, (SIDE, SIDE))

    def likeness(first: np.ndarray, second: np.ndarray) -> float:
        return float(np.corrcoef(first.ravel(), second.ravel())[0, 1])

    found = average(tilted)
    assert likeness(found, expected) > 0.99
    assert likeness(found, expected) > likeness(found, upright)


points = st.tuples(st.floats(-500, 700), st.floats(-500, 700))


@given(st.integers(1, 96), st.integers(1, 96), st.tuples(points, points, points, points, points), seeds)
@settings(max_examples=100, deadline=None)
def test_any_picture_and_landmarks_make_a_pair(height: int, width: int, landmarks: tuple, seed: int) -> None:
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 256, (height, width, 3), dtype=np.uint8)
    pair = self_blend(image, landmarks, rng)
    assert pair.fake.shape == image.shape
    assert np.isfinite(pair.mask).all()
    assert pair.mask.min() >= 0
    assert pair.mask.max() <= 1.0001
