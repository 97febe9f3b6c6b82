"""The temporal model: what a stretch of a person's frames says together, beside the mean of their scores.

Its file takes the crops of a stretch, the five points of each face and the times, and has everything else
inside: the frame model's filters and head, motion evidence and the recurrent network. It is used only
when asked for; docs/evaluation.md has its figures.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Self

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from veritile.errors import InferenceError, ModelMetadataError
from veritile.frame import Face, FaceResult, FrameResult
from veritile.frame.card import Card, read_card
from veritile.frame.crop import crop_face
from veritile.frame.model import Metadata, read_checked
from veritile.frame.session import first_line, open_session
from veritile.video.people import GONE_S, People, Person

LEAST: Final = 8
"""Looks: fewer are no stretch, and their scores stay as they are."""
KIND: Final = "temporal"


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a face, as the model takes it."""

    t: float
    """Seconds."""
    crop: NDArray[np.uint8]
    """(input_size, input_size, 3) RGB, from `veritile.frame.crop`."""
    points: NDArray[np.float32]
    """(10,): x and y of the five points, in sides of the crop."""


SeenFace = tuple[FaceResult, Look]
"""A face that can be judged, and how the model takes it."""


class TemporalModel:
    """One temporal model on one CPU thread. Safe to share between threads."""

    def __init__(self, session: ort.InferenceSession, card: Card, metadata: Metadata) -> None:
        self._session = session
        self.card = card
        self.length = int(metadata.number("frames", LEAST, 400))
        """Looks of a stretch."""
        self.crop_margin = metadata.number("crop_margin", 0.5, 2.5)
        """Side of the square crop / long side of the face box."""
        self._a = metadata.number("calibration_a", 1e-6, 1e6)
        self._b = metadata.number("calibration_b", -1e6, 1e6)

    @classmethod
    def load(cls, model: str | Path) -> Self:
        """Load a model: a name in `models/`, or the path of an .onnx file with its card beside it.

        Raises ModelError, as `veritile.frame.model.Model.load`.
        """
        card = read_card(model)
        session = open_session(read_checked(card), card.file.name)
        entries = session.get_modelmeta().custom_metadata_map
        metadata = Metadata(entries, card)
        metadata.must_equal("name", card.name)
        metadata.must_equal("version", card.version)
        if entries.get("kind") != KIND:
            raise ModelMetadataError(f"{card.file.name} judges single frames: name a temporal model.")
        return cls(session, card, metadata)

    def look_at(self, rgb: NDArray[np.uint8], result: FrameResult, t: float) -> list[SeenFace]:
        """The faces of a frame at `t` seconds that can be judged, as the model takes them."""
        size, margin = self.card.input_size, self.crop_margin
        judged = (face for face in result.looks if face.log_odds is not None)
        return [(face, look_at(rgb, face.face, t, margin=margin, size=size)) for face in judged]

    def log_odds(self, looks: Sequence[Look]) -> float:
        """Calibrated log-odds of fake, ln(P(fake) / P(real)), of a stretch of looks in order of time.

        Raises InferenceError when the model cannot be run or does not answer with a finite number.
        """
        seconds = np.array([look.t - looks[0].t for look in looks], dtype=np.float32)
        feed = {
            "pixels": np.stack([look.crop for look in looks])[None],
            "points": np.stack([look.points for look in looks])[None],
            "seconds": seconds[None],
        }
        try:
            answer = float(np.asarray(self._session.run(None, feed)[0]).reshape(()))
        except Exception as error:  # ONNX Runtime's exceptions share no base class of their own
            raise InferenceError(f"ONNX Runtime cannot run {self.card.name}: {first_line(error)}") from error
        if not math.isfinite(answer):
            raise InferenceError(
                f"The model {self.card.name} does not answer with a finite number: replace it."
            )
        return self._a * answer + self._b


def look_at(rgb: NDArray[np.uint8], face: Face, t: float, *, margin: float, size: int) -> Look:
    """One look at a face of an (H, W, 3) uint8 RGB frame at `t` seconds, as the model wants it."""
    crop = crop_face(rgb, face.box, margin=margin, size=size)
    return Look(t, crop, points_in_crop(face.landmarks, face.box, margin))


def points_in_crop(
    landmarks: Iterable[Sequence[float]], box: Sequence[float], margin: float
) -> NDArray[np.float32]:
    """(10,) x and y of each point in sides of the crop of a face box (`veritile.frame.crop`)."""
    x, y, width, height = box
    side = margin * max(width, height)
    # Not rounded to the crop's pixels: that would be a jitter of its own.
    corner = (x + width / 2 - side / 2, y + height / 2 - side / 2)
    points = (np.asarray(list(landmarks), dtype=np.float64) - corner) / side
    return points.astype(np.float32).reshape(-1)


@dataclass(slots=True)
class _Stretch:
    looks: list[Look] = field(default_factory=list)
    at: list[int] = field(default_factory=list)
    """Their numbers among the person's looks."""


class Stretches:
    """Judges the people of a video stretch by stretch; holds the crops of one stretch a person."""

    def __init__(self, model: TemporalModel) -> None:
        self._model = model
        self._open: dict[int, _Stretch] = {}
        self._moved: dict[tuple[float, tuple[float, ...]], float] = {}
        self.judged: Counter[int] = Counter()
        """Stretches that were judged, by the person's number."""

    def see(self, t: float, seen: Sequence[SeenFace], people: People) -> None:
        """Take the next frame, after `people` have; `seen` has its faces that can be judged."""
        by_box = {face.box: look for face, look in seen}
        for person in people.all:
            last = person.looks[-1] if person.looks else None
            stretch = self._open.get(person.number)
            if last is not None and last.t == t and (look := by_box.get(last.face.box)) is not None:
                stretch = self._open.setdefault(person.number, _Stretch())
                stretch.looks.append(look)
                stretch.at.append(len(person.looks) - 1)
            if stretch is not None and (
                len(stretch.looks) == self._model.length or t - stretch.looks[-1].t > GONE_S
            ):
                self._judge(person, self._open.pop(person.number))

    def close(self, people: People) -> None:
        """Judge what is left; then `people` and `moved` say what came out."""
        for person in people.all:
            if (stretch := self._open.pop(person.number, None)) is not None:
                self._judge(person, stretch)

    def moved(self, t: float, result: FrameResult) -> FrameResult:
        """A frame with the scores of its stretches."""
        looks = tuple(
            look if (by := self._moved.get((t, look.box))) is None else _moved(look, by)
            for look in result.looks
        )
        return replace(result, looks=looks)

    def _judge(self, person: Person, stretch: _Stretch) -> None:
        """Move the scores of a stretch alike, so that their mean is the stretch's."""
        if len(stretch.looks) < LEAST:
            return
        faces = [person.looks[at].face for at in stretch.at]
        mean = float(np.mean([face.log_odds for face in faces if face.log_odds is not None]))
        by = self._model.log_odds(stretch.looks) - mean
        self.judged[person.number] += 1
        for at in stretch.at:
            look = person.looks[at]
            self._moved[look.t, look.face.box] = by
            person.looks[at] = replace(look, face=_moved(look.face, by))


def _moved(face: FaceResult, by: float) -> FaceResult:
    return face if face.log_odds is None else replace(face, log_odds=face.log_odds + by)
