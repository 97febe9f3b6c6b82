"""What the decision promises of one face: patience before a label, steadiness after, honesty when blind."""

from __future__ import annotations

import math
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decision.streams import (
    INDEPENDENT,
    LOG_ODDS,
    PATIENT,
    QUALITY,
    STEPS,
    empty,
    frame,
    labels,
    look,
    stream,
    unjudged,
    watch,
)
from veritile.decision import Basis, Look, Observation, Policy, Pose, Reference, Scorer, Size, Tile
from veritile.vocabulary import Advice, Label, Reason

REAL, SUSPECT, FAKE, UNDECIDED = (
    Label.LIKELY_REAL,
    Label.SUSPECT,
    Label.LIKELY_FAKE,
    Label.INCONCLUSIVE,
)
FRAMES = st.lists(st.tuples(STEPS, LOG_ODDS, QUALITY), min_size=1, max_size=40)


def timed(frames: list[tuple[float, float, float]]) -> list[Observation]:
    at, observations = 0.0, []
    for step, log_odds, quality in frames:
        at += step
        observations.append(frame(at, log_odds, quality))
    return observations


def live(log_odds: float, seconds: float = 60.0) -> list[tuple[float, Label]]:
    """When each label comes, with the looks that the engine asks for."""
    tile, at, seen = Tile(), 0.0, []
    while at <= seconds:
        verdict = tile.observe(frame(at, log_odds))
        if not seen or seen[-1][1] is not verdict.label:
            seen.append((at, verdict.label))
        at += verdict.next_sample_ms / 1000
    return seen


def test_nothing_seen_is_starting() -> None:
    verdict = Tile().verdict
    assert (verdict.label, verdict.reason, verdict.score) == (UNDECIDED, Reason.STARTING, None)
    assert (verdict.confidence, verdict.frames, verdict.people, verdict.box) == (0, 0, 0, None)
    assert (verdict.quality, verdict.seconds, verdict.evidence, verdict.urgent) == (0, 0, 0, False)
    assert (verdict.p, verdict.advice, verdict.basis) == (None, None, Basis())


@pytest.mark.parametrize(
    "value",
    [look(0.0), frame(0, 0.0), Policy(), Scorer(), Reference.of({"<100": [0.0]}), Tile().verdict],
    ids=lambda value: type(value).__name__,
)
def test_values_do_not_change(value: object) -> None:
    with pytest.raises(AttributeError):
        setattr(value, fields(value)[0].name, None)


def test_a_quality_beyond_1_is_1_and_below_0_is_none() -> None:
    verdict = watch(Tile(scorer=INDEPENDENT), [frame(0, 1.0, 3.0), frame(1, 1.0, -1.0)])
    assert (verdict.evidence, verdict.quality, verdict.basis.quality) == (1.0, 0.0, 1.0)
    assert Tile().observe(frame(0, 1.0, 3.0)).quality == 1.0


def test_the_demonstration_ends_with_both_labels_within_its_time() -> None:
    """Its faces score about -1 and +1 a frame."""
    (_, starting), (real_at, real) = live(-1.0)
    assert (starting, real) == (UNDECIDED, REAL)
    assert real_at < 5
    (_, starting), (fake_at, fake) = live(1.0)
    assert (starting, fake) == (UNDECIDED, FAKE)
    assert fake_at < 10


def test_walds_bounds_end_the_start() -> None:
    """Independent looks of log-odds 1: more than ln 19 for real, more than 6.86 for fake."""
    assert labels(Tile(scorer=INDEPENDENT), stream(-1.0, count=4)) == [UNDECIDED] * 2 + [REAL] * 2
    assert labels(Tile(scorer=INDEPENDENT), stream(1.0, count=8)) == [UNDECIDED] * 6 + [FAKE] * 2


def test_a_swap_that_begins_later_must_pass_the_cusum_on_the_way_through_suspect() -> None:
    """Balanced: ln 36,000 = 10.49, half of it is 5.24; the calm before counts for nothing."""
    tile = Tile(scorer=INDEPENDENT)
    watch(tile, stream(-1.0, count=500))
    found = labels(tile, stream(1.0, start=500, count=12))
    assert found == [REAL] * 5 + [SUSPECT] * 5 + [FAKE] * 2


def test_an_alarm_is_taken_back_only_far_below_its_bound_and_after_its_dwell() -> None:
    tile = Tile(scorer=INDEPENDENT)
    watch(tile, stream(-1.0, count=10))
    assert watch(tile, stream(1.0, start=10, count=11)).label is FAKE
    # From 11 down: fake while above a third of 10.49, then real.
    assert labels(tile, stream(-1.0, start=21, count=9)) == [FAKE] * 7 + [REAL] * 2


def test_suspicion_is_taken_back_only_below_a_third_of_the_bound() -> None:
    tile = Tile(scorer=INDEPENDENT)
    watch(tile, stream(-1.0, count=10))
    assert watch(tile, stream(1.0, start=10, count=6)).label is SUSPECT
    assert labels(tile, stream(-1.0, start=16, count=4)) == [SUSPECT] * 2 + [REAL] * 2


def test_a_label_stays_for_three_seconds_but_an_alarm_does_not_wait() -> None:
    tile = Tile(scorer=Scorer(tau_s=0.01))
    quick = 0.2
    watch(tile, stream(-2.0, count=10))
    rising = labels(tile, stream(2.0, start=10, count=7, step=quick))
    assert rising == [REAL] * 2 + [SUSPECT] * 3 + [FAKE] * 2
    falling = labels(tile, stream(-2.0, start=11.5, count=20, step=quick))
    assert falling == [FAKE] * 13 + [REAL] * 7  # the evidence is gone at the sixth


def test_no_sum_grows_without_bound() -> None:
    """An hour of swap is forgiven as soon as a minute of it."""
    tile = Tile(scorer=INDEPENDENT)
    assert watch(tile, stream(2.0, count=3600)).evidence == 20.0
    assert watch(tile, stream(-1.0, start=3600, count=25)).label is REAL


@PATIENT
@given(FRAMES, st.data())
def test_a_more_fake_looking_frame_never_lowers_evidence_or_score(
    frames: list[tuple[float, float, float]], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(frames) - 1))
    step, log_odds, quality = frames[index]
    worse = list(frames)
    worse[index] = (step, log_odds + data.draw(st.floats(0, 20)), quality)
    calm, alarmed = (watch(Tile(), timed(run)) for run in (frames, worse))
    assert alarmed.evidence >= calm.evidence - 1e-9
    assert alarmed.score >= calm.score - 1e-9


@PATIENT
@given(
    st.lists(st.tuples(LOG_ODDS, QUALITY), min_size=2, max_size=8).flatmap(
        lambda looks: st.tuples(st.just(looks), st.permutations(looks))
    )
)
def test_the_order_of_the_frames_of_one_moment_is_irrelevant(
    orders: tuple[list[tuple[float, float]], list[tuple[float, float]]],
) -> None:
    found = []
    for order in orders:
        tile = Tile()
        watch(tile, stream(-0.5, count=3))
        found.append(watch(tile, [frame(3.0 + 0.01 * n, *seen) for n, seen in enumerate(order)]))
    one, other = found
    assert one.evidence == pytest.approx(other.evidence, abs=1e-9)
    assert one.score == pytest.approx(other.score)
    assert one.basis.parts[0].mean == pytest.approx(other.basis.parts[0].mean)


@PATIENT
@given(st.lists(LOG_ODDS, min_size=1, max_size=40))
def test_forty_copies_of_one_moment_are_one_look(looks: list[float]) -> None:
    verdict = watch(Tile(), [frame(1.0, log_odds) for log_odds in looks])
    assert verdict.label is UNDECIDED
    assert sum(part.weight for part in verdict.basis.parts) == pytest.approx(1.0)


@PATIENT
@given(st.lists(st.tuples(STEPS, LOG_ODDS, QUALITY), min_size=1, max_size=2))
def test_no_label_before_three_frames(frames: list[tuple[float, float, float]]) -> None:
    assert set(labels(Tile(), timed(frames))) == {UNDECIDED}


@PATIENT
@given(st.lists(LOG_ODDS, min_size=3, max_size=6))
def test_no_label_before_eight_tenths_of_a_second(looks: list[float]) -> None:
    tile = Tile(scorer=Scorer(tau_s=0.01))
    assert set(labels(tile, [frame(0.13 * n, x) for n, x in enumerate(looks)])) == {UNDECIDED}
    assert watch(Tile(scorer=Scorer(tau_s=0.01)), stream(-2.5, count=5, step=0.2)).label is REAL


@PATIENT
@given(FRAMES, st.data())
def test_frames_of_no_quality_change_nothing(
    frames: list[tuple[float, float, float]], data: st.DataObject
) -> None:
    """Nor does their time: they leave label, evidence, score and basis as they were."""
    observations = timed(frames)
    with_more = []
    for observation in observations:
        with_more.append(observation)
        if data.draw(st.booleans()):
            with_more.append(frame(observation.at + 0.05, data.draw(LOG_ODDS), 0.0))
    one, other = watch(Tile(), observations), watch(Tile(), with_more)
    assert (one.label, one.evidence, one.score, one.basis) == (
        other.label,
        other.evidence,
        other.score,
        other.basis,
    )


BUDGETS = st.floats(0.001, 10)


@PATIENT
@given(FRAMES, BUDGETS, BUDGETS)
def test_a_stricter_budget_never_alarms_earlier(
    frames: list[tuple[float, float, float]], one: float, other: float
) -> None:
    observations = timed(frames)

    def first_alarm(budget: float) -> float:
        found = labels(Tile(Policy(budget)), observations)
        return found.index(FAKE) if FAKE in found else math.inf

    strict, lenient = min(one, other), max(one, other)
    assert first_alarm(strict) >= first_alarm(lenient)


@PATIENT
@given(st.lists(st.tuples(st.one_of(st.none(), LOG_ODDS), st.floats(0, 1), st.floats(-5, 60)), max_size=50))
def test_every_verdict_is_within_its_ranges(steps: list[tuple[float | None, float, float]]) -> None:
    """Also when the clock runs backwards."""
    tile, at = Tile(), 0.0
    for log_odds, quality, step in steps:
        at += step
        reason = Reason.BLURRED if log_odds is None else None
        verdict = tile.observe(Observation(at, (look(log_odds, quality, reason=reason),), 640, 360))
        assert verdict.score is None or 0 <= verdict.score <= 1
        assert 0 <= verdict.confidence <= 1
        assert 0 <= verdict.quality <= 1
        assert 0 <= verdict.evidence <= 20
        assert verdict.next_sample_ms in {400, 1000, 2500, 5000}
        assert verdict.seconds >= 0
        assert (verdict.reason is None) == (verdict.label is not UNDECIDED)


@pytest.mark.parametrize(
    "observation",
    [
        frame(math.nan, 0.0),
        frame(60.0, math.inf),
        frame(60.0, 0.0, quality=math.nan),
        frame(60.0, 0.0, box=(0.0, math.inf, 1.0, 1.0)),
        frame(60.0, 0.0, yaw=math.nan),
        frame(60.0, 0.0, face_px=math.nan),
        frame(60.0, 0.0, signature=(math.nan,)),
        Observation(60.0, (look(0.0), look(math.nan)), 640, 360),
    ],
)
def test_numbers_that_are_not_finite_are_refused_and_change_nothing(observation: Observation) -> None:
    tile = Tile()
    before = watch(tile, stream(-2.0))
    with pytest.raises(ValueError, match="finite"):
        tile.observe(observation)
    assert tile.verdict == before


def test_one_look_cannot_decide() -> None:
    tile = Tile(scorer=INDEPENDENT)
    watch(tile, stream(-2.0))
    verdict = watch(tile, [frame(21.0, 1e6)])
    assert verdict.label is REAL
    assert verdict.evidence == 2.75


def test_quality_weighs() -> None:
    clear, poor = Tile(scorer=INDEPENDENT), Tile(scorer=INDEPENDENT)
    watch(clear, [frame(n, 1.0, 1.0) for n in range(4)])
    watch(poor, [frame(n, 1.0, 0.25) for n in range(4)])
    assert clear.verdict.evidence == pytest.approx(4 * poor.verdict.evidence) == pytest.approx(4.0)


def test_looks_close_in_time_count_for_less() -> None:
    tile = Tile(scorer=Scorer(tau_s=2.0))
    watch(tile, [frame(0.0, 1.0), frame(1.0, 1.0)])
    assert tile.verdict.evidence == pytest.approx(1 + math.tanh(0.5))


def test_the_score_is_the_mean_of_the_newest_looks() -> None:
    tile = Tile(scorer=INDEPENDENT)
    assert watch(tile, stream(-1.0)).score == pytest.approx(1 / (1 + math.e))
    assert watch(tile, stream(1.0, start=20, count=90)).score == pytest.approx(1 / (1 + 1 / math.e), abs=0.03)
    one_each = watch(Tile(Policy(memory_s=1e9), INDEPENDENT), [frame(0, 2.0), frame(1, -1.0)])
    assert one_each.score == pytest.approx(1 / (1 + math.exp(-0.5)))
    faded = watch(Tile(Policy(memory_s=1.0), INDEPENDENT), [frame(0, 2.0), frame(1, -1.0)])
    mean = (2 * math.exp(-1) - 1) / (math.exp(-1) + 1)
    assert faded.score == pytest.approx(1 / (1 + math.exp(-mean)))


@pytest.mark.parametrize("reason", [Reason.FACE_TOO_SMALL, Reason.BLURRED, Reason.TOO_DARK])
def test_faces_that_cannot_be_judged_give_their_reason(reason: Reason) -> None:
    verdict = watch(Tile(), [unjudged(n, reason) for n in range(20)])
    assert (verdict.label, verdict.reason, verdict.score) == (UNDECIDED, reason, None)
    assert (verdict.people, verdict.confidence, verdict.basis) == (1, 0.0, Basis())


def test_an_empty_tile_gives_its_reason() -> None:
    verdict = watch(Tile(), [empty(n) for n in range(20)])
    assert (verdict.label, verdict.reason, verdict.people) == (UNDECIDED, Reason.NO_FACE, 0)
    seen_before = watch(Tile(), [frame(0, 1.0), empty(1)])
    assert (seen_before.quality, seen_before.people, seen_before.reason) == (0.0, 1, Reason.NO_FACE)


def test_a_glance_away_keeps_the_label_and_a_long_absence_withdraws_it() -> None:
    tile = Tile(scorer=INDEPENDENT)
    watch(tile, stream(-2.0, count=5))
    assert watch(tile, [empty(7.0), empty(19.0)]).label is REAL
    verdict = watch(tile, [empty(19.5)])
    assert (verdict.label, verdict.reason, verdict.people) == (UNDECIDED, Reason.NO_FACE, 0)
    assert labels(tile, stream(-2.0, start=20, count=3)) == [UNDECIDED, UNDECIDED, REAL]


def test_a_face_that_stays_but_cannot_be_judged_loses_its_label_and_gets_it_back() -> None:
    tile = Tile(scorer=INDEPENDENT)
    watch(tile, stream(-2.0, count=5))
    assert watch(tile, [unjudged(float(n), Reason.BLURRED) for n in range(5, 20)]).label is REAL
    verdict = watch(tile, [unjudged(19.1, Reason.BLURRED)])
    assert (verdict.label, verdict.reason, verdict.confidence) == (UNDECIDED, Reason.BLURRED, 0.0)
    assert watch(tile, [frame(20.0, -2.0)]).label is REAL


def test_the_same_picture_again_is_no_evidence_and_loses_the_label_as_frozen() -> None:
    tile = Tile(scorer=INDEPENDENT)
    before = watch(tile, stream(-2.0, count=5))
    again = [Observation(5.0 + n, reason=Reason.FROZEN, unchanged=True) for n in range(15)]
    assert watch(tile, again).label is REAL
    verdict = watch(tile, [Observation(19.5, reason=Reason.FROZEN, unchanged=True)])
    assert (verdict.label, verdict.reason, verdict.basis) == (UNDECIDED, Reason.FROZEN, before.basis)


def test_a_new_policy_takes_effect_at_once_on_what_is_known() -> None:
    tile = Tile(Policy.for_sensitivity("sensitive"), INDEPENDENT)
    assert watch(tile, stream(1.0, count=5)).label is FAKE
    tile.policy = Policy.for_sensitivity("conservative")
    assert tile.verdict.label is UNDECIDED
    tile.policy = Policy.for_sensitivity("sensitive")
    assert tile.verdict.label is FAKE


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
