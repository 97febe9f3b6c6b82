"""What the decision promises: patience before a label, steadiness after it, honesty when it cannot see."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veritile.decision import Evidence, Observation, Policy, Verdict
from veritile.vocabulary import THRESHOLDS, Label, Reason, Sensitivity

LOG_ODDS = st.floats(-50, 50)
QUALITY = st.floats(0, 1)


def frame(at: float, log_odds: float, quality: float = 1.0) -> Observation:
    return Observation(at=at, log_odds=log_odds, quality=quality, reason=None)


def unusable(at: float, reason: Reason = Reason.NO_FACE) -> Observation:
    return Observation(at=at, log_odds=None, quality=0.0, reason=reason)


def watch(evidence: Evidence, *observations: Observation) -> Verdict:
    for observation in observations:
        verdict = evidence.observe(observation)
    return verdict


def stream(log_odds: float, start: float = 0.0, count: int = 5, step: float = 0.5) -> list[Observation]:
    return [frame(start + i * step, log_odds) for i in range(count)]


def test_nothing_seen_is_starting() -> None:
    verdict = Evidence().verdict
    assert (verdict.label, verdict.reason, verdict.score) == (Label.INCONCLUSIVE, Reason.STARTING, None)
    assert verdict.confidence == 0


@pytest.mark.parametrize(
    ("log_odds", "label"),
    [(-2.0, Label.LIKELY_REAL), (2.0, Label.LIKELY_FAKE), (-0.2, Label.SUSPECT)],
)
def test_steady_frames_reach_their_label(log_odds: float, label: Label) -> None:
    verdict = watch(Evidence(), *stream(log_odds))
    assert verdict.label is label
    assert verdict.reason is None
    assert verdict.score == pytest.approx(1 / (1 + math.exp(-log_odds)))
    assert 0 < verdict.confidence < 1
    assert (verdict.frames, verdict.seconds) == (5, 2.0)


@given(st.lists(st.tuples(LOG_ODDS, QUALITY), min_size=1, max_size=2))
def test_no_label_before_the_minimum_of_frames(frames: list[tuple[float, float]]) -> None:
    evidence = Evidence()
    for at, (log_odds, quality) in enumerate(frames):
        assert evidence.observe(frame(at, log_odds, quality)).label is Label.INCONCLUSIVE


@given(st.lists(LOG_ODDS, min_size=1, max_size=40))
def test_no_label_from_frames_of_one_instant(frames: list[float]) -> None:
    """Forty copies of one moment are one look, not forty."""
    evidence = Evidence()
    for log_odds in frames:
        assert evidence.observe(frame(1.0, log_odds)).label is Label.INCONCLUSIVE


@given(st.lists(LOG_ODDS, min_size=1, max_size=40))
def test_no_label_from_frames_without_quality(frames: list[float]) -> None:
    evidence = Evidence()
    for at, log_odds in enumerate(frames):
        verdict = evidence.observe(frame(at, log_odds, quality=0.0))
        assert (verdict.label, verdict.score) == (Label.INCONCLUSIVE, None)


@given(st.lists(st.tuples(LOG_ODDS, QUALITY), min_size=4, max_size=30), st.data())
def test_a_more_fake_looking_frame_never_lowers_the_score(
    frames: list[tuple[float, float]], data: st.DataObject
) -> None:
    index = data.draw(st.integers(0, len(frames) - 1))
    worse = list(frames)
    worse[index] = (frames[index][0] + data.draw(st.floats(0, 20)), frames[index][1])
    scores = []
    for run in (frames, worse):
        verdict = watch(Evidence(), *(frame(i, x, q) for i, (x, q) in enumerate(run)))
        scores.append(verdict.score)
    if scores[0] is None or scores[1] is None:
        assert scores[0] is scores[1]
    else:
        assert scores[1] >= scores[0] - 1e-12


def test_one_frame_cannot_decide() -> None:
    """However certain the network is of one frame, ten calm ones outweigh it."""
    verdict = watch(Evidence(), *stream(-2.0, count=10), frame(5.0, 1e6))
    assert verdict.label is Label.LIKELY_REAL


def test_quality_weighs() -> None:
    clear_then_blurred = watch(Evidence(), *stream(-2.0), *(frame(3 + i, 2.0, 0.05) for i in range(5)))
    assert clear_then_blurred.label is Label.LIKELY_REAL


def test_label_is_kept_within_the_hysteresis_and_left_beyond_it() -> None:
    policy = Policy(memory_s=1e9)
    edge = math.log(policy.threshold / (1 - policy.threshold))
    evidence = Evidence(policy)
    assert watch(evidence, *stream(edge + 0.1)).label is Label.LIKELY_FAKE
    # The mean comes to rest just under the bound: a fresh participant would be suspect, this one stays.
    inside = stream(edge - 0.2, start=3, count=20)
    assert watch(evidence, *inside).label is Label.LIKELY_FAKE
    assert watch(Evidence(policy), *inside).label is Label.SUSPECT
    assert watch(evidence, *stream(edge - 0.5, start=20, count=100)).label is Label.SUSPECT


def test_old_evidence_fades() -> None:
    """A swap that begins mid-call is seen, though an hour of calm came before."""
    evidence = Evidence()
    watch(evidence, *stream(-3.0, count=720, step=5.0))
    verdict = watch(evidence, *stream(3.0, start=3605, count=30, step=1.5))
    assert verdict.label is Label.LIKELY_FAKE


@pytest.mark.parametrize("reason", [Reason.NO_FACE, Reason.FACE_TOO_SMALL, Reason.BLURRED, Reason.TOO_DARK])
def test_unusable_frames_give_their_reason(reason: Reason) -> None:
    verdict = watch(Evidence(), *(unusable(i, reason) for i in range(20)))
    assert (verdict.label, verdict.reason, verdict.score) == (Label.INCONCLUSIVE, reason, None)


def test_a_glance_away_keeps_the_label_and_a_long_absence_withdraws_it() -> None:
    evidence = Evidence()
    watch(evidence, *stream(-2.0))
    assert watch(evidence, unusable(4.0)).label is Label.LIKELY_REAL
    verdict = watch(evidence, unusable(30.0))
    assert (verdict.label, verdict.reason) == (Label.INCONCLUSIVE, Reason.NO_FACE)


def test_frames_are_asked_for_in_a_burst_then_calmly_then_faster_on_suspicion() -> None:
    policy = Policy()
    evidence = Evidence(policy)
    assert evidence.verdict.next_sample_ms == policy.burst_ms
    assert watch(evidence, *stream(-2.0)).next_sample_ms == policy.settled_ms
    assert watch(evidence, frame(3.0, 2.0)).next_sample_ms == policy.suspicious_ms


def test_a_tile_without_a_face_stops_being_hurried() -> None:
    policy = Policy()
    evidence = Evidence(policy)
    waits = [evidence.observe(unusable(i)).next_sample_ms for i in range(policy.burst_frames + 5)]
    assert waits[0] == policy.burst_ms
    assert waits[-1] == policy.unusable_ms


@given(st.lists(st.tuples(st.one_of(st.none(), LOG_ODDS), QUALITY, st.floats(-5, 60)), max_size=50))
def test_every_verdict_is_within_its_ranges(steps: list[tuple[float | None, float, float]]) -> None:
    """Also when the clock runs backwards."""
    evidence, at = Evidence(), 0.0
    for log_odds, quality, step in steps:
        at += step
        reason = Reason.NO_FACE if log_odds is None else None
        verdict = evidence.observe(Observation(at, log_odds, quality, reason))
        assert verdict.score is None or 0 <= verdict.score <= 1
        assert 0 <= verdict.confidence <= 1
        assert 400 <= verdict.next_sample_ms <= 5000
        assert verdict.seconds >= 0
        assert (verdict.reason is None) == (verdict.label is not Label.INCONCLUSIVE)


def test_a_stricter_policy_takes_effect_at_once() -> None:
    evidence = Evidence(Policy.for_sensitivity(Sensitivity.CONSERVATIVE))
    assert watch(evidence, *stream(0.3)).label is not Label.LIKELY_FAKE
    evidence.policy = Policy.for_sensitivity("balanced")
    assert evidence.verdict.label is Label.LIKELY_FAKE


@pytest.mark.parametrize("sensitivity", list(Sensitivity))
def test_presets_have_the_documented_thresholds(sensitivity: Sensitivity) -> None:
    assert Policy.for_sensitivity(sensitivity).threshold == THRESHOLDS[sensitivity]
    assert list(itertools.accumulate(THRESHOLDS.values(), max)) == [0.35, 0.52, 0.75]


@pytest.mark.parametrize("threshold", [0.0, 1.0, -1.0, 2.0, math.nan])
def test_a_threshold_outside_0_to_1_is_refused(threshold: float) -> None:
    with pytest.raises(ValueError, match="threshold"):
        Policy(threshold=threshold)


@pytest.mark.parametrize(
    "observation",
    [frame(math.nan, 0.0), frame(60.0, math.inf), frame(60.0, 0.0, quality=math.nan)],
)
def test_numbers_that_are_not_finite_are_refused_and_leave_the_evidence_as_it_was(
    observation: Observation,
) -> None:
    evidence = Evidence()
    before = watch(evidence, *stream(-2.0))
    with pytest.raises(ValueError, match="finite"):
        evidence.observe(observation)
    assert evidence.verdict == before
    assert watch(evidence, *stream(-2.0)).label is Label.LIKELY_REAL
