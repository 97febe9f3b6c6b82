"""Veritile for Python programs.

::

    from veritile import Detector

    detector = Detector()
    detector.analyze_image("face.jpg").score      # P(fake), or None with a .reason
    detector.analyze_video("call.mp4").verdict    # label, score, confidence, reason
    detector.explain("face.jpg").overlay()        # where the score came from, as a picture
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
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from veritile.decision import Look, Observation, Policy, Scorer, Tile, Verdict
from veritile.decision.conclusion import conclude
from veritile.errors import FileUnreadableError, NoFramesError, UnsupportedFormatError
from veritile.frame.card import DEFAULT_MODEL, Card, read_card
from veritile.frame.decode import PHOTO, decode
from veritile.frame.model import Model
from veritile.frame.pipeline import FaceResult, FrameAnalyzer, FrameResult, ModelInfo
from veritile.frame.providers import ALLOWED, Provider, named
from veritile.looks import observation
from veritile.scorer import read_scorer
from veritile.video import Kind, describe, file_kind, sample_frames
from veritile.video.file import FRAMES_PER_SECOND
from veritile.video.order import in_order
from veritile.video.people import People, Person
from veritile.video.pulse import Pulse
from veritile.video.result import PersonResult, TimedResult, VideoResult
from veritile.video.segments import Scored, suspicious
from veritile.video.temporal import SeenFace, Stretches, TemporalModel
from veritile.vocabulary import Sensitivity

if TYPE_CHECKING:
    from veritile.frame.occlusion import HeatMap

Image = str | os.PathLike[str] | bytes | NDArray[np.uint8]
"""A path, an encoded JPEG or WebP picture, or an (H, W, 3) uint8 RGB array."""


class Detector:
    """Judges pictures, videos and live frames. Safe to share between threads."""

    def __init__(
        self,
        model: str | Path = DEFAULT_MODEL,
        sensitivity: Sensitivity | str = Sensitivity.BALANCED,
        *,
        threshold: float | None = None,
        provider: str | None = None,
        temporal: str | Path | None = None,
    ) -> None:
        """Load a model: a name in `models/`, or the path of an .onnx file with its card beside it.

        `threshold` is the score, 0-1, at and above which a picture and a stretch of a video look swapped; the
        sensitivity's own when left out. `provider` runs the network, by ONNX Runtime's name; when left out,
        the best that `veritile bench` has found here. Where it does not work the CPU does: `model.provider`
        tells. `temporal` is a temporal model, named like `model`, that judges stretches of a video together,
        too (`veritile.video.temporal`); whoever it has judged is compared with the people whom it has scored.

        Raises ModelError when it cannot be used, ValueError for an unknown sensitivity, threshold, provider.
        """
        policy = Policy.for_sensitivity(sensitivity)
        self._policy = policy if threshold is None else replace(policy, threshold=threshold)
        self._provider = None if provider is None else _known(provider)
        self._analyzer = FrameAnalyzer.load(model, self._provider)
        self._scorer = read_scorer(model)
        self._name = model
        self._explainer: Model | None = None
        self._temporal = None if temporal is None else TemporalModel.load(temporal)
        self._stretch_scorer = self._scorer if temporal is None else read_scorer(temporal)

    @property
    def model(self) -> ModelInfo:
        """What judges the faces."""
        return self._analyzer.model

    @property
    def temporal(self) -> Card | None:
        """The temporal model that judges videos too; None without."""
        return None if self._temporal is None else self._temporal.card

    @property
    def compared_with(self) -> int:
        """Real people whom those of stretches are compared with; without any a label has no rate of error."""
        people = self._stretch_scorer.reference
        return 0 if people is None else len(people.everybody)

    @property
    def analyzer(self) -> FrameAnalyzer:
        """What looks at single frames; safe to share."""
        return self._analyzer

    def analyze_image(self, image: Image) -> FrameResult:
        """Judge one picture. Raises ImageError when it cannot be read."""
        if isinstance(image, np.ndarray):
            return self._analyzer.analyze_rgb(image)
        return self._analyzer.analyze_encoded(_bytes(image), PHOTO)

    def analyze_video(
        self,
        path: str | os.PathLike[str],
        progress: Callable[[float], None] | None = None,
        *,
        fps: float = FRAMES_PER_SECOND,
        quick: bool = False,
    ) -> VideoResult:
        """Judge the faces of a video's sampled frames, each person, and all of it together.

        Args:
            path: of the file.
            progress: called after each frame with its time in seconds, and from time to time while none is
                looked at; what it raises ends the work.
            fps: frames a second that are looked at; a file of over an hour is looked at more thinly.
            quick: look at key frames only.

        Raises ImageError when the file cannot be read as a video.
        """
        path = Path(path)
        film = describe(path)
        pulse = Pulse(progress)
        sampled = sample_frames(path, rate=fps, quick=quick, reading=pulse.beat)
        frames = ((f.t, f.rgb, f.number) for f in sampled)
        return replace(self._analyze(frames, pulse.reach), film=film)

    def analyze_frames(
        self,
        frames: Iterable[tuple[float, NDArray[np.uint8]]],
        progress: Callable[[float], None] | None = None,
    ) -> VideoResult:
        """Judge frames from anywhere, a camera or a stream, as `analyze_video` does those of a file.

        Args:
            frames: time in seconds and (H, W, 3) uint8 RGB picture of each, in order of time. One after the
                other is taken; none is kept.
            progress: as for `analyze_video`.
        """
        return self._analyze(((t, rgb, number) for number, (t, rgb) in enumerate(frames)), progress)

    def _analyze(
        self,
        frames: Iterable[tuple[float, NDArray[np.uint8], int]],
        progress: Callable[[float], None] | None,
    ) -> VideoResult:
        model = self._temporal

        def look(frame: tuple[float, NDArray[np.uint8], int]) -> tuple[TimedResult, list[SeenFace]]:
            t, rgb, number = frame
            result = self._analyzer.analyze_rgb(rgb)
            return TimedResult(t, result, number), [] if model is None else model.look_at(rgb, result, t)

        people, timed = People(), []
        stretches = None if model is None else Stretches(model)
        for frame, seen in in_order(look, frames):
            people.see(frame.t, frame.result)
            if stretches is not None:
                stretches.see(frame.t, seen, people)
            # What surrounds a face has been compared: of a long video it would fill the memory.
            plain = tuple(replace(each, signature=()) for each in frame.result.looks)
            timed.append(replace(frame, result=replace(frame.result, looks=plain)))
            if progress:
                progress(frame.t)
        if stretches is not None:
            stretches.close(people)
            timed = [replace(frame, result=stretches.moved(frame.t, frame.result)) for frame in timed]
        judged = {} if stretches is None else stretches.judged
        everybody = tuple(
            self._person(person, self._stretch_scorer if person.number in judged else self._scorer)
            for person in people.all
        )
        verdict = self._concluded(timed, self._stretch_scorer if judged else self._scorer)
        return VideoResult(verdict, tuple(timed), everybody, stretches=sum(judged.values()))

    def _person(self, person: Person, scorer: Scorer) -> PersonResult:
        seen = [_alone(person, look.t, look.face) for look in person.looks]
        verdict = conclude(seen, self._policy, scorer)
        scored = [
            Scored(look.t, look.face.log_odds, look.face.quality)
            for look in person.looks
            if look.face.log_odds is not None and look.face.quality > 0
        ]
        return PersonResult(person, verdict, suspicious(scored, self._policy.threshold))

    def explain(self, image: Image, box: Sequence[float] | None = None) -> HeatMap:
        """Return where in a face the score came from; it costs about a hundred looks.

        Args:
            image: as for `analyze_image`.
            box: x, y, width, height of the face in pixels; the largest face when left out.

        Raises ImageError when the picture cannot be read, NoFramesError when it shows no face.
        """
        from veritile.frame.occlusion import heat_map

        rgb = image if isinstance(image, np.ndarray) else decode(_bytes(image), PHOTO)
        if box is None:
            face = self._analyzer.analyze_rgb(rgb).face
            if face is None:
                raise NoFramesError("The picture shows no face: choose one that does.")
            box = face.box
        if self._explainer is None:
            self._explainer = Model.load(read_card(self._name), self._provider)
        return heat_map(self._explainer, rgb, box)

    def conclude(self, frames: Iterable[TimedResult]) -> Verdict:
        """Return the verdict on a complete set of frames of one person; a single picture is a set of one.

        The rules of `veritile.decision.conclusion`: those of calls, except that nothing more will come.
        """
        return self._concluded(list(frames), self._scorer)

    def _concluded(self, frames: Sequence[TimedResult], scorer: Scorer) -> Verdict:
        verdict = conclude((observation(frame.t, frame.result) for frame in frames), self._policy, scorer)
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


def _known(provider: str) -> Provider:
    try:
        return named(provider)
    except KeyError as error:
        names = ", ".join(each.name for each in ALLOWED)
        raise ValueError(f"There is no provider {provider!r}: choose one of {names}.") from error


def _alone(person: Person, t: float, face: FaceResult) -> Observation:
    """A frame that shows nobody else."""
    reason = face.reason
    look = Look(face.box, face.log_odds, face.quality, reason, face.face_px, face.yaw)
    return Observation(t, (look,), person.width, person.height, reason)


def _bytes(image: str | os.PathLike[str] | bytes) -> bytes:
    return bytes(image) if isinstance(image, bytes | bytearray | memoryview) else _read(Path(image))


def _read(path: Path) -> bytes:
    """Return the bytes of a picture; one byte over the limit is enough for `decode` to refuse it."""
    if file_kind(path) is not Kind.PICTURE:
        raise UnsupportedFormatError(f"{path} is a video: give it to analyze_video.")
    try:
        with path.open("rb") as file:
            return file.read(PHOTO.bytes + 1)
    except OSError as error:
        raise FileUnreadableError(f"{path} cannot be read ({error.strerror}): check its disk.") from error
