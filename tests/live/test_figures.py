"""Figures of calls whose every verdict is known."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from veritile.decision import Pose, Size
from veritile.live.call import Call, Shown
from veritile.live.figures import Figures, binomial_upper, false_alarms, figures, poisson_upper, quantile
from veritile.native.basis import Basis, Part
from veritile.native.messages import Item, Timing
from veritile.vocabulary import Label, Reason, Sensitivity

NEVER = math.inf


def said(s: float, label: Label, reason: Reason | None = None, *parts: tuple[Pose, Size, int]) -> Shown:
    """What was shown at `s` seconds."""
    basis = Basis(
        frames=9,
        seconds=1.0,
        quality=1.0,
        parts=tuple(
            Part(pose=pose, size=size, frames=frames, weight=1.0, score=0.5) for pose, size, frames in parts
        ),
    )
    item = Item(
        participant="anna",
        captured_at=0,
        label=label,
        reason=reason or UNSET,
        score=0.5,
        confidence=0.5,
        evidence=0.0,
        basis=basis,
        people=1,
        quality=1.0,
        faces=(),
        next_sample_ms=1000,
        dropped=False,
        timing=Timing(queue_ms=0.0, decode_ms=0.0, detect_ms=0.0, score_ms=0.0),
    )
    return Shown(s, item)


def call(
    *shown: Shown, swap_s: float = NEVER, seconds: float = 60.0, preset: Sensitivity = Sensitivity.BALANCED
) -> Call:
    return Call("anna", preset, swap_s, seconds, shown, cpu_s=0.5)


START = said(0.0, Label.INCONCLUSIVE, Reason.STARTING)


def of(*calls: Call) -> Figures:
    return next(figures(calls))


def test_times_are_counted_from_the_start_and_from_the_swap() -> None:
    real = call(START, said(4.0, Label.LIKELY_REAL))
    swapped = call(
        START,
        said(2.0, Label.LIKELY_REAL),
        said(40.0, Label.SUSPECT),
        said(50.0, Label.LIKELY_FAKE),
        swap_s=30.0,
    )
    missed = call(START, swap_s=0.0)
    found = of(real, swapped, missed)
    assert (found.calls, found.minutes, found.swapped, found.real) == (3, 3.0, 2, 2)
    assert (found.first_label_p50, found.first_label_p90, found.never_labelled) == (4.0, None, 1)
    assert (found.detect_p50, found.detect_p90, found.missed) == (20.0, None, 1)
    assert found.at_least_suspect == 1
    assert found.real_minutes == 1.5
    assert found.cpu_s_per_minute == pytest.approx(0.5)


def test_alarm_counts_once_however_long_it_stays() -> None:
    shown = [
        said(float(s), label)
        for s, label in enumerate([Label.LIKELY_FAKE, Label.LIKELY_FAKE, Label.SUSPECT] * 2)
    ]
    assert false_alarms(call(*shown)) == 2
    assert false_alarms(call(*shown, swap_s=3.0)) == 1
    assert false_alarms(call(*shown, swap_s=0.0)) == 0


def test_false_alarm_that_goes_on_finds_no_swap() -> None:
    early, late = said(1.0, Label.LIKELY_FAKE), said(31.0, Label.LIKELY_FAKE)
    assert of(call(START, early, late, swap_s=30.0)).missed == 1
    calmed = said(20.0, Label.LIKELY_REAL)
    found = of(call(START, early, calmed, late, swap_s=30.0))
    assert (found.missed, found.at_least_suspect, found.detect_p50) == (0, 1, 1.0)


def test_false_alarms_come_with_bounds() -> None:
    found = of(call(said(0.0, Label.LIKELY_FAKE), seconds=1800.0), *[call(START, seconds=1800.0)] * 3)
    assert (found.false_alarms, found.falsely_alarmed, found.real) == (1, 1, 4)
    assert found.alarms_per_hour == 0.5
    assert found.alarms_upper == pytest.approx(4.744 / 2, abs=0.001)
    assert found.alarmed_share_upper == pytest.approx(0.7514, abs=0.001)


def test_nobody_real_has_no_rate() -> None:
    found = of(call(START, swap_s=0.0))
    assert (found.alarms_per_hour, found.alarms_upper, found.alarmed_share_upper) == (None, None, None)


def test_a_verdict_is_shown_until_the_next() -> None:
    one = call(START, said(6.0, Label.LIKELY_REAL), said(45.0, Label.INCONCLUSIVE, Reason.NO_FACE))
    found = of(one, call(said(0.0, Label.LIKELY_REAL)))
    assert found.inconclusive == pytest.approx({Reason.NO_FACE: 15 / 120, Reason.STARTING: 6 / 120})
    assert (found.looks, found.looks_share) == (4, pytest.approx(4 / 3600))


def test_likely_real_is_counted_apart_for_real_and_swapped_people() -> None:
    """Of real people before the swap, of swapped ones from then on, by people and by time."""
    real = call(START, said(15.0, Label.LIKELY_REAL))
    taken_in = call(START, said(10.0, Label.LIKELY_REAL), said(45.0, Label.SUSPECT), swap_s=30.0)
    noticed = call(START, said(1.0, Label.LIKELY_REAL), said(30.0, Label.SUSPECT), swap_s=30.0)
    found = of(real, taken_in, noticed)
    assert (found.real_real, found.real) == (3, 3)
    assert found.real_real_share == pytest.approx((45 + 20 + 29) / 120)
    assert (found.swapped_real, found.swapped) == (1, 2)
    assert found.swapped_real_share == pytest.approx(15 / 60)
    nobody = of(call(START, swap_s=0.0))
    assert (nobody.real_real, nobody.real_real_share, nobody.swapped_real_share) == (0, None, 0.0)
    assert of(call(START)).swapped_real_share is None


def test_to_be_told_that_there_is_no_label_is_an_answer_too() -> None:
    undecided = call(START, said(30.0, Label.INCONCLUSIVE, Reason.UNDECIDED))
    real = call(START, said(4.0, Label.LIKELY_REAL))
    found = of(undecided, real)
    assert (found.first_answer_p50, found.first_answer_p90) == (4.0, 30.0)
    assert (found.first_label_p90, found.never_labelled) == (None, 1)
    assert of(call(START)).first_answer_p50 is None


def test_groups_are_by_what_most_looks_were_of() -> None:
    turned = said(
        1.0,
        Label.LIKELY_REAL,
        None,
        (Pose.TURNED, Size.SMALL, 3),
        (Pose.FRONTAL, Size.LARGE, 4),
        (Pose.TURNED, Size.SMALL, 2),
    )
    found = list(figures([call(START, turned), call(START)]))
    assert [(each.group, each.calls) for each in found] == [("all", 2), ("<100", 1), ("turned", 1)]


def test_presets_are_apart() -> None:
    found = list(figures([call(START), call(START, preset=Sensitivity.SENSITIVE)]))
    assert [each.preset for each in found] == [Sensitivity.SENSITIVE, Sensitivity.BALANCED]


@pytest.mark.parametrize(
    ("times", "share", "value"),
    [
        ([], 0.5, None),
        ([3.0], 0.9, 3.0),
        ([1.0, 2.0, 3.0, 4.0], 0.5, 2.0),
        ([1.0, NEVER], 0.5, 1.0),
        ([1.0, NEVER], 0.9, None),
    ],
)
def test_never_is_later_than_any_time(times: list[float], share: float, value: float | None) -> None:
    assert quantile(times, share) == value


@given(events=st.integers(0, 60))
def test_poissons_bound_is_where_so_few_have_a_chance_of_5_per_cent(events: int) -> None:
    mean = poisson_upper(events)
    chance = sum(math.exp(-mean) * mean**k / math.factorial(k) for k in range(events + 1))
    assert chance == pytest.approx(0.05)


@given(trials=st.integers(1, 60), data=st.data())
def test_binomial_bound_is_where_so_few_have_a_chance_of_5_per_cent(trials: int, data: st.DataObject) -> None:
    events = data.draw(st.integers(0, trials))
    share = binomial_upper(events, trials)
    if events == trials:
        assert share == 1.0
    else:
        chance = sum(math.comb(trials, k) * share**k * (1 - share) ** (trials - k) for k in range(events + 1))
        assert chance == pytest.approx(0.05)
