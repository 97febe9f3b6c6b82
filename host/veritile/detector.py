"""Veritile for Python programs.

::

    from veritile import Detector

    detector = Detector()
    detector.analyze_image("face.jpg").score      # P(fake), or None with a .reason
    detector.analyze_video("call.mp4").verdict    # label, score, confidence, reason
    person = detector.track()                     # one tile of a call, live
    verdict = person.observe(rgb_frame)           # label, and how soon to look again
    verdict.basis.frames, verdict.advice          # what it rests on, and what would help

One picture is weak evidence: errors follow the person and the camera, so a
score near the threshold, and any score of a single picture, calls for more looks.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from veritile.decision import Policy, Tile, Verdict
from veritile.decision.conclusion import conclude
from veritile.errors import FileUnreadableError, UnsupportedFormatError
from veritile.frame.card import DEFAULT_MODEL
from veritile.frame.decode import PHOTO
from veritile.frame.pipeline import FrameAnalyzer, FrameResult, ModelInfo
from veritile.looks import observation
from veritile.scorer import read_scorer
from veritile.video import Kind, file_kind, sample_frames
from veritile.vocabulary import Sensitivity

Image = str | os.PathLike[str] | bytes | NDArray[np.uint8]
"""A path, an encoded JPEG or WebP picture, or an (H, W, 3) uint8 RGB array."""


@dataclass(frozen=True, slots=True)
class TimedResult:
    """One frame of a video."""

    t: float
    """Seconds from the start."""
    result: FrameResult


@dataclass(frozen=True, slots=True)
class VideoResult:
    """What a video shows."""

    verdict: Verdict
    frames: tuple[TimedResult, ...]


class Detector:
    """Judges pictures, videos and live frames. Safe to share between threads."""

    def __init__(
        self, model: str | Path = DEFAULT_MODEL, sensitivity: Sensitivity | str = Sensitivity.BALANCED
    ) -> None:
        """Load a model: a name in `models/`, or the path of an .onnx file with its card beside it.

        Raises ModelError when it cannot be used, ValueError for an unknown sensitivity.
        """
        self._policy = Policy.for_sensitivity(sensitivity)
        self._analyzer = FrameAnalyzer.load(model)
        self._scorer = read_scorer(model)

    @property
    def model(self) -> ModelInfo:
        """What judges the faces."""
        return self._analyzer.model

    def analyze_image(self, image: Image) -> FrameResult:
        """Judge one picture. Raises ImageError when it cannot be read."""
        if isinstance(image, np.ndarray):
            return self._analyzer.analyze_rgb(image)
        data = bytes(image) if isinstance(image, bytes | bytearray | memoryview) else _read(Path(image))
        return self._analyzer.analyze_encoded(data, PHOTO)

    def analyze_video(
        self, path: str | os.PathLike[str], progress: Callable[[float], None] | None = None
    ) -> VideoResult:
        """Judge the largest face of each of a video's sampled frames, and all of them together.

        Args:
            path: of the file.
            progress: called after each frame with its time in seconds.

        Raises ImageError when the file cannot be read as a video.
        """
        frames = []
        for frame in sample_frames(Path(path)):
            frames.append(TimedResult(frame.t, self._analyzer.analyze_rgb(frame.rgb)))
            if progress:
                progress(frame.t)
        return VideoResult(self.conclude(frames), tuple(frames))

    def conclude(self, frames: Iterable[TimedResult]) -> Verdict:
        """Return the verdict on a complete set of frames of one person; a single picture is a set of one.

        The rules of `veritile.decision.conclusion`: those of calls, except that nothing more will come.
        """
        frames = list(frames)
        verdict = conclude(
            (observation(frame.t, frame.result) for frame in frames), self._policy, self._scorer
        )
        reasons = Counter(frame.result.reason for frame in frames if frame.result.reason is not None)
        if verdict.score is None and reasons:
            return replace(verdict, reason=reasons.most_common(1)[0][0])
        return verdict

    def track(self) -> Track:
        """Follow one tile live, frame by frame; of several people it tells the one who looks most fake."""
        return Track(self.analyze_image, Tile(self._policy, self._scorer))


class Track:
    """One tile over time; made by `Detector.track`. For one thread."""

    def __init__(self, analyze: Callable[[Image], FrameResult], tile: Tile) -> None:
        self._analyze = analyze
        self._tile = tile

    def observe(self, image: Image, at: float | None = None) -> Verdict:
        """Judge one more frame and return the verdict with it.

        `next_sample_ms` says when to come again, `reason` why there is no label, `advice` what would help,
        `basis` what the verdict rests on, `box` and `people` whom it is about and among how many;
        `veritile.decision.Verdict` has all fields.

        Args:
            image: a path, encoded bytes or an RGB array, as for `Detector.analyze_image`.
            at: when it was taken, seconds on any clock that does not go back; now when left out.

        Raises ImageError when the picture cannot be read; the verdict then stays as it was.
        """
        result = self._analyze(image)
        return self._tile.observe(observation(time.monotonic() if at is None else at, result))

    @property
    def verdict(self) -> Verdict:
        """The verdict on the frames so far."""
        return self._tile.verdict


def _read(path: Path) -> bytes:
    """Return the bytes of a picture; one byte over the limit is enough for `decode` to refuse it."""
    if file_kind(path) is not Kind.PICTURE:
        raise UnsupportedFormatError(f"{path} is a video: give it to analyze_video.")
    try:
        with path.open("rb") as file:
            return file.read(PHOTO.bytes + 1)
    except OSError as error:
        raise FileUnreadableError(f"{path} cannot be read ({error.strerror}): check its disk.") from error
