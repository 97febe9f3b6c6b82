"""What the decision promises of one face: patience before a label, steadiness after."""

from __future__ import annotations

import math
from dataclasses import fields

import pytest

from decision.streams import (
    INDEPENDENT,
    frame,
    labels,
    look,
    stream,
    watch,
)
from veritile.decision import Basis, Observation, Policy, Reference, Scorer, Tile
from veritile.vocabulary import Label, Reason

REAL, SUSPECT, FAKE, UNDECIDED = Label.LIKELY_REAL, Label.SUSPECT, Label.LIKELY_FAKE, Label.INCONCLUSIVE


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


def test_a_new_policy_takes_effect_at_once_on_what_is_known() -> None:
    tile = Tile(Policy.for_sensitivity("sensitive"), INDEPENDENT)
    assert watch(tile, stream(1.0, count=5)).label is FAKE
    tile.policy = Policy.for_sensitivity("conservative")
    assert tile.verdict.label is UNDECIDED
    tile.policy = Policy.for_sensitivity("sensitive")
    assert tile.verdict.label is FAKE
