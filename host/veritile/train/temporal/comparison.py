"""Frame model, its mean over a clip, and temporal model on the clips of a benchmark, in one table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np

from veritile.frame import Face, FrameAnalyzer
from veritile.frame.card import DEFAULT_MODEL, read_card
from veritile.frame.crop import crop_face
from veritile.frame.faces import FaceDetector
from veritile.frame.model import Model
from veritile.train.bench import MIN_CLIPS, THRESHOLD, Bench, BenchFrame
from veritile.train.degrade import Image
from veritile.train.figures import (
    DRAWS,
    Figure,
    Scores,
    clip_auc,
    clip_order,
    false_alarms,
    frame_auc,
    loss,
    measure,
    swaps_found,
)
from veritile.train.temporal.describe import windows
from veritile.train.temporal.sequences import CALL_FPS, nearest_to
from veritile.video.temporal import LEAST, Look, TemporalModel, look_at

Statistic = Callable[[Scores], float]

HEADINGS: Final = [
    "Set, face boxes",
    "Clips / frames",
    "Figure",
    "Frame model: frames",
    "Mean of frames",
    "Temporal model",
    "Gain over the mean",
]


@dataclass(slots=True)
class _Side:
    """The looks at one side of a clip and their scores by the frame model."""

    clip: int
    fake: bool
    looks: list[Look] = field(default_factory=list)
    log_odds: list[float] = field(default_factory=list)


class Comparison:
    """Two models that see the very same frames."""

    def __init__(self, temporal: str | Path, frame: str | Path = DEFAULT_MODEL) -> None:
        """Load both, given as for `veritile.frame.card.read_card`; raises ModelError."""
        self._temporal = TemporalModel.load(temporal)
        self._model = Model.load(read_card(frame))
        self._product = FrameAnalyzer.load(frame)
        self._detector = FaceDetector()

    def table(
        self, bench: Bench, *, draws: int = DRAWS, advance: Callable[[], None] = lambda: None
    ) -> list[list[str]]:
        """Every set that has clips, under the benchmark's boxes and the product's own, header first.

        Frames count where both models have a score: a face is found in them, and with the product's boxes it
        passes the gate. `advance` is told after every picture.
        """
        rows = [HEADINGS]
        for name in _sets_of_clips(bench):
            sides: dict[str, dict[tuple[str, bool], _Side]] = {"table": {}, "detected": {}}
            numbers: dict[str, int] = {}
            for frame, picture in bench.pictures_of([name]):
                number = numbers.setdefault(frame.clip, len(numbers))
                seen = {"table": self._given(frame, picture), "detected": self._own(frame, picture)}
                for boxes, found in seen.items():
                    side = sides[boxes].setdefault((frame.clip, frame.fake), _Side(number, frame.fake))
                    if found is not None:
                        side.looks.append(found[0])
                        side.log_odds.append(found[1])
                advance()
            for boxes, found_sides in sides.items():
                rows += self._rows(f"{name}, {boxes}", [s for s in found_sides.values() if s.looks], draws)
        return rows

    def _given(self, frame: BenchFrame, picture: Image) -> tuple[Look, float] | None:
        """The frame with the benchmark's box, and the points of the face found there."""
        face = nearest_to(self._detector.detect(picture), frame.box)
        if face is None:
            return None
        info = self._model.info
        crop = crop_face(picture, frame.box, margin=info.crop_margin, size=info.input_size)
        return self._look(picture, replace(face, box=frame.box), frame), self._model.log_odds(crop)

    def _own(self, frame: BenchFrame, picture: Image) -> tuple[Look, float] | None:
        result = self._product.analyze_rgb(picture)
        face, log_odds = result.face, result.log_odds
        return None if face is None or log_odds is None else (self._look(picture, face, frame), log_odds)

    def _look(self, picture: Image, face: Face, frame: BenchFrame) -> Look:
        model, t = self._temporal, frame.frame / CALL_FPS
        return look_at(picture, face, t, margin=model.crop_margin, size=model.card.input_size)

    def _answer(self, side: _Side) -> float:
        """Of a whole clip: the mean of its stretches'; of one that is too short, the frame model's mean."""
        if len(side.looks) < LEAST:
            return float(np.mean(side.log_odds))
        parts = windows(side.looks, self._temporal.length)
        return float(np.mean([self._temporal.log_odds(part) for part in parts]))

    def _rows(self, name: str, sides: Sequence[_Side], draws: int) -> Iterator[list[str]]:
        frames = _scores([(s.clip, s.fake, value) for s in sides for value in s.log_odds])
        means = _scores([(s.clip, s.fake, float(np.mean(s.log_odds))) for s in sides])
        answers = _scores([(s.clip, s.fake, self._answer(s)) for s in sides])
        clips = len({side.clip for side in sides})
        both = len({side.fake for side in sides}) == 2
        if clips < MIN_CLIPS:
            return
        found, alarms = swaps_found(THRESHOLD), false_alarms(THRESHOLD)
        figures: dict[str, tuple[Statistic, Statistic | None]] = {}
        if both:
            figures["AUC"] = (clip_auc, frame_auc)
            if not np.isnan(clip_order(means)):
                figures["Clips above their original"] = (clip_order, None)
            figures[f"Swaps found at {THRESHOLD}"] = (found, found)
        figures[f"False alarms at {THRESHOLD}"] = (alarms, alarms)
        for title, (statistic, of_frames) in figures.items():
            gained = loss(statistic, answers, means, draws=draws)
            yield [
                name,
                f"{clips} / {len(frames)}",
                title,
                "" if of_frames is None else _cell(measure(frames, of_frames, draws=draws)),
                _cell(measure(means, statistic, draws=draws)),
                _cell(measure(answers, statistic, draws=draws)),
                _cell(gained),
            ]


def _sets_of_clips(bench: Bench) -> list[str]:
    """Sets whose clips have as many frames as make a stretch."""
    counts: dict[tuple[str, str, bool], int] = {}
    for frame in bench.frames:
        key = (frame.set, frame.clip, frame.fake)
        counts[key] = counts.get(key, 0) + 1
    return [name for name in bench.sets if any(key[0] == name and n >= LEAST for key, n in counts.items())]


def _scores(entries: Sequence[tuple[int, bool, float]]) -> Scores:
    clip, fake, log_odds = (np.array(column) for column in zip(*entries, strict=True))
    return Scores(log_odds, fake, clip, np.zeros(len(clip), dtype=np.int64))


def _cell(figure: Figure) -> str:
    if np.isnan(figure.low):
        return f"{figure.value:.3f}"
    return f"{figure.value:.3f} ({figure.low:.3f} to {figure.high:.3f})"
