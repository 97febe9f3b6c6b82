"""What a verdict rests on, how far it has got, and what would help."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from decision.streams import (
    INDEPENDENT,
    empty,
    frame,
    stream,
    unjudged,
    watch,
)
from veritile.decision import Look, Pose, Size, Tile
from veritile.vocabulary import Advice, Label, Reason

SUSPECT = Label.SUSPECT


def test_confidence_says_how_far_the_test_has_got() -> None:
    tile = Tile(scorer=INDEPENDENT)
    assert tile.observe(frame(0, 1.0)).confidence == pytest.approx(1 / tile.policy.start_fake)
    assert tile.observe(frame(1, -2.0)).confidence == pytest.approx(1 / math.log(20))
    assert watch(tile, stream(-1.0, start=2, count=5)).confidence == 1.0
    assert tile.observe(frame(7, 1.0)).confidence == pytest.approx(1 - 1 / tile.policy.alarm)
    suspect = watch(tile, stream(1.0, start=8, count=5))
    assert (suspect.label, suspect.confidence) == (SUSPECT, pytest.approx(6 / tile.policy.alarm))
    assert watch(tile, stream(1.0, start=13, count=5)).confidence == 1.0


def test_the_basis_tells_what_the_verdict_rests_on() -> None:
    tile = Tile(scorer=INDEPENDENT)
    seen = [
        frame(10.0, 1.0, 0.5, face_px=80.0, yaw=40.0),
        frame(11.0, 3.0, 0.8, face_px=150.0, yaw=-10.0),
        frame(12.0, 3.5, 0.2, face_px=150.0, yaw=-30.0),
        frame(13.0, -1.0, 0.5, face_px=200.0),
        empty(14.0),
    ]
    basis = watch(tile, seen).basis
    assert (basis.frames, basis.seconds, basis.quality) == (4, 3.0, pytest.approx(0.5))
    assert (basis.strongest.at, basis.strongest.log_odds, basis.strongest.quality) == (11.0, 3.0, 0.8)
    told = {(part.pose, part.size): (part.frames, part.weight, part.mean) for part in basis.parts}
    assert told == {
        (Pose.TURNED, Size.SMALL): (1, pytest.approx(0.5), pytest.approx(1.0)),
        (Pose.FRONTAL, Size.MEDIUM): (2, pytest.approx(1.0), pytest.approx(2.75)),
        (Pose.UNKNOWN, Size.LARGE): (1, pytest.approx(0.5), pytest.approx(-1.0)),
    }


@pytest.mark.parametrize(
    ("looks", "strongest"),
    [
        ([(0.0, 0.5)], 0),
        ([(1.0, 0.5), (1.5, 0.8)], 1),
        ([(3.0, 0.8), (3.5, 0.66)], 0),
        ([(3.0, 0.8), (2.5, 0.99)], 1),
        ([(-2.0, 1.0), (-1.0, 1.0)], 1),
    ],
)
def test_the_strongest_look_is_the_one_of_most_log_odds_times_quality(
    looks: list[tuple[float, float]], strongest: int
) -> None:
    basis = watch(Tile(), [frame(n, *seen) for n, seen in enumerate(looks)]).basis
    assert basis.strongest == (strongest, *looks[strongest])


def test_a_small_tile_of_the_same_moment_does_not_undo_a_large_one() -> None:
    large, small = frame(5.0, 2.0, 1.0, face_px=220.0), frame(5.05, -2.0, 0.25, face_px=70.0)
    for order in ((large, small), (small, large)):
        verdict = watch(Tile(), order)
        assert verdict.evidence == pytest.approx((2.0 - 0.25 * 2.0) / 1.25)
        assert verdict.score > 0.7


class TestAdvice:
    @pytest.mark.parametrize(
        ("reason", "advice"),
        [
            (Reason.FACE_TOO_SMALL, Advice.PIN),
            (Reason.TOO_DARK, Advice.LIGHT),
            (Reason.BLURRED, Advice.SHARPER),
            (Reason.CAMERA_OFF, None),
        ],
    )
    def test_what_cannot_be_judged_is_told_what_would_help(
        self, reason: Reason, advice: Advice | None
    ) -> None:
        assert watch(Tile(), [unjudged(0, reason)]).advice is advice

    @pytest.mark.parametrize(
        ("fields", "advice"),
        [
            ({"face_px": 70.0, "quality": 0.3}, Advice.PIN),
            ({"yaw": 50.0, "quality": 0.3}, Advice.FACE_CAMERA),
            ({"quality": 0.3}, Advice.SHARPER),
            ({"quality": 0.5}, None),
        ],
    )
    def test_a_slow_test_is_told_what_would_help(
        self, fields: dict[str, float], advice: Advice | None
    ) -> None:
        tile = Tile()
        assert watch(tile, [frame(n, 0.0, **fields) for n in range(10)]).advice is None
        assert watch(tile, [frame(10, 0.0, **fields)]).advice is advice

    def test_what_was_so_half_of_the_time_only_is_not_what_makes_it_slow(self) -> None:
        looks = [frame(n, 0.0, face_px=70.0 if n % 2 else 150.0, yaw=50.0 * (n % 2)) for n in range(12)]
        assert watch(Tile(), looks).advice is None

    def test_who_has_a_label_needs_none(self) -> None:
        for log_odds in (-1.0, 1.0):
            looks = [frame(n, log_odds, face_px=70.0) for n in range(20)]
            assert watch(Tile(scorer=INDEPENDENT), looks).advice is None


def test_looks_alike_in_one_respect_only_are_told_apart() -> None:
    seen = [
        frame(n, 0.0, face_px=size, yaw=yaw) for n, (size, yaw) in enumerate([(80, 0), (80, 50), (150, 50)])
    ]
    told = [(part.pose, part.size, part.frames) for part in watch(Tile(), seen).basis.parts]
    assert told == [
        (Pose.FRONTAL, Size.SMALL, 1),
        (Pose.TURNED, Size.SMALL, 1),
        (Pose.TURNED, Size.MEDIUM, 1),
    ]


def test_the_size_of_a_face_is_that_of_its_box_when_nobody_measured_it() -> None:
    assert [Look((0, 0, 90, side), 0.0, 1.0).size for side in (99.9, 100, 199.9, 200)] == [
        Size.SMALL,
        Size.MEDIUM,
        Size.MEDIUM,
        Size.LARGE,
    ]
    assert Look((0, 0, 150, 90), 0.0, 1.0).size is Size.MEDIUM
    assert replace(Look((0, 0, 90, 90), 0.0, 1.0), face_px=250).size is Size.LARGE
