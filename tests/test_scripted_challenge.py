"""The scripted head does what it is asked to, and is seen to: `tests/bench/bench_challenge.py` in short."""

from __future__ import annotations

import numpy as np
import pytest

from performances import Eye, Room, film, perform
from swapping import Swap
from veritile.decision.challenge import LIBRARY, Reference, StepTracker
from veritile.decision.challenge.findings import SideViews
from veritile.decision.challenge.words import Finding, Step, StepState
from veritile.frame.faces import FaceDetector

ROOM = Room(quality=70, noise=3.0)


@pytest.fixture(scope="module")
def detector() -> FaceDetector:
    return FaceDetector()


def state_after(step: Step, done: Step | None, detector: FaceDetector) -> StepState:
    random = np.random.default_rng(list(Step).index(step))
    eye = Eye(detector)
    reference = Reference.of(
        [eye.decoded(film(scene, ROOM, random)) for scene in perform(None, 0.8, random, ROOM)]
    )
    tracker = StepTracker(step)
    tracker.begin(eye.at)
    for scene in perform(done, LIBRARY[step].seconds, random, ROOM):
        tracker.see(eye.decoded(film(scene, ROOM, random)), reference)
    return tracker.state


@pytest.mark.parametrize("step", list(Step))
def test_a_step_that_is_done_is_ticked(step: Step, detector: FaceDetector) -> None:
    assert state_after(step, step, detector) is StepState.DONE


@pytest.mark.parametrize("asked", [Step.TURN_LEFT, Step.HAND, Step.NEAR])
def test_a_step_is_not_ticked_while_somebody_only_sits_there(asked: Step, detector: FaceDetector) -> None:
    assert state_after(asked, None, detector) is StepState.NOT_DONE


@pytest.mark.parametrize(
    ("asked", "done"),
    [
        (Step.TURN_LEFT, Step.TURN_RIGHT),
        (Step.HAND, Step.TURN_LEFT),
        (Step.NEAR, Step.BACK),
        (Step.CHEEK, Step.NOD),
    ],
)
def test_another_step_does_not_tick_it(asked: Step, done: Step, detector: FaceDetector) -> None:
    assert state_after(asked, done, detector) is StepState.NOT_DONE


def outline_jump(swap: Swap | None, detector: FaceDetector) -> float:
    random = np.random.default_rng(5)
    eye = Eye(detector)
    before = [eye.decoded(film(scene, ROOM, random, swap)) for scene in perform(None, 0.8, random, ROOM)]
    reference, sides = Reference.of(before), SideViews()
    for scene in perform(Step.TURN_LEFT, 6, random, ROOM):
        sides.see(eye.decoded(film(scene, ROOM, random, swap)), reference)
    return {found.finding: found.value for found in sides.findings()}[Finding.OUTLINE_JUMP]


def test_a_face_that_is_laid_over_anothers_has_a_softer_outline_from_the_side(detector: FaceDetector) -> None:
    swap = Swap.drawn(detector, np.random.default_rng(1))
    assert outline_jump(swap, detector) > outline_jump(None, detector) + 0.02
