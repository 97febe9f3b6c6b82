"""The verdict on a whole video or picture."""

from __future__ import annotations

import math

import pytest
from hypothesis import given

from decision.streams import INDEPENDENT, LOG_ODDS, PATIENT, frame, look, stream, unjudged
from veritile.decision import Observation, Policy, Scorer
from veritile.decision.conclusion import conclude
from veritile.decision.reference import Reference
from veritile.odds import logit, probability
from veritile.vocabulary import Label, Reason


@PATIENT
@given(LOG_ODDS)
def test_a_picture_is_judged_by_its_threshold(log_odds: float) -> None:
    policy = Policy()
    verdict = conclude([frame(0, log_odds)], policy, Scorer())
    score = probability(max(-2.75, min(2.75, log_odds)))
    assert verdict.score == pytest.approx(score)
    if abs(score - 0.52) > 1e-9 and abs(logit(score) - logit(0.52) + 0.6) > 1e-9:
        suspect = logit(score) >= logit(0.52) - 0.6
        below = Label.SUSPECT if suspect else Label.LIKELY_REAL
        assert verdict.label is (Label.LIKELY_FAKE if score >= 0.52 else below)
    assert verdict.reason is None


def test_a_picture_at_the_threshold_is_above_it() -> None:
    policy = Policy(threshold=probability(0.5))
    assert conclude([frame(0, 0.5)], policy, Scorer()).label is Label.LIKELY_FAKE


@pytest.mark.parametrize(("below", "label"), [(0.59, Label.SUSPECT), (0.61, Label.LIKELY_REAL)])
def test_a_picture_a_little_below_the_threshold_is_suspect(below: float, label: Label) -> None:
    assert conclude([frame(0, logit(0.52) - below)], Policy(), Scorer()).label is label


PEOPLE = Scorer(reference=Reference.of({"<100": [n / 100 - 1.0 for n in range(200)]}))
"""Real people with means from -1 to 0.99: the level of 7.5 % is passed from about 0.85 on."""


@PATIENT
@given(LOG_ODDS)
def test_a_picture_accuses_only_whom_the_comparison_with_real_people_lets_it(log_odds: float) -> None:
    verdict = conclude([frame(0, log_odds)], Policy(), PEOPLE)
    if verdict.label is Label.LIKELY_FAKE:
        assert verdict.p is not None
        assert verdict.p <= 0.075
    elif verdict.score is not None and verdict.score >= 0.53:
        assert verdict.label is Label.SUSPECT


def test_whom_the_network_dislikes_a_little_is_suspect_and_whom_it_dislikes_much_is_accused() -> None:
    assert conclude([frame(0, 0.5)], Policy(), PEOPLE).label is Label.SUSPECT
    assert conclude([frame(0, 2.7)], Policy(), PEOPLE).label is Label.LIKELY_FAKE


def test_a_beginning_that_looked_fake_accuses_nobody_whose_end_speaks_for_real() -> None:
    verdict = conclude([frame(0, 1.0), frame(20, -1.1)], Policy(threshold=0.35), PEOPLE)
    assert (verdict.label, verdict.evidence, verdict.p) == (Label.SUSPECT, 0.0, None)


def test_how_little_it_rests_on_shows_in_the_confidence() -> None:
    one = conclude([frame(0, 1.0)], Policy(), INDEPENDENT)
    many = conclude(stream(1.0), Policy(), INDEPENDENT)
    assert one.label is many.label is Label.LIKELY_FAKE
    assert one.confidence < 0.2
    assert many.confidence == 1


def test_a_swap_in_the_middle_of_a_long_video_is_told() -> None:
    video = stream(-1.0, count=300) + stream(1.0, start=300, count=15) + stream(-1.0, start=315, count=300)
    verdict = conclude(video, Policy(), INDEPENDENT)
    assert (verdict.label, verdict.evidence) == (Label.LIKELY_FAKE, pytest.approx(15))
    assert (verdict.frames, verdict.seconds, verdict.basis.frames) == (615, 614, 615)
    assert verdict.score == pytest.approx(probability(-585 / 615), abs=0.01)


def test_a_passing_suspicion_is_not_held_against_a_video() -> None:
    video = stream(-1.0, count=30) + stream(1.0, start=30, count=7) + stream(-1.0, start=37, count=30)
    assert conclude(video, Policy(), INDEPENDENT).label is Label.LIKELY_REAL


def test_frames_of_the_beginning_count_as_much_as_those_of_the_end() -> None:
    verdict = conclude([*stream(0.5, count=2), *stream(-0.5, start=600, count=2)], Policy(), INDEPENDENT)
    assert verdict.score == pytest.approx(0.5)


def test_a_cut_makes_nobody_new() -> None:
    office, garden = tuple(map(float, range(32))), tuple(-float(n) for n in range(32))
    cut = [
        frame(0, 0.5, signature=office),
        frame(1, 0.5, signature=garden, box=(10.0, 10.0, 50.0, 50.0)),
    ]
    assert conclude(cut, Policy(), INDEPENDENT).frames == 2


def test_what_cannot_be_judged_has_its_reason() -> None:
    verdict = conclude([unjudged(n, Reason.BLURRED) for n in range(3)], Policy(), Scorer())
    assert (verdict.label, verdict.score, verdict.reason) == (Label.INCONCLUSIVE, None, Reason.BLURRED)
    assert conclude([], Policy(), Scorer()).reason is Reason.STARTING


def test_numbers_that_are_not_finite_are_refused() -> None:
    with pytest.raises(ValueError, match="finite"):
        conclude([Observation(0.0, (look(math.nan),), 640, 360)], Policy(), Scorer())
