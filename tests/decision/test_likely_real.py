"""`likely_real` is said of those only whom swapped people seldom look like; of others it is said why not."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decision.streams import BOX, INDEPENDENT, PATIENT, frame, labels, look, stream, unjudged, watch
from veritile.decision import Observation, Policy, Reference, Scorer, Tile
from veritile.decision.conclusion import conclude
from veritile.vocabulary import Advice, Label, Reason

REAL, SUSPECT, UNDECIDED = Label.LIKELY_REAL, Label.SUSPECT, Label.INCONCLUSIVE


def among(*swapped: float) -> Scorer:
    """Looks that count in full, people of whom none alarms, and these swapped people."""
    return Scorer(0.05, Reference.of({"100-200": [-1.0] * 50}, swapped))


def test_p_counts_swapped_people_who_look_as_real_or_more_so() -> None:
    people = Reference.of({"<100": [0.0]}, [0.5, -1.0, 0.0, 1.0])
    assert [people.p_swapped(mean) for mean in (-1.1, -1.0, 0.1, 2.0)] == [0.2, 0.4, 0.6, 1.0]
    assert Reference.of({"<100": [0.0]}).p_swapped(0.0) is None
    assert Scorer().p_swapped(0.0) is None
    assert among(0.0).p_swapped(-1.0) == 0.5


@PATIENT
@given(st.lists(st.floats(-3, 3), min_size=2, max_size=40))
def test_a_new_swapped_person_looks_real_no_more_often_than_is_stated(means: list[float]) -> None:
    """Of n + 1 swapped people any is equally likely the new one: at most one in ten has p <= 0.1."""
    found = [
        Reference.of({"<100": [0.0]}, means[:i] + means[i + 1 :]).p_swapped(mean)
        for i, mean in enumerate(means)
    ]
    assert Fraction(sum(p is not None and p <= 0.1 for p in found), len(found)) <= Fraction(1, 10)


@pytest.mark.parametrize(
    ("swapped", "label"),
    [
        ([0.0] * 9, REAL),
        ([0.0] * 8, UNDECIDED),  # 1 / 9 is more than 0.1
        ([-2.0] + [0.0] * 18, REAL),
        ([-1.0] + [0.0] * 18, REAL),
        ([-2.0] + [0.0] * 17, UNDECIDED),  # 2 / 19 is more than 0.1
        ([-1.0] + [0.0] * 17, UNDECIDED),  # as real is as bad as more so
        ([-2.0] * 2 + [0.0] * 26, UNDECIDED),
        ([-2.0] * 2 + [0.0] * 27, REAL),
    ],
)
def test_at_most_a_tenth_of_swapped_people_may_look_as_real(swapped: list[float], label: Label) -> None:
    verdict = watch(Tile(scorer=among(*swapped)), stream(-1.0, count=6))
    assert (verdict.label, verdict.reason) == (label, None if label is REAL else Reason.UNDECIDED)


def test_how_far_it_is_from_the_level_shows_in_the_confidence() -> None:
    verdict = watch(Tile(scorer=among(*[-2.0] * 4, *[0.0] * 5)), stream(-1.0, count=6))
    assert (verdict.reason, verdict.confidence) == (Reason.UNDECIDED, pytest.approx(0.1 / 0.5))
    one = Tile(scorer=among(*[-2.0] * 4, *[0.0] * 5))
    assert one.observe(frame(0, 1.0)).confidence == pytest.approx(1 / one.policy.start_fake)


def test_without_swapped_people_evidence_alone_decides() -> None:
    for scorer in (INDEPENDENT, among()):
        assert watch(Tile(scorer=scorer), stream(-1.0, count=6)).label is REAL


def test_the_comparison_does_not_replace_the_test() -> None:
    """Nobody is real before the sum passes ln 0.05, whatever swapped people look like."""
    assert labels(Tile(scorer=among(*[2.0] * 20)), stream(-1.0, count=4)) == [UNDECIDED] * 2 + [REAL] * 2
    tile = Tile(scorer=among(*[2.0] * 20))
    assert watch(tile, stream(-0.1, count=20)).reason is Reason.STARTING


def test_it_is_the_mean_of_the_newest_looks_that_is_compared() -> None:
    """Somebody who is swapped in mid-call, too well for a suspicion, is not called real for much longer."""
    tile = Tile(scorer=among(*[-0.5] * 5, *[1.0] * 15))
    assert watch(tile, stream(-1.0, count=300)).label is REAL
    found = labels(tile, stream(-0.1, start=300, count=40))
    # -0.9 exp(-t / 30) - 0.1 passes -0.5 after 24.3 s.
    assert found == [REAL] * 24 + [UNDECIDED] * 16


def test_once_real_it_takes_more_to_be_undecided() -> None:
    """Entered at a tenth, left above 0.15: of 19 swapped people 1, or 2, may look as real."""
    scorer = among(-1.5, -0.9, -0.5, *[1.0] * 16)
    policy = Policy(memory_s=0.5, dwell_s=0.0)
    tile = Tile(policy, scorer)
    assert labels(tile, stream(-0.7, count=12)) == [UNDECIDED] * 12
    seen = [*stream(-1.2, count=5), *stream(-0.7, start=5, count=5), *stream(-0.3, start=10, count=3)]
    found = labels(Tile(policy, scorer), seen)
    assert found[4:10] == [REAL] * 6
    assert found[-1] is UNDECIDED


def test_who_looked_like_swapped_people_is_real_only_half_a_minute_later() -> None:
    """So that nobody's label comes and goes with every look."""
    tile = Tile(Policy(memory_s=0.1), among(*[-0.8] * 3, *[1.0] * 17))
    watch(tile, [*stream(-1.2, count=5), *stream(-0.5, start=5, count=6)])
    assert tile.verdict.reason is Reason.UNDECIDED
    assert labels(tile, stream(-1.2, start=11, count=34)) == [UNDECIDED] * 30 + [REAL] * 4


def test_before_the_test_at_the_start_has_ended_nobody_is_like_swapped_people() -> None:
    tile = Tile(Policy(memory_s=0.1), among(*[-0.8] * 3, *[1.0] * 17))
    assert labels(tile, [*stream(-0.5, count=4), *stream(-1.2, start=4, count=3)])[-1] is REAL


def test_a_video_need_not_wait() -> None:
    video = [*stream(-1.0, count=3), *stream(-0.2, start=3, count=1), *stream(-2.5, start=4, count=9)]
    assert conclude(video, Policy(), among(*[-1.5] * 2, *[1.0] * 18)).label is REAL


class TestUndecided:
    def test_a_test_without_an_end_is_undecided_after_25_seconds(self) -> None:
        tile = Tile(scorer=INDEPENDENT)
        assert watch(tile, stream(0.0, count=25)).reason is Reason.STARTING
        assert watch(tile, [frame(25, 0.0)]).reason is Reason.UNDECIDED
        assert watch(tile, stream(1.0, start=26, count=7)).label is Label.LIKELY_FAKE

    def test_one_look_a_long_time_ago_is_not_enough(self) -> None:
        assert watch(Tile(), [frame(0, 0.0), frame(40, 0.0)]).reason is Reason.STARTING

    def test_a_glance_away_does_not_withdraw_it_and_a_long_absence_does(self) -> None:
        tile = Tile(scorer=among(*[-2.0] * 20))
        watch(tile, stream(-1.0, count=6))
        assert watch(tile, [unjudged(7, Reason.BLURRED)]).reason is Reason.UNDECIDED
        assert tile.verdict.advice is None
        assert watch(tile, [unjudged(20, Reason.BLURRED)]).reason is Reason.UNDECIDED
        gone = watch(tile, [unjudged(20.1, Reason.BLURRED)])
        assert (gone.reason, gone.advice, gone.confidence) == (Reason.BLURRED, Advice.SHARPER, 0.0)

    def test_it_tells_what_would_help(self) -> None:
        tile = Tile(scorer=among(*[-2.0] * 20))
        verdict = watch(tile, [frame(n, -1.0, face_px=80.0) for n in range(12)])
        assert (verdict.reason, verdict.advice) == (Reason.UNDECIDED, Advice.PIN)

    def test_of_two_people_in_a_tile_it_is_told_of_who_is_not_likely_real(self) -> None:
        scorer = among(*[-1.5] * 2, *[1.0] * 18)
        tile = Tile(scorer=scorer)
        other = (20.0, 80.0, 130.0, 160.0)
        for second, (mine, theirs) in enumerate([(-2.0, -1.0)] * 8):
            pair = (look(mine), look(theirs, box=other))
            verdict = tile.observe(Observation(second, pair, 640, 360))
        assert (verdict.reason, verdict.box, verdict.people) == (Reason.UNDECIDED, other, 2)
        gone = watch(tile, [Observation(8.0 + n, (look(-2.0, box=BOX),), 640, 360) for n in range(8)])
        assert (gone.label, gone.people) == (REAL, 1)


class TestConclusion:
    def test_a_picture_that_swapped_people_look_like_is_undecided(self) -> None:
        assert conclude([frame(0, -1.0)], Policy(), among(*[0.0] * 20)).label is REAL
        verdict = conclude([frame(0, -1.0)], Policy(), among(*[-2.0] * 20))
        assert (verdict.label, verdict.reason) == (UNDECIDED, Reason.UNDECIDED)
        assert verdict.score == pytest.approx(1 / (1 + math.e))

    def test_one_that_looks_fake_is_what_it_was(self) -> None:
        scorer = among(*[-2.0] * 20)
        assert conclude([frame(0, 1.0)], Policy(), scorer).label is Label.LIKELY_FAKE
        assert conclude([frame(0, -0.2)], Policy(), scorer).label is SUSPECT

    def test_a_video_that_passed_the_test_but_not_the_comparison_is_undecided(self) -> None:
        """Whatever its mean: the threshold is for what the tests have not ended on."""
        video = stream(-1.0, count=3) + stream(0.3, start=3, count=14)
        verdict = conclude(video, Policy(), among(*[-2.0] * 20))
        assert (verdict.label, verdict.reason) == (UNDECIDED, Reason.UNDECIDED)

    def test_a_long_video_whose_test_has_no_end_is_judged_by_the_threshold(self) -> None:
        assert conclude(stream(0.1, count=60), Policy(), INDEPENDENT).label is Label.LIKELY_FAKE
        assert conclude(stream(0.0, count=60), Policy(), INDEPENDENT).label is SUSPECT
