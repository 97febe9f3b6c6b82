"""What a detector's scores are worth: AUC, error rates, calibration, with intervals over clips.

Errors follow the person, so frames of one clip are never independent: the
intervals come from drawing whole clips with replacement.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from veritile.odds import logit

Floats = NDArray[np.float64]

DRAWS: Final = 2000
"""Bootstrap samples an interval is made of."""
BINS: Final = 15
"""Of a reliability curve, with the same number of frames each, as far as there are enough."""
LEAST_PER_BIN: Final = 20
"""Frames: the share of fakes among fewer says little."""
RARE: Final = 0.01
"""The false positive rate of `swaps_found_at_rare`."""
LEAST_REAL: Final = 100
"""Real frames: of fewer, one is more than 1 %."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured number with its 95 % interval and what it rests on."""

    value: float
    low: float
    high: float
    clips: int
    frames: int


@dataclass(frozen=True, slots=True)
class Scores:
    """The frames of one set as a detector scored them; all arrays have one entry a frame."""

    log_odds: Floats
    """Calibrated log-odds of fake."""
    fake: NDArray[np.bool_]
    clip: NDArray[np.int64]
    """Number of the clip; in paired sets a clip's real and fake side share it."""
    frame: NDArray[np.int64]
    """Number of the frame in its clip."""

    def __len__(self) -> int:
        return len(self.log_odds)

    def where(self, chosen: NDArray[np.bool_]) -> Scores:
        """Only the chosen frames."""
        return Scores(self.log_odds[chosen], self.fake[chosen], self.clip[chosen], self.frame[chosen])

    def by_clip(self) -> Scores:
        """One entry a clip and side: the mean of its frames' log-odds."""
        keys, inverse = np.unique(2 * self.clip + self.fake, return_inverse=True)
        means = np.bincount(inverse, self.log_odds) / np.bincount(inverse)
        return Scores(means, keys % 2 == 1, keys // 2, np.zeros(len(keys), np.int64))


def auc(log_odds: Floats, fake: NDArray[np.bool_]) -> float:
    """Area under the ROC curve: P(a fake scores above a real one), ties counting half; nan without both."""
    positives, negatives = log_odds[fake], np.sort(log_odds[~fake])
    if not len(positives) or not len(negatives):
        return float("nan")
    below = np.searchsorted(negatives, positives, "left") + np.searchsorted(negatives, positives, "right")
    return float(below.mean() / 2 / len(negatives))


def roc(log_odds: Floats, fake: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """The ROC's corners: false and true positive rates, both rising from 0 to 1; needs both classes."""
    order = np.argsort(-log_odds, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(log_odds[order])), len(order) - 1)  # equal scores fall together
    true = np.cumsum(fake[order])[ends]
    rates = (ends + 1 - true) / np.sum(~fake), true / np.sum(fake)
    return np.append(0.0, rates[0]), np.append(0.0, rates[1])


def equal_error_rate(scores: Scores) -> float:
    """The rate at which as many real frames are called fake as fakes real, between the ROC's corners."""
    if scores.fake.all() or not scores.fake.any():
        return float("nan")
    false, true = roc(scores.log_odds, scores.fake)
    return float(np.interp(0.0, false - (1 - true), false))


def swaps_found_at_rare(scores: Scores) -> float:
    """Share of the fake frames found when 1 % of the real ones at most are called fake.

    nan for fewer than 100 real frames: one of them is then more than 1 %.
    """
    if np.sum(~scores.fake) < LEAST_REAL or not scores.fake.any():
        return float("nan")
    false, true = roc(scores.log_odds, scores.fake)
    return float(true[false <= RARE].max())


@dataclass(frozen=True, slots=True)
class Reliability:
    """What the frames of each bin were given and what they were; one entry a bin, rising."""

    said: Floats
    """Mean probability of fake."""
    was: Floats
    """Share of fakes."""
    frames: NDArray[np.int64]

    @property
    def error(self) -> float:
        """The expected calibration error: mean distance between the two, weighted by frames."""
        return float(np.sum(self.frames * np.abs(self.said - self.was)) / np.sum(self.frames))


def reliability(scores: Scores) -> Reliability:
    """Up to `BINS` bins of equal mass, of `LEAST_PER_BIN` frames or more; equal scores share one."""
    p = 0.5 * (1 + np.tanh(scores.log_odds / 2))
    bins = max(1, min(BINS, len(p) // LEAST_PER_BIN))
    edges = np.quantile(p, np.arange(1, bins) / bins)
    _, at, counts = np.unique(np.searchsorted(edges, p, "right"), return_inverse=True, return_counts=True)
    return Reliability(np.bincount(at, p) / counts, np.bincount(at, scores.fake) / counts, counts)


def calibration_error(scores: Scores) -> float:
    """The expected calibration error of the frames' probabilities; nan without both classes.

    It leans up: few frames a bin miss their probability by chance too.
    """
    if scores.fake.all() or not scores.fake.any():
        return float("nan")
    return reliability(scores).error


def frame_auc(scores: Scores) -> float:
    """AUC over single frames."""
    return auc(scores.log_odds, scores.fake)


def clip_auc(scores: Scores) -> float:
    """AUC over clips, each the mean of its frames' log-odds."""
    return frame_auc(scores.by_clip())


def paired_accuracy(scores: Scores) -> float:
    """Share of frames whose swap scores above the very same frame's original, ties counting half."""
    real, fake = scores.where(~scores.fake), scores.where(scores.fake)
    width = max(int(scores.frame.max(initial=0)) + 1, 1)
    real_keys, fake_keys = (side.clip * width + side.frame for side in (real, fake))
    _, at_real, at_fake = np.intersect1d(real_keys, fake_keys, assume_unique=True, return_indices=True)
    if not len(at_real):
        return float("nan")
    difference = fake.log_odds[at_fake] - real.log_odds[at_real]
    return float(np.mean((np.sign(difference) + 1) / 2))


def clip_order(scores: Scores) -> float:
    """Share of clips whose fake side scores above their real side, ties counting half; nan without such."""
    return paired_accuracy(scores.by_clip())


def frame_correlation(scores: Scores) -> float:
    """Correlation of two real frames of one clip: the share of the scores' variance that lies between people.

    Intraclass correlation, one way, for clips of unequal length (ANOVA estimator);
    nan when no clip has two frames, or there is only one clip. At 1 a second frame says
    nothing new.
    """
    real = scores.where(~scores.fake)
    _, clip, counts = np.unique(real.clip, return_inverse=True, return_counts=True)
    total, groups = len(real), len(counts)
    if groups < 2 or total == groups:
        return float("nan")
    means = np.bincount(clip, real.log_odds) / counts
    within = float(np.sum((real.log_odds - means[clip]) ** 2)) / (total - groups)
    between = float(np.sum(counts * (means - real.log_odds.mean()) ** 2)) / (groups - 1)
    per_clip = (total - float(np.sum(counts**2)) / total) / (groups - 1)
    people = (between - within) / per_clip
    return people / (people + within) if people + within > 0 else float("nan")


def false_alarms(threshold: float) -> Callable[[Scores], float]:
    """Share of the real entries whose score reaches `threshold` (a probability, 0-1)."""
    return lambda scores: _share_above(scores.log_odds[~scores.fake], threshold)


def swaps_found(threshold: float) -> Callable[[Scores], float]:
    """Share of the fake entries whose score reaches `threshold` (a probability, 0-1)."""
    return lambda scores: _share_above(scores.log_odds[scores.fake], threshold)


def _share_above(log_odds: Floats, threshold: float) -> float:
    bound = logit(threshold)
    return float(np.mean(log_odds >= bound)) if len(log_odds) else float("nan")


def measure(
    scores: Scores, statistic: Callable[[Scores], float], *, draws: int = DRAWS, seed: int = 0
) -> Figure:
    """A statistic and its 95 % bootstrap interval over clips.

    Clips are drawn with replacement: together when a clip has both sides
    (paired sets), else within its side, so that both classes stay present.
    A clip that is drawn twice counts as two clips. With fewer than two clips a
    side there is no interval (nan).
    """
    clips = np.unique(scores.clip)
    frames_of = [np.flatnonzero(scores.clip == clip) for clip in clips]
    side = np.array([_side(scores.fake[rows]) for rows in frames_of])
    strata = [np.flatnonzero(side == kind) for kind in np.unique(side)]
    value = statistic(scores)
    if np.isnan(value) or any(len(stratum) < 2 for stratum in strata):
        return Figure(value, float("nan"), float("nan"), len(clips), len(scores))
    rng = np.random.default_rng(seed)
    samples = np.empty(draws)
    for draw in range(draws):
        chosen = np.concatenate([rng.choice(stratum, len(stratum)) for stratum in strata])
        rows = np.concatenate([frames_of[i] for i in chosen])
        renamed = np.repeat(np.arange(len(chosen)), [len(frames_of[i]) for i in chosen])
        samples[draw] = statistic(
            Scores(scores.log_odds[rows], scores.fake[rows], renamed, scores.frame[rows])
        )
    low, high = np.nanpercentile(samples, (2.5, 97.5))
    return Figure(value, float(low), float(high), len(clips), len(scores))


def loss(
    statistic: Callable[[Scores], float], before: Scores, after: Scores, *, draws: int = DRAWS, seed: int = 0
) -> Figure:
    """What a statistic loses from `before` to `after`, which are scores of the same frames in the same order.

    The same clips are drawn for both, so that what is common to them does not widen the interval.
    """
    rows = np.arange(len(before), dtype=np.float64)

    def lost(drawn: Scores) -> float:
        at = drawn.log_odds.astype(np.int64)
        parts = (Scores(side.log_odds[at], drawn.fake, drawn.clip, drawn.frame) for side in (before, after))
        had, has = (statistic(part) for part in parts)
        return had - has

    return measure(Scores(rows, before.fake, before.clip, before.frame), lost, draws=draws, seed=seed)


def _side(fake: NDArray[np.bool_]) -> int:
    """0 for a real clip, 1 for a fake one, 2 for one with both sides."""
    return 2 if fake.any() and not fake.all() else int(fake.any())
