"""What holds of a face whatever the stream of its frames."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decision.streams import (
    LOG_ODDS,
    PATIENT,
    QUALITY,
    STEPS,
    frame,
    labels,
    look,
    stream,
    watch,
)
from veritile.decision import Observation, Policy, Scorer, Tile
from veritile.vocabulary import Label, Reason

REAL, FAKE, UNDECIDED = Label.LIKELY_REAL, Label.LIKELY_FAKE, Label.INCONCLUSIVE
FRAMES = st.lists(st.tuples(STEPS, LOG_ODDS, QUALITY), min_size=1, max_size=40)


def timed(frames: list[tuple[float, float, float]]) -> list[Observation]:
    at, observations = 0.0, []
    for step, log_odds, quality in frames:
        at += step
        observations.append(frame(at, log_odds, quality))
    return observations


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
