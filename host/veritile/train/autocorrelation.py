"""For how long frames of one video repeat each other: the autocorrelation time of a detector's score.

The product weighs a frame by the time since the last one, as a share of tau:
n frames that span T seconds are worth about T / tau independent looks at the
same person. (What separates people from each other is not in it: that is the
correlation of frames, `veritile.train.figures.frame_correlation`.)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from veritile.errors import FileUnreadableError
from veritile.frame import FrameAnalyzer
from veritile.train.figures import Figure
from veritile.video import Kind, file_kind, sample_frames
from veritile.video.kind import SUFFIXES

Floats = NDArray[np.float64]

RATE: Final = 10.0
"""Frames a second that are scored."""
LEAST_FRAMES: Final = 20
"""With a score: of a shorter clip nothing can be said."""
_WINDOW: Final = 3.0
"""Lags are summed up to so many tau (Sokal's rule): beyond them there is only noise."""
_ROUNDS: Final = 30
MOST_SHARE: Final = 0.2
"""Of the clips' length: a longer time cannot be told from their own means and is a lower bound."""


@dataclass(frozen=True, slots=True)
class ScoredClip:
    """The scores of one video at equal steps of time."""

    name: str
    log_odds: Floats
    """nan where the frame had no usable face."""


def videos(folder: Path) -> list[Path]:
    """The video files in a folder, sorted.

    Raises:
        FileUnreadableError: the folder cannot be read, or holds none.
    """
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    except OSError as error:
        raise FileUnreadableError(f"{folder} cannot be read: name a folder of video files.") from error
    found = [path for path in found if file_kind(path) is Kind.VIDEO]
    if not found:
        raise FileUnreadableError(f"{folder} holds no video: name a folder of MP4 or WebM files.")
    return found


def score_video(path: Path, analyzers: Sequence[FrameAnalyzer], rate: float = RATE) -> list[ScoredClip]:
    """The product's scores of one video at `rate` frames a second, one clip an analyzer.

    Raises ImageError (see `veritile.video.sample_frames`).
    """
    taken: list[list[float]] = [[] for _ in analyzers]
    for frame in sample_frames(path, rate=rate):
        for values, analyzer in zip(taken, analyzers, strict=True):
            log_odds = analyzer.analyze_rgb(frame.rgb).log_odds
            values.append(float("nan") if log_odds is None else log_odds)
    return [ScoredClip(path.stem, np.array(values, dtype=np.float64)) for values in taken]


def autocorrelation_time(clips: Sequence[Floats], step: float) -> float:
    """Integrated autocorrelation time in seconds: step * (1 + 2 * the sum of the autocorrelations).

    Each clip's own mean is taken off; the covariances of all clips at one lag are
    averaged. Clips should last many tau: of a few, the answer is too small.

    Args:
        clips: log-odds at equal steps, nan for none; those of under `LEAST_FRAMES` scores are left out.
        step: seconds between two entries.

    Returns:
        Seconds, at least `step` for scores that do not alternate; nan when no clip varies.
    """
    usable = [clip for clip in clips if np.sum(~np.isnan(clip)) >= LEAST_FRAMES]
    centred = [clip - np.nanmean(clip) for clip in usable]
    if not centred or _covariance(centred, 0) <= 1e-12:
        return float("nan")
    covariances = np.array([_covariance(centred, lag) for lag in range(max(map(len, centred)) // 2)])
    length = float(np.mean([len(clip) for clip in centred]))
    # Taking off a clip's own mean hides that mean's variance, tau / length of the whole: put it back, until
    # the two agree.
    found = 1.0
    for _ in range(_ROUNDS):
        share = min(found / length, MOST_SHARE)
        hidden = covariances[0] * share / (1 - share)
        found = _sum(covariances + hidden)
    return float(found * step)


def _sum(covariances: Floats) -> float:
    """1 + 2 * the sum of the autocorrelations, up to `_WINDOW` times itself."""
    tau = 1.0
    for lag, covariance in enumerate(covariances[1:], 1):
        tau += 2 * covariance / covariances[0]
        if lag >= _WINDOW * tau:
            break
    return float(max(tau, 0.0))


def _covariance(clips: Sequence[Floats], lag: int) -> float:
    """Mean product of entries `lag` steps apart, over all clips."""
    products = [clip[: len(clip) - lag] * clip[lag:] for clip in clips if len(clip) > lag]
    joined = np.concatenate(products) if products else np.empty(0)
    joined = joined[~np.isnan(joined)]
    return float(joined.mean()) if len(joined) else 0.0


def tau(clips: Sequence[ScoredClip], *, draws: int, rate: float = RATE, seed: int = 0) -> Figure:
    """The autocorrelation time of clips together, in seconds, with its 95 % bootstrap interval over clips."""
    series = [clip.log_odds for clip in clips if np.sum(~np.isnan(clip.log_odds)) >= LEAST_FRAMES]
    return _interval(series, lambda some: autocorrelation_time(some, 1 / rate), draws, seed)


def _interval(
    series: Sequence[Floats], statistic: Callable[[Sequence[Floats]], float], draws: int, seed: int
) -> Figure:
    frames = sum(int(np.sum(~np.isnan(clip))) for clip in series)
    value = statistic(series)
    if np.isnan(value) or len(series) < 2:
        return Figure(value, float("nan"), float("nan"), len(series), frames)
    rng = np.random.default_rng(seed)
    samples = [
        statistic([series[i] for i in rng.integers(len(series), size=len(series))]) for _ in range(draws)
    ]
    low, high = np.nanpercentile(samples, (2.5, 97.5))
    return Figure(value, float(low), float(high), len(series), frames)
