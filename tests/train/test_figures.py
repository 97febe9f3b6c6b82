"""The statistics behind every printed figure, on scores whose answer is known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from veritile.train.figures import (
    Scores,
    auc,
    calibration_error,
    clip_auc,
    clip_order,
    equal_error_rate,
    false_alarms,
    frame_auc,
    frame_correlation,
    loss,
    measure,
    paired_accuracy,
    reliability,
    roc,
    swaps_found,
    swaps_found_at_rare,
)


def scores(*frames: tuple[float, bool, int, int]) -> Scores:
    """From (log-odds, fake, clip, frame)."""
    log_odds, fake, clip, frame = zip(*frames, strict=True)
    return Scores(np.array(log_odds, float), np.array(fake, bool), np.array(clip), np.array(frame))


def calls(rng: np.random.Generator, *, clips: int, frames: int, gap: float, person: float) -> Scores:
    """Paired calls: each person has a bias of their own, and a swap adds `gap`."""
    rows = []
    for clip in range(clips):
        bias = rng.normal(0, person)
        for frame in range(frames):
            rows += [(bias + fake * gap + rng.normal(0, 0.1), bool(fake), clip, frame) for fake in (0, 1)]
    return scores(*rows)


few = st.lists(st.tuples(st.integers(-3, 3), st.booleans()), min_size=1, max_size=30)


@given(few)
def test_auc_is_the_chance_that_a_fake_scores_above_a_real_one(frames: list[tuple[int, bool]]) -> None:
    wins = [(f > r) + (f == r) / 2 for f, is_fake in frames for r, also in frames if is_fake and not also]
    log_odds, fake = (np.array(column) for column in zip(*frames, strict=True))
    found = auc(log_odds.astype(float), fake)
    assert found == pytest.approx(np.mean(wins)) if wins else np.isnan(found)


@given(few, st.floats(0.1, 10), st.floats(-5, 5))
def test_auc_does_not_depend_on_calibration(frames: list[tuple[int, bool]], a: float, b: float) -> None:
    log_odds, fake = (np.array(column) for column in zip(*frames, strict=True))
    assert auc(a * log_odds + b, fake) == pytest.approx(auc(log_odds.astype(float), fake), nan_ok=True)


def test_a_clip_is_the_mean_of_its_frames() -> None:
    """Frame by frame the fake loses twice of three times; its clip wins."""
    given_scores = scores(
        *((0.0, False, 1, frame) for frame in range(3)),
        *((log_odds, True, 2, frame) for frame, log_odds in enumerate((-1.0, -1.0, 5.0))),
    )
    assert frame_auc(given_scores) == pytest.approx(1 / 3)
    assert clip_auc(given_scores) == 1.0


def test_both_sides_of_a_call_are_two_clips() -> None:
    by_clip = scores((0, False, 1, 0), (2, False, 1, 1), (3, True, 1, 0), (5, True, 1, 1)).by_clip()
    assert by_clip.log_odds.tolist() == [1.0, 4.0]
    assert by_clip.fake.tolist() == [False, True]


def test_a_pair_is_the_same_frame_of_the_same_clip() -> None:
    """Every swap scores above its own original, though below other people's originals."""
    assert (
        paired_accuracy(scores((0, False, 1, 7), (1, True, 1, 7), (5, False, 2, 7), (6, True, 2, 7))) == 1.0
    )
    assert paired_accuracy(scores((0, False, 1, 7), (0, True, 1, 7))) == 0.5
    assert np.isnan(paired_accuracy(scores((0, False, 1, 7), (1, True, 1, 8), (1, True, 2, 7))))


@pytest.mark.parametrize(("person", "expected"), [(0.0, 0.0), (0.1, 0.5), (0.3, 0.9)])
def test_correlation_is_the_share_of_variance_that_lies_between_people(
    person: float, expected: float
) -> None:
    """A frame's own noise has a standard deviation of 0.1 in these calls."""
    many = calls(np.random.default_rng(0), clips=600, frames=4, gap=1, person=person)
    uneven = many.where(np.random.default_rng(1).random(len(many)) < 0.7)
    for given_scores in (many, uneven):
        assert frame_correlation(given_scores) == pytest.approx(expected, abs=0.06)


def test_correlation_needs_two_frames_of_a_clip_and_two_clips() -> None:
    assert np.isnan(frame_correlation(scores((0, False, 1, 0), (1, False, 2, 0))))
    assert np.isnan(frame_correlation(scores((0, False, 1, 0), (1, False, 1, 1))))


def test_a_false_alarm_is_a_real_frame_at_or_above_the_threshold() -> None:
    at = float(np.log(0.52 / 0.48))
    alarms = false_alarms(0.52)
    assert alarms(scores((at, False, 1, 0), (at - 1e-9, False, 1, 1), (9, True, 2, 0))) == 0.5
    assert np.isnan(alarms(scores((9, True, 2, 0))))


def test_a_swap_is_found_at_or_above_the_threshold() -> None:
    at = float(np.log(0.52 / 0.48))
    found = swaps_found(0.52)
    assert found(scores((at, True, 1, 0), (at - 1e-9, True, 1, 1), (9, False, 2, 0))) == 0.5
    assert np.isnan(found(scores((9, False, 2, 0))))


def test_more_frames_of_the_same_people_do_not_narrow_the_interval() -> None:
    """Errors follow the person: 100 frames of one clip are not 100 observations."""
    few = measure(
        calls(np.random.default_rng(1), clips=10, frames=2, gap=0.5, person=1), frame_auc, draws=500
    )
    many = measure(
        calls(np.random.default_rng(1), clips=10, frames=100, gap=0.5, person=1), frame_auc, draws=500
    )
    assert many.frames == 50 * few.frames
    assert many.high - many.low > 0.5 * (few.high - few.low)


def test_more_people_do() -> None:
    few = measure(
        calls(np.random.default_rng(1), clips=10, frames=3, gap=0.5, person=1), frame_auc, draws=500
    )
    many = measure(
        calls(np.random.default_rng(1), clips=160, frames=3, gap=0.5, person=1), frame_auc, draws=500
    )
    assert many.high - many.low < 0.5 * (few.high - few.low)


@pytest.mark.parametrize("trial", range(3))
def test_the_interval_covers_the_truth_about_as_often_as_it_says(trial: int) -> None:
    """The paired accuracy of these calls is known; 95 % intervals should miss it in about 5 % of 60 tries."""
    truth, missed = 0.7, 0
    rng = np.random.default_rng(trial)
    for _ in range(60):
        rows = []
        for clip in range(40):
            won = rng.random() < truth  # a clip's swap is seen or not, in all of its frames
            rows += [(float(fake == won), bool(fake), clip, frame) for fake in (0, 1) for frame in range(2)]
        figure = measure(scores(*rows), paired_accuracy, draws=300)
        missed += not figure.low <= truth <= figure.high
    assert missed <= 12


def test_one_clip_has_no_interval() -> None:
    figure = measure(scores((0, False, 1, 0), (1, False, 1, 1)), false_alarms(0.52))
    assert np.isnan(figure.low)
    assert np.isnan(figure.high)
    assert (figure.clips, figure.frames) == (1, 2)


@given(few)
@settings(max_examples=50, deadline=None)
def test_intervals_hold_the_value_and_stay_in_range(frames: list[tuple[int, bool]]) -> None:
    given_scores = scores(*((s, fake, number // 2, number) for number, (s, fake) in enumerate(frames)))
    figure = measure(given_scores, false_alarms(0.52), draws=100)
    if not np.isnan(figure.low):
        assert 0 <= figure.low <= figure.high <= 1


@given(few)
def test_the_area_under_the_roc_is_the_auc(frames: list[tuple[int, bool]]) -> None:
    log_odds, fake = (np.array(column) for column in zip(*frames, strict=True))
    if fake.all() or not fake.any():
        return
    false, true = roc(log_odds.astype(float), fake)
    assert (np.diff(false) >= 0).all()
    assert (np.diff(true) >= 0).all()
    assert (false[0], true[0], false[-1], true[-1]) == (0, 0, 1, 1)
    assert np.trapezoid(true, false) == pytest.approx(auc(log_odds.astype(float), fake))


def sides(real: list[float], fake: list[float]) -> Scores:
    rows = [(value, False, at, 0) for at, value in enumerate(real)]
    return scores(*rows, *((value, True, len(real) + at, 0) for at, value in enumerate(fake)))


def test_at_the_equal_error_rate_both_errors_are_as_frequent() -> None:
    assert equal_error_rate(sides([0, 1], [2, 3])) == 0.0
    assert equal_error_rate(sides([2, 3], [0, 1])) == 1.0
    assert equal_error_rate(sides([0, 0], [0, 0])) == 0.5
    assert equal_error_rate(sides([0, 1, 2, 5], [3, 4, 6, 1.5])) == 0.25
    assert np.isnan(equal_error_rate(sides([0], [])))


def test_swaps_found_at_one_per_cent_false_alarms() -> None:
    """Of 200 real frames two may be called fake: those at 10 and 11, so that a fake must be above 5."""
    real = [*np.linspace(-5, 5, 198), 10.0, 11.0]
    assert swaps_found_at_rare(sides(real, [4.9, 5.1, 10.5, 12.0])) == 0.75
    assert np.isnan(swaps_found_at_rare(sides(real[:99], [1.0])))


def test_probabilities_that_come_true_have_no_calibration_error() -> None:
    rng = np.random.default_rng(0)
    p = rng.uniform(0.02, 0.98, 40_000)
    log_odds, fake = np.log(p / (1 - p)), rng.random(len(p)) < p
    at = np.arange(len(p))
    assert calibration_error(Scores(log_odds, fake, at, at)) < 0.015
    doubled = calibration_error(Scores(2 * log_odds, fake, at, at))  # too sure of itself
    expected = np.mean(np.abs(1 / (1 + np.exp(-2 * log_odds)) - p))
    assert doubled == pytest.approx(expected, abs=0.01)


def test_bins_hold_the_same_number_of_frames_and_enough_of_them() -> None:
    rng = np.random.default_rng(0)
    many = sides(list(rng.normal(0, 1, 300)), list(rng.normal(1, 1, 300)))
    assert reliability(many).frames.tolist() == [40] * 15
    few_frames = sides(list(rng.normal(0, 1, 50)), list(rng.normal(1, 1, 50)))
    assert reliability(few_frames).frames.tolist() == [20] * 5


def test_equal_scores_share_a_bin() -> None:
    """A detector that always says 0.5 is calibrated where half are fake, in whatever order they come."""
    assert calibration_error(sides([0.0] * 100, [0.0] * 100)) == 0.0


def test_the_order_of_a_clip_is_that_of_its_means() -> None:
    given_scores = scores(
        *((value, False, 1, at) for at, value in enumerate((0.0, 0.0, 9.0))),
        *((value, True, 1, at) for at, value in enumerate((1.0, 1.0, 1.0))),
        (0.0, False, 2, 0),
        (1.0, True, 2, 0),
    )
    assert clip_order(given_scores) == 0.5
    assert paired_accuracy(given_scores) == 0.75


def test_a_loss_is_the_difference_and_its_interval_is_paired() -> None:
    """Every clip loses the same: how much clips differ from each other must not widen the interval."""
    rng = np.random.default_rng(0)
    before = calls(rng, clips=12, frames=4, gap=0.4, person=1.0)
    same = loss(frame_auc, before, before, draws=200)
    assert (same.value, same.low, same.high) == (0, 0, 0)
    shuffled = Scores(rng.normal(0, 1, len(before)), before.fake, before.clip, before.frame)
    lost = loss(paired_accuracy, before, shuffled, draws=200)
    assert lost.value == pytest.approx(paired_accuracy(before) - paired_accuracy(shuffled))
    assert lost.low < lost.value < lost.high
    fainter = Scores(before.log_odds - 0.02 * before.fake, before.fake, before.clip, before.frame)
    paired = loss(frame_auc, before, fainter, draws=200)
    alone = measure(before, frame_auc, draws=200)
    assert paired.high - paired.low < 0.2 * (alone.high - alone.low)
