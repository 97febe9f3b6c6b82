"""Tiles show what they were asked to show, by the measures that the host's gate reads."""

from __future__ import annotations

import numpy as np
import pytest
from skimage.data import astronaut

from veritile.frame.quality import measure
from veritile.train.tiles import Box, Tile

PHOTO = astronaut()[0:240, 110:350]
BOX: Box = (70.0, 63.0, 92.0, 115.0)


def test_the_face_has_the_size_that_was_asked_for() -> None:
    for size in (24.0, 57.3, 100.0):
        shown, box = Tile(size).show(PHOTO, BOX, seed=0)
        assert measure(shown, box).face_px == pytest.approx(size, rel=0.02)
        assert shown.shape[0] / PHOTO.shape[0] == pytest.approx(box[3] / BOX[3])


def test_a_face_is_never_made_larger_than_it_was() -> None:
    shown, box = Tile(400).show(PHOTO, BOX, seed=0)
    assert shown.shape == PHOTO.shape
    assert box == BOX


def test_blur_is_a_share_of_the_face() -> None:
    """So it takes the same sharpness from a face of any size."""
    for size in (60.0, 110.0):
        sharpness = [
            measure(*Tile(size, blur=blur).show(PHOTO, BOX, seed=0)).sharpness for blur in (0, 0.02, 0.04)
        ]
        assert sharpness == sorted(sharpness, reverse=True)
        assert sharpness[2] < 0.6 * sharpness[0]


def test_light_is_a_share_and_the_noise_stays() -> None:
    full = measure(*Tile(100).show(PHOTO, BOX, seed=0)).light
    for share in (0.5, 0.1):
        shown = measure(*Tile(100, light=share, coding=100).show(PHOTO, BOX, seed=0))
        assert shown.light == pytest.approx(share * full, rel=0.1)
    dark = Tile(115, light=0.0, coding=100).show(PHOTO, BOX, seed=0)[0]
    assert dark.std() > 0.2


def test_worse_coding_is_further_from_the_original() -> None:
    errors = [
        float(np.mean((Tile(115, coding=q).show(PHOTO, BOX, seed=0)[0] - PHOTO.astype(float)) ** 2))
        for q in (90, 50, 10)
    ]
    assert errors == sorted(errors)
    assert errors[2] > 3 * errors[0]


def test_a_real_picture_and_its_fake_get_the_same_noise() -> None:
    first, again, other = (Tile(80).show(PHOTO, BOX, seed=seed)[0] for seed in (3, 3, 4))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
