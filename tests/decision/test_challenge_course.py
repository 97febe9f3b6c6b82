"""A challenge from its start to the judgement, and its early ends."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from veritile.decision.challenge import Challenge, Glimpse, Reference
from veritile.decision.challenge.course import PREPARING_S, StepFinding
from veritile.decision.challenge.judgement import MODEL_MOST, Evidence, judge
from veritile.decision.challenge.words import Answer, Finding, State, Step, StepState, Why
from veritile.odds import probability
from veritile.vocabulary import Label, Reason

CELLS = bytes([150, 110, 90] * 100)
FACE = Glimpse(0.0, (100.0, 80.0, 60.0, 80.0), (0.0, 0.0, 0.0), CELLS, 640, log_odds=-1.0, quality=1.0)
STEPS = (Step.NEAR, Step.TURN_LEFT)


def grown(glimpse: Glimpse, times: float) -> Glimpse:
    assert glimpse.box
    x, y, width, height = glimpse.box
    return replace(glimpse, box=(x, y, times * width, times * height))


class Film:
    """Shows a challenge one glimpse after the other, a fifth of a second apart."""

    def __init__(self, challenge: Challenge) -> None:
        self.challenge = challenge
        self.at = 0.0

    def show(self, glimpse: Glimpse, times: int = 1) -> int | None:
        best = None
        for _ in range(times):
            self.at += 0.2
            best = self.challenge.see(replace(glimpse, at=self.at))
        return best


def running(steps: tuple[Step, ...] = STEPS) -> Film:
    film = Film(Challenge(steps, 0.0))
    film.show(FACE, 4)
    assert film.challenge.state is State.RUNNING
    return film


def turned(yaw: float) -> Glimpse:
    return replace(FACE, attitude=(yaw, 0.0, 0.0))


def test_from_start_to_judgement() -> None:
    film = running()
    challenge = film.challenge
    assert challenge.step == 0
    assert film.show(grown(FACE, 1.5)) == 0
    film.show(grown(FACE, 1.5))
    assert challenge.trackers[0].state is StepState.DONE
    assert challenge.step == 1
    film.show(turned(40), 2)
    film.show(turned(0))
    assert challenge.state is State.ASKING
    assert not challenge.active
    judgement = challenge.answer(Answer.LOOKS_RIGHT, Label.LIKELY_REAL)
    assert challenge.state is State.JUDGED
    assert judgement.label is Label.LIKELY_REAL
    assert judgement.log_odds == pytest.approx(sum(share.log_odds for share in judgement.shares))


def test_a_step_that_is_not_done_is_a_finding_and_the_next_begins() -> None:
    film = running()
    film.show(FACE, 31)
    assert film.challenge.trackers[0].state is StepState.NOT_DONE
    assert film.challenge.step == 1
    assert [(found.finding, found.step) for found in film.challenge.findings] == [(Finding.NOT_DONE, 0)]


def test_time_passes_without_pictures_too() -> None:
    film = running()
    film.challenge.pass_time(film.at + 6.5)
    assert film.challenge.trackers[0].state is StepState.NOT_DONE
    film.challenge.pass_time(film.at + 60)
    assert film.challenge.state is State.ASKING


def test_more_time_begins_the_steps_seconds_again() -> None:
    film = running()
    film.show(FACE, 25)
    film.challenge.more_time()
    assert film.challenge.remaining_s == pytest.approx(6)
    film.show(FACE, 25)
    assert film.challenge.step == 0


def test_a_skipped_step_is_no_finding_and_no_evidence() -> None:
    film = running()
    film.challenge.skip()
    film.challenge.skip()
    assert film.challenge.state is State.ASKING
    assert film.challenge.findings == ()
    shares = {
        share.source: share.log_odds
        for share in film.challenge.answer(Answer.CANNOT_TELL, Label.SUSPECT).shares
    }
    assert shares["compliance"] == 0


def test_the_same_picture_again_shows_nothing() -> None:
    film = running()
    film.show(replace(FACE, unchanged=True))
    assert film.challenge.trackers[0].hint == "frozen"
    assert film.show(replace(grown(FACE, 2.0), unchanged=True), 3) is None
    assert film.challenge.trackers[0].progress == 0


def test_without_a_face_there_is_nothing_to_begin_with() -> None:
    film = Film(Challenge(STEPS, 0.0))
    film.show(Glimpse(0.0), math.ceil(PREPARING_S / 0.2) + 2)
    assert (film.challenge.state, film.challenge.why) == (State.ENDED, Why.NO_FACE)


@pytest.mark.parametrize("why", list(Why))
def test_what_was_gathered_before_an_early_end_can_be_answered_for(why: Why) -> None:
    film = running()
    film.show(grown(FACE, 1.5), 2)
    film.challenge.end(why)
    assert (film.challenge.state, film.challenge.why) == (State.ENDED, why)
    assert [tracker.state for tracker in film.challenge.trackers] == [StepState.DONE, StepState.SKIPPED]
    assert film.show(grown(FACE, 3.0)) is None
    assert film.challenge.answer(Answer.LOOKS_WRONG, Label.INCONCLUSIVE).shares[0].log_odds > 0
    film.challenge.end(Why.LEFT)
    assert film.challenge.state is State.JUDGED


def test_refusing_ends_it() -> None:
    film = running()
    judgement = film.challenge.answer(Answer.REFUSED, Label.LIKELY_REAL)
    assert film.challenge.why is Why.REFUSED
    assert (judgement.label, judgement.reason) == (Label.INCONCLUSIVE, Reason.UNDECIDED)


def test_views_from_the_side_are_told_of() -> None:
    film = running((Step.TURN_LEFT,))
    film.show(turned(25), 2)
    film.show(replace(FACE, attitude=None), 2)
    film.show(turned(0))
    told = {found.finding: found.value for found in film.challenge.findings}
    assert told == {Finding.TRACK_LOST: 0.5, Finding.TRACK_JUMP: 0, Finding.COLOUR_JUMP: 0}
    assert not any(found.unusual for found in film.challenge.findings)


def shown_from_the_side(*views: Glimpse) -> dict[Finding, StepFinding]:
    film = Film(Challenge((Step.TURN_LEFT,), 0.0))
    film.show(replace(FACE, outline=(0.6, 0.5, 0.4, 0.0)), 4)
    for view in views:
        film.show(replace(view, attitude=(25.0, 0.0, 0.0)) if view.found else view)
    return {found.finding: found for found in film.challenge.findings}


def test_a_face_that_jumps_or_changes_colour_or_is_lost_from_the_side_is_unusual() -> None:
    side = replace(FACE, outline=(0.6, 0.5, 0.4, 0.3))
    other = replace(side, cells=bytes([110, 130, 110] * 100))
    away = replace(side, box=(160.0, 80.0, 60.0, 80.0))
    lost = replace(side, attitude=None)
    assert {told.finding for told in shown_from_the_side(side, side).values() if told.unusual} == set()
    assert shown_from_the_side(side, other, other)[Finding.COLOUR_JUMP].unusual
    jump = shown_from_the_side(side, away)[Finding.TRACK_JUMP]
    assert (jump.value, jump.unusual) == (pytest.approx(0.75), True)
    assert shown_from_the_side(side, lost, lost, lost)[Finding.TRACK_LOST].unusual


@settings(deadline=None)
@given(share=st.floats(0.05, 2.0))
def test_an_outline_is_compared_with_that_from_the_front(share: float) -> None:
    side = replace(FACE, outline=(0.6 * share, 0.5 * share, 0.4 * share, 0.9))
    found = shown_from_the_side(side, side)[Finding.OUTLINE_JUMP]
    assert found.value == pytest.approx(max(0.0, 1 - share))
    assert found.unusual == (found.value > 0.1)


def test_the_network_is_told_of_by_view() -> None:
    film = running((Step.TURN_LEFT, Step.NEAR))
    film.show(replace(turned(25), log_odds=2.0))
    film.show(replace(turned(25), log_odds=-1.0, quality=0.5))
    film.show(replace(turned(0), log_odds=-2.0))
    film.show(replace(turned(0), log_odds=5.0, quality=0.0))
    film.show(replace(turned(0), log_odds=None))
    film.show(replace(turned(0), log_odds=5.0, unchanged=True))
    front, side = film.challenge.views
    assert (front.view, front.frames, front.score) == ("front", 1, pytest.approx(probability(-2)))
    assert (side.view, side.frames, side.score) == ("side", 2, pytest.approx(probability(1)))


def test_a_challenge_without_steps_and_a_reference_without_a_face_are_refused() -> None:
    with pytest.raises(ValueError, match="needs a step"):
        Challenge((), 0.0)
    with pytest.raises(ValueError, match="needs a picture"):
        Reference.of([Glimpse(0.0)])


DONE = [(Step.HAND, StepState.DONE), (Step.NEAR, StepState.DONE)]
UNDONE = [(Step.HAND, StepState.NOT_DONE), (Step.NEAR, StepState.NOT_DONE)]
answers = st.sampled_from(Answer)
steps = st.lists(st.tuples(st.sampled_from(Step), st.sampled_from(StepState)), max_size=5)
labels = st.sampled_from(Label)
model = st.floats(-MODEL_MOST, MODEL_MOST)


@settings(deadline=None)
@given(answer=answers, steps=steps, model=model, standing=labels)
def test_real_is_only_who_did_all_and_looked_right_and_is_not_under_suspicion(
    answer: Answer, steps: list[tuple[Step, StepState]], model: float, standing: Label
) -> None:
    judgement = judge(answer, steps, model, standing)
    states = {state for _, state in steps}
    if judgement.label is Label.LIKELY_REAL:
        assert answer is Answer.LOOKS_RIGHT
        assert StepState.DONE in states
        assert StepState.NOT_DONE not in states
        assert standing in (Label.LIKELY_REAL, Label.INCONCLUSIVE)
    assert (judgement.reason is None) == (judgement.label is not Label.INCONCLUSIVE)


@settings(deadline=None)
@given(steps=steps, model=model, more=st.floats(0, MODEL_MOST), standing=labels)
def test_more_evidence_for_fake_never_helps(
    steps: list[tuple[Step, StepState]], model: float, more: float, standing: Label
) -> None:
    badness = [Label.LIKELY_REAL, Label.INCONCLUSIVE, Label.SUSPECT, Label.LIKELY_FAKE]
    mild = judge(Answer.CANNOT_TELL, steps, model, standing).label
    worse = judge(Answer.LOOKS_WRONG, steps, model + more, standing).label
    assert badness.index(worse) >= badness.index(mild)


@pytest.mark.parametrize(
    ("answer", "steps", "model", "standing", "label"),
    [
        (Answer.LOOKS_WRONG, DONE, 0.0, Label.INCONCLUSIVE, Label.SUSPECT),
        (Answer.LOOKS_WRONG, DONE, 1.0, Label.INCONCLUSIVE, Label.LIKELY_FAKE),
        (Answer.LOOKS_WRONG, UNDONE, 0.3, Label.INCONCLUSIVE, Label.LIKELY_FAKE),
        (Answer.CANNOT_TELL, UNDONE, 0.0, Label.INCONCLUSIVE, Label.SUSPECT),
        (Answer.CANNOT_TELL, DONE, 0.0, Label.LIKELY_REAL, Label.INCONCLUSIVE),
        (Answer.LOOKS_RIGHT, DONE, -0.5, Label.INCONCLUSIVE, Label.LIKELY_REAL),
        (Answer.LOOKS_RIGHT, DONE, -2.0, Label.LIKELY_FAKE, Label.SUSPECT),
        (Answer.CANNOT_TELL, DONE, -2.0, Label.LIKELY_FAKE, Label.LIKELY_FAKE),
    ],
)
def test_labels(
    answer: Answer, steps: list[tuple[Step, StepState]], model: float, standing: Label, label: Label
) -> None:
    assert judge(answer, steps, model, standing).label is label


@settings(deadline=None)
@given(log_odds=st.floats(-5, 5), frames=st.integers(1, 200))
def test_many_pictures_of_one_person_are_worth_less_than_two(log_odds: float, frames: int) -> None:
    evidence = Evidence()
    for _ in range(frames):
        evidence.add(log_odds, 1.0)
    assert abs(evidence.log_odds) <= min(MODEL_MOST, abs(log_odds) / 0.705) + 1e-9


def test_nothing_that_could_be_judged_is_no_evidence() -> None:
    evidence = Evidence()
    evidence.add(3.0, 0.0)
    assert evidence.log_odds == 0
