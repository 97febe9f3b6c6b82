"""Sequences of steps, and when each is ticked."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veritile.decision.challenge import LIBRARY, draw
from veritile.decision.challenge.drawing import LONGEST_S, SHORTEST_S
from veritile.decision.challenge.seen import Seen
from veritile.decision.challenge.steps import TURNS
from veritile.decision.challenge.watchers import Watcher, watcher
from veritile.decision.challenge.words import Hint, Step

FRONT = Seen(0.0, found=True, ratio=1.0, alike=1.0, skin=0.9)
LOST = Seen(0.0, found=False, skin=0.9)


def see(watching: Watcher, seen: Iterable[Seen]) -> Watcher:
    for one in seen:
        watching.see(one)
    return watching


def yaws(*degrees: float) -> list[Seen]:
    return [Seen(0.0, found=True, yaw=yaw, ratio=1.0, alike=0.5, skin=0.8) for yaw in degrees]


@given(seed=st.integers())
def test_a_sequence_is_of_different_steps_with_a_turn_and_takes_15_to_25_seconds(seed: int) -> None:
    steps = draw(Random(seed))
    assert len(set(steps)) == len(steps)
    assert any(step in TURNS for step in steps)
    assert SHORTEST_S <= sum(LIBRARY[step].seconds for step in steps) <= LONGEST_S


def test_sequences_differ_and_every_step_comes() -> None:
    drawn = [draw(Random(seed)) for seed in range(400)]
    assert len(set(drawn)) > 100
    assert {step for steps in drawn for step in steps} == set(Step)
    assert draw(Random(7)) == draw(Random(7))


@pytest.mark.parametrize(
    ("step", "mirrored", "side"),
    [
        (Step.TURN_LEFT, False, 1),
        (Step.TURN_RIGHT, False, -1),
        (Step.TURN_LEFT, True, -1),
        (Step.TURN_RIGHT, True, 1),
    ],
)
def test_a_turn_counts_to_its_own_side_there_and_back(step: Step, mirrored: bool, side: int) -> None:
    out = yaws(*(side * yaw for yaw in (5, 20, 35, 40)))
    watching = see(watcher(step, mirrored=mirrored), out)
    assert watching.hint is Hint.COME_BACK
    assert watching.progress < 1
    assert see(watching, yaws(side * 10)).progress == 1
    other = see(watcher(step, mirrored=mirrored), yaws(*(-side * yaw for yaw in (5, 20, 35, 40, 10))))
    assert other.progress < 1


def test_a_turn_to_the_other_side_is_told() -> None:
    assert see(watcher(Step.TURN_LEFT, mirrored=False), yaws(0, -30)).hint is Hint.OTHER_SIDE


def test_a_face_that_is_lost_while_it_turns_has_turned() -> None:
    assert see(watcher(Step.TURN_LEFT, mirrored=False), [*yaws(10, 22, 26), LOST, *yaws(5)]).progress == 1


def test_a_face_that_is_lost_in_front_has_not_turned() -> None:
    assert see(watcher(Step.TURN_LEFT, mirrored=False), [*yaws(0, 2), LOST, LOST, *yaws(5)]).progress < 1


def test_one_slip_of_the_landmarks_is_no_turn() -> None:
    assert see(watcher(Step.TURN_LEFT, mirrored=False), yaws(0, 50, 0, 0)).progress < 1


def beside(left: float, right: float, alike: float = 1.0) -> Seen:
    return Seen(0.0, found=True, ratio=1.0, alike=alike, skin=0.9, beside=(left, right))


def test_a_hand_that_passes_before_the_face_and_goes_is_one() -> None:
    covered = [FRONT, beside(0.8, 0), beside(0.6, 0, 0.4), LOST, LOST]
    watching = see(watcher(Step.HAND, mirrored=False), covered)
    assert watching.hint is Hint.COME_BACK
    assert see(watching, [FRONT]).progress == 1


@pytest.mark.parametrize(
    "seen",
    [
        [beside(0.9, 0)] * 9,  # a hand that stays beside
        [FRONT, LOST, *[Seen(0.0, found=False, skin=0.0)] * 9],  # somebody who leaves
        [*yaws(15, 30), LOST, LOST, *yaws(30, 5)],  # a turn
    ],
)
def test_what_covers_no_face_is_no_hand(seen: list[Seen]) -> None:
    assert see(watcher(Step.HAND, mirrored=False), [*seen, FRONT]).progress < 1


def test_a_finger_must_stay_for_three_pictures() -> None:
    assert see(watcher(Step.CHEEK, mirrored=False), [beside(0, 0.7)] * 2 + [FRONT] * 5).progress < 1
    assert see(watcher(Step.CHEEK, mirrored=False), [beside(0, 0.7)] * 3).progress == 1


def sizes(*ratios: float) -> list[Seen]:
    return [Seen(0.0, found=True, ratio=ratio, alike=1.0) for ratio in ratios]


@pytest.mark.parametrize(
    ("step", "far", "near"),
    [(Step.NEAR, (1.1, 1.4, 1.5), (1.1, 1.4, 1.1)), (Step.BACK, (0.7, 0.7), (0.7, 0.9))],
)
def test_distance_counts_once_it_is_held(step: Step, far: Iterable[float], near: Iterable[float]) -> None:
    assert see(watcher(step, mirrored=False), sizes(*far)).progress == 1
    assert see(watcher(step, mirrored=False), sizes(*near)).progress < 1


def lights(*across: float, yaw: float = 0.0) -> list[Seen]:
    return [Seen(0.0, found=True, yaw=yaw, ratio=1.0, across=light) for light in across]


def test_light_must_swing_over_a_still_face() -> None:
    there_and_back = (-0.3, -0.2, 0.0, 0.2, 0.3)
    assert see(watcher(Step.LIGHT, mirrored=False), lights(*there_and_back)).progress == 1
    assert see(watcher(Step.LIGHT, mirrored=False), lights(0.3, 0.3, 0.3, 0.31)).progress < 1
    assert see(watcher(Step.LIGHT, mirrored=False), lights(*there_and_back, yaw=30)).progress < 1


def test_a_nod_goes_both_ways() -> None:
    def pitches(*degrees: float) -> list[Seen]:
        return [Seen(0.0, found=True, pitch=pitch, ratio=1.0) for pitch in degrees]

    assert see(watcher(Step.NOD, mirrored=False), pitches(0, 4, 4, 4, 4, 0, -8, -8, -8, -8)).progress == 1
    assert see(watcher(Step.NOD, mirrored=False), pitches(0, 0, -12, -12, -12, -12, 0, 0)).progress < 1


numbers = st.floats(-90, 90)
anything = st.builds(
    Seen,
    at=st.just(0.0),
    found=st.booleans(),
    yaw=numbers,
    pitch=numbers,
    ratio=st.floats(0, 10),
    alike=st.floats(-1, 1),
    skin=st.floats(0, 1),
    beside=st.tuples(st.floats(-1, 1), st.floats(-1, 1)),
    across=st.floats(-2, 2),
)


@given(step=st.sampled_from(Step), seen=st.lists(anything, max_size=12))
def test_progress_and_worth_are_shares_whatever_is_seen(step: Step, seen: list[Seen]) -> None:
    watching = watcher(step, mirrored=False)
    for one in seen:
        assert 0 <= watching.see(one) <= 1
        assert 0 <= watching.progress <= 1
