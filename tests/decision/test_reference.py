"""The comparison with real people: what it lets through, and which budgets so many people support."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decision.streams import INDEPENDENT, PATIENT, frame, labels, stream, watch
from veritile.decision import Policy, Reference, Scorer, Size, Tile
from veritile.vocabulary import Label

MEANS = st.lists(st.floats(-3, 3), min_size=1, max_size=50)


@PATIENT
@given(MEANS)
def test_a_new_real_person_is_below_a_level_no_more_often_than_it_says(means: list[float]) -> None:
    """Of n + 1 people any is equally likely the new one: at most a share of a has p <= a."""
    n = len(means)
    found = [
        Reference.of({"<100": [*means[:i], *means[i + 1 :], 9.0][: n - 1] or [9.0]}).p(mean, None)
        for i, mean in enumerate(means)
    ]
    if n > 1:
        for level in found:
            assert Fraction(sum(p <= level for p in found), n) <= Fraction(level).limit_denominator(1000)


def test_p_counts_those_who_look_as_fake_or_more_so() -> None:
    people = Reference.of({"100-200": [0.5, -1.0, 0.0, 1.0]})
    assert [people.p(mean, None) for mean in (-2.0, -1.0, 0.1, 1.0, 1.1)] == [1.0, 1.0, 0.6, 0.4, 0.2]


def test_people_of_like_size_are_compared_with_where_they_are_enough() -> None:
    people = Reference.of({"<100": [1.0] * 133, "100-200": [2.0] * 132, ">=200": []})
    assert people.p(1.5, Size.SMALL) == pytest.approx(1 / 134)
    everybody = pytest.approx(133 / 266)
    assert people.p(1.5, Size.MEDIUM) == people.p(1.5, Size.LARGE) == people.p(1.5, None) == everybody


def test_levels_follow_the_budget_as_far_as_the_people_go() -> None:
    people = Reference.of({"<100": range(49)})
    levels = [people.level(budget, None) for budget in (10, 1, 0.1, 0.01)]
    assert levels == pytest.approx([0.2, 0.2, 0.075, 0.02])
    assert people.smallest_budget == pytest.approx(0.02 / 0.75)
    assert people.level(people.smallest_budget, None) == pytest.approx(0.02)
    # Small faces are compared with 199 people, large ones with 798, those between with everybody.
    assert Reference.of({"<100": range(199), ">=200": range(798)}).smallest_budget == pytest.approx(
        0.005 / 0.75
    )
    assert Reference.of({"<100": range(132), ">=200": range(866)}).smallest_budget == pytest.approx(
        1 / 867 / 0.75
    )


@pytest.mark.parametrize(
    "means", [{}, {"<100": []}, {"<100": [math.nan]}, {"<100": [math.inf]}, {"small": [1.0]}]
)
def test_what_is_no_reference_is_refused(means: dict[str, list[float]]) -> None:
    with pytest.raises(ValueError, match=r"reference|small"):
        Reference.of(means)


@pytest.mark.parametrize("mean", [math.nan, math.inf])
def test_swapped_people_are_finite_numbers(mean: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        Reference.of({"<100": [0.0]}, [mean])


@pytest.mark.parametrize("tau", [0.0, -1.0, math.nan, math.inf])
def test_a_time_that_is_none_is_refused(tau: float) -> None:
    with pytest.raises(ValueError, match="tau_s"):
        Scorer(tau_s=tau)


def scorer(*means: float) -> Scorer:
    return Scorer(0.05, Reference.of({"100-200": means}))


def test_evidence_alone_is_no_alarm_where_real_people_look_like_that_too() -> None:
    """p is 3 / 11; ten people support no level below 1 / 11."""
    tile = Tile(scorer=scorer(*[-1.0] * 8, 2.0, 2.0))
    verdict = watch(tile, stream(1.0))
    assert (verdict.label, verdict.p) == (Label.SUSPECT, pytest.approx(3 / 11))
    assert verdict.confidence == pytest.approx(1 / 3)
    too_few = watch(Tile(scorer=scorer(*[-1.0] * 3)), stream(1.0))
    assert (too_few.label, too_few.p) == (Label.SUSPECT, 0.25)  # beyond every level
    verdict = watch(Tile(scorer=scorer(*[-1.0] * 10)), stream(1.0))
    assert (verdict.label, verdict.p, verdict.confidence) == (Label.LIKELY_FAKE, pytest.approx(1 / 11), 1.0)


def test_p_is_of_the_time_since_the_evidence_last_spoke_for_real() -> None:
    """An hour of calm before does not make the excursion look like anybody's ordinary mean."""
    tile = Tile(scorer=scorer(*[0.0] * 50))
    assert watch(tile, stream(-1.0, count=720)).p is None
    assert watch(tile, stream(1.0, start=720, count=11)).label is Label.LIKELY_FAKE
    assert tile.verdict.p == pytest.approx(1 / 51)


def test_a_short_excursion_must_look_more_fake_than_a_long_one() -> None:
    """Two looks of no opinion are added: 2.75 n / (n + 2) passes 2.4 at the fourteenth look."""
    tile = Tile(Policy(min_frames=1), scorer(*[2.4] * 50))
    p = [tile.observe(seen).p for seen in stream(9.0, count=15)]
    assert p == [1.0] * 13 + [pytest.approx(1 / 51)] * 2


def test_the_comparison_is_with_people_seen_at_the_size_of_most_looks() -> None:
    reference = Reference.of({"<100": [2.0] * 133, ">=200": [-2.0] * 133})
    for sizes, label in (((220, 220, 80), Label.LIKELY_FAKE), ((220, 80, 80), Label.SUSPECT)):
        tile = Tile(scorer=Scorer(0.05, reference))
        looks = [frame(n, 1.0, face_px=float(sizes[n % 3])) for n in range(12)]
        assert watch(tile, looks).label is label


def test_an_alarm_that_real_people_stop_bearing_out_goes_back_to_suspect() -> None:
    """Entered at a level of 0.075, left above twice that."""
    tile = Tile(Policy(), scorer(*[-1.0] * 14, 0.25, 0.55, 0.75))
    watch(tile, stream(1.0, count=8))
    assert tile.verdict.label is Label.LIKELY_FAKE
    found = labels(tile, stream(0.0, start=8, count=80))
    change = found.index(Label.SUSPECT)
    assert set(found[:change]) == {Label.LIKELY_FAKE}
    # 8 / (n + 2) is below 0.55 from n = 13 on; then 2 + 1 of 18 look as fake: 0.17.
    assert 8 + change + 1 == 13
    assert set(found[change:]) == {Label.SUSPECT}


def test_without_real_people_evidence_alone_decides() -> None:
    verdict = watch(Tile(scorer=INDEPENDENT), stream(1.0, count=7))
    assert (verdict.label, verdict.p) == (Label.LIKELY_FAKE, None)
