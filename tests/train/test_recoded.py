"""Benchmark pictures as a call shows them."""

import itertools
from dataclasses import replace

import cv2
import numpy as np
import pytest

from pictures import person
from veritile.frame.faces import FaceDetector
from veritile.train.bench import BenchFrame
from veritile.train.recoded import CALLS, FRAMES, as_calls, clip_of

STILL = person(400, 300, face_px=120)
FRAME = BenchFrame("a.jpg", "calls", "call-1", False, "webcam", 8, (150.0, 75.0, 100.0, 120.0))


def test_a_clip_is_a_shaken_camera_that_comes_to_rest_at_the_still() -> None:
    clip = clip_of(STILL, seed=1)
    assert len(clip) == FRAMES
    fidelity = [cv2.PSNR(STILL, frame) for frame in clip]
    assert fidelity[-1] == max(fidelity)
    assert fidelity[-1] > 37  # noise of three levels, and no motion
    assert fidelity[0] < fidelity[-1] - 3
    assert all(not np.array_equal(a, b) for a, b in itertools.pairwise(clip))


def test_a_swap_moves_and_is_noisy_as_its_original() -> None:
    """What differs between the clips of a pair is what differs between its pictures."""
    swapped = STILL.copy()
    swapped[100:150, 150:250] = 90
    for real, fake in zip(clip_of(STILL, 3), clip_of(swapped, 3), strict=True):
        differs = (real != fake).any(axis=2)
        assert not differs[:60].any()
        assert not differs[200:].any()


def test_the_seed_is_of_the_frame_and_not_of_its_label() -> None:
    pytest.importorskip("av")
    fake = replace(FRAME, file="b.jpg", fake=True, kind="DeepFaceLive")
    other = replace(FRAME, frame=9)
    (_, real), (_, swapped), (_, later) = (
        as_calls(frame, STILL, CALLS[:1])[0] for frame in (FRAME, fake, other)
    )
    assert np.array_equal(real, swapped)
    assert not np.array_equal(real, later)


def test_the_face_box_goes_with_the_picture() -> None:
    pytest.importorskip("av")
    detector = FaceDetector()
    box = detector.detect(STILL)[0].box
    sent = as_calls(replace(FRAME, box=tuple(box)), STILL)
    assert [frame.set for frame, _ in sent] == ["calls@vp8-300k-360", "calls@h264-300k-360"]
    for frame, picture in sent:
        assert picture.shape == (360, 480, 3)
        found = np.array(detector.detect(picture)[0].box)
        assert np.abs(found - frame.box).max() < 0.08 * frame.face_px
        assert frame.face_px == pytest.approx(1.2 * max(box[2:]))
