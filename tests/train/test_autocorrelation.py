"""The autocorrelation time of scores, on series whose answer is known."""

from pathlib import Path

import numpy as np
import pytest

from films import write_film
from pictures import empty, person
from tiny_model import write_tiny_model
from veritile.errors import FileUnreadableError
from veritile.frame import FrameAnalyzer
from veritile.train.autocorrelation import ScoredClip, autocorrelation_time, score_video, tau, videos


def series(rng: np.random.Generator, memory: float, length: int) -> np.ndarray:
    """Scores of one clip that keep `memory` of themselves from step to step, about a mean of its own."""
    found = np.empty(length)
    found[0] = rng.normal()
    for at in range(1, length):
        found[at] = memory * found[at - 1] + (1 - memory**2) ** 0.5 * rng.normal()
    return found + rng.normal(0, 3)


@pytest.mark.parametrize("memory", [0.0, 0.5, 0.8, 0.9])
def test_it_is_what_theory_says(memory: float) -> None:
    """For such a series the sum of all correlations is (1 + memory) / (1 - memory) steps."""
    rng = np.random.default_rng(0)
    clips = [series(rng, memory, 4000) for _ in range(8)]
    expected = 0.1 * (1 + memory) / (1 - memory)
    assert autocorrelation_time(clips, 0.1) == pytest.approx(expected, rel=0.15)


def test_short_clips_do_not_hide_it() -> None:
    """A clip's own mean takes a part of its motion along: uncorrected, half of the time would be missing."""
    rng = np.random.default_rng(1)
    found = [autocorrelation_time([series(rng, 0.8, 90) for _ in range(12)], 0.1) for _ in range(20)]
    assert np.median(found) == pytest.approx(0.9, rel=0.25)


def test_frames_without_a_score_are_gaps_in_time() -> None:
    rng = np.random.default_rng(2)
    clips = [series(rng, 0.8, 4000) for _ in range(8)]
    for clip in clips:
        clip[rng.random(len(clip)) < 0.3] = np.nan
    assert autocorrelation_time(clips, 0.1) == pytest.approx(0.9, rel=0.2)


def test_the_figure_of_some_clips_has_an_interval_over_them() -> None:
    rng = np.random.default_rng(3)
    clips = [ScoredClip(str(n), series(rng, 0.8, 500)) for n in range(10)]
    figure = tau(clips, draws=200)
    assert figure.low < 0.9 < figure.high
    assert figure.low <= figure.value <= figure.high
    assert (figure.clips, figure.frames) == (10, 5000)


def test_what_does_not_vary_or_is_too_short_has_none() -> None:
    assert np.isnan(autocorrelation_time([np.zeros(100)], 0.1))
    assert np.isnan(autocorrelation_time([np.arange(10.0)], 0.1))
    assert np.isnan(autocorrelation_time([np.full(100, np.nan)], 0.1))
    assert np.isnan(tau([], draws=100).value)


def test_a_video_is_scored_at_equal_steps_by_every_model(tmp_path: Path) -> None:
    """Every second frame of two seconds at 20 a second is looked at; nobody is in the last of them."""
    shown = [person(face_px=150)] * 30 + [empty()] * 10
    film = write_film(tmp_path / "call.mp4", shown, fps=20)
    analyzers = [FrameAnalyzer.load(write_tiny_model(tmp_path)) for _ in range(2)]
    one, other = score_video(film, analyzers, rate=10)
    assert one.name == "call"
    assert np.isnan(one.log_odds).tolist() == [False] * 15 + [True] * 5
    assert np.array_equal(one.log_odds, other.log_odds, equal_nan=True)


def test_a_folder_of_videos_is_found_or_refused(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadableError, match="cannot be read"):
        videos(tmp_path / "nowhere")
    with pytest.raises(FileUnreadableError, match="no video"):
        videos(tmp_path)
    film = write_film(tmp_path / "b.mp4", [empty()] * 3)
    (tmp_path / "notes.txt").write_text("no video")
    assert videos(tmp_path) == [film]
