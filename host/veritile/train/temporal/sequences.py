"""Endless training sequences: a real clip of a face and its fake, degraded alike, as a detector meets them.

Two kinds, each real and fake side by side:

- a photograph that is animated;
- some seconds of a real call (the untouched side of live swaps).

The fake is the same clip with its face restyled after a real swap or blended with a changed copy of itself
(`veritile.train.restyle`, `veritile.train.blend`), laid over unsteadily.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from veritile.frame.faces import FaceDetector
from veritile.frame.result import Face
from veritile.train.blend import Image, change_copy
from veritile.train.camera import Camera
from veritile.train.codec import through
from veritile.train.degrade import Degradation, through_jpeg
from veritile.train.livepairs import LivePair
from veritile.train.pairs import Sources
from veritile.train.restyle import Style, apply_style, measure_style
from veritile.train.temporal.animate import Animation
from veritile.train.temporal.unsteady import Floats, UnsteadySwap
from veritile.video.temporal import Look, look_at

CALLS: Final = 0.25
"""How often a sequence is of a real call."""
RESTYLED: Final = 0.6
"""How often a fake is restyled; else it is blended."""
ENCODED: Final = 0.7
"""How often a sequence goes through a video encoder."""
CALL_FPS: Final = 25.0
"""Frames a second that are taken for those of a call's clip."""
_RATES: Final = (1.5, 10.0)
"""Frames a second at which an animated photograph is looked at."""
_BITS: Final = 2.0
"""Factor on the encoder's rate: between two frames that are looked at there were others to spend bits on."""


@dataclass(frozen=True, slots=True)
class _Clip:
    """A real clip and its fake."""

    real: list[Image]
    fake: list[Image]
    times: list[float]
    centres: list[Floats]
    """Of the face in each frame, in pixels."""
    face_px: float


class SequenceSource:
    """Sequence number n, for any n: the same seed and number always give the same pixels."""

    def __init__(self, sources: Sources, *, size: int, margin: float, length: int, seed: int) -> None:
        """Sequences of at most `length` looks of `size` x `size` pixels.

        Args:
            sources: photographs, and calls if there are any.
            size: side of the network's input in pixels.
            margin: side of the crop / long side of the face box.
            length: frames of a sequence.
            seed: of all chance.
        """
        self.sources, self.size, self.margin = sources, size, margin
        self.length, self.seed = length, seed
        self._styles: dict[str, Style | None] = {}
        self._detector: FaceDetector | None = None

    def __getstate__(self) -> dict[str, object]:
        """A copy in another process makes its own detector."""
        return self.__dict__ | {"_detector": None}

    def __getitem__(self, number: int) -> tuple[list[Look], list[Look]]:
        """The looks at the real clip and at its fake; frames without a face are left out."""
        rng = np.random.default_rng((self.seed, number))
        styled, shown = self._plan(number)
        clip = self._photograph(number, styled, rng) if shown is None else self._call(shown, styled, rng)
        way = Degradation.draw(rng, face_px=clip.face_px, encoded=ENCODED)
        return tuple(self._looks(clip, degrade(side, way), way) for side in (clip.real, clip.fake))  # type: ignore[return-value]

    def clips_of(self, number: int) -> set[str]:
        """The clips of live swaps that a sequence shows something of."""
        styled, shown = self._plan(number)
        return {part for part in (styled.clip if styled else None, shown) if part is not None}

    def _plan(self, number: int) -> tuple[LivePair | None, str | None]:
        """The swap that a fake is styled after, and the call that is shown; None for neither."""
        live = self.sources.live
        if live is None:
            return None, None
        # Chance of its own, so that it is known without making the sequence.
        rng = np.random.default_rng((self.seed, number, 1))
        styled = live.draw(rng) if rng.random() < RESTYLED else None
        shown = live.clips[int(rng.integers(len(live.clips)))] if rng.random() < CALLS else None
        return styled, shown

    def _photograph(self, number: int, styled: LivePair | None, rng: np.random.Generator) -> _Clip:
        faces = self.sources.faces
        epoch, place = divmod(number, len(faces))
        index = int(np.random.default_rng((self.seed, epoch)).permutation(len(faces))[place])
        picture, image = faces.pictures[index], faces.read(index)
        points = np.asarray(picture.landmarks, dtype=np.float64)
        animation, camera = Animation(rng, points, picture.face_px), Camera.draw(rng)
        fake = self._fake(styled, picture.face_px, rng)
        times = np.cumsum(np.full(self.length, 1 / np.exp(rng.uniform(*np.log(_RATES)))))
        clip = _Clip([], [], times.tolist(), [], picture.face_px)
        for t in clip.times:
            shown, at = animation.show(image, t)
            # A camera's noise is new in every frame.
            shown = replace(camera, noise_seed=int(rng.integers(2**31))).take(shown)
            clip.real.append(shown)
            clip.fake.append(fake(shown, at, t))
            clip.centres.append(at.mean(axis=0))
        return clip

    def _call(self, name: str, styled: LivePair | None, rng: np.random.Generator) -> _Clip:
        live = self.sources.live
        assert live is not None  # `_plan` has seen to it
        pairs = sorted(live.by_clip[name], key=lambda pair: pair.frame)
        first = int(rng.integers(max(1, len(pairs) - self.length + 1)))
        pairs = pairs[first : first + self.length]
        face_px = float(np.median([max(pair.box[2:]) for pair in pairs]))
        fake = self._fake(styled, face_px, rng)
        clip = _Clip([], [], [], [], face_px)
        shown_once = live.read(pairs[0])[0].shape
        for pair in pairs:
            image = _fitted(live.read(pair)[0], shown_once)
            points = live.landmarks(image, pair.box)
            if points is None:
                continue
            t = pair.frame / CALL_FPS
            clip.real.append(image)
            clip.fake.append(fake(image, points, t))
            clip.times.append(t)
            clip.centres.append(points.mean(axis=0))
        return clip

    def _fake(self, styled: LivePair | None, face_px: float, rng: np.random.Generator) -> _Fake:
        style = self._style(styled) if styled is not None else None
        return _Fake(style, face_px, rng)

    def _style(self, pair: LivePair) -> Style | None:
        live = self.sources.live
        assert live is not None  # `_plan` has seen to it
        if pair.real not in self._styles:
            real, fake = live.read(pair)
            points = live.landmarks(real, pair.box)
            side = max(pair.box[2:])
            self._styles[pair.real] = None if points is None else measure_style(real, fake, points, side)
        return self._styles[pair.real]

    def _looks(self, clip: _Clip, frames: list[Image], way: Degradation) -> list[Look]:
        self._detector = self._detector or FaceDetector()
        looks = []
        for t, frame, centre, before in zip(clip.times, frames, clip.centres, clip.real, strict=True):
            ratio = frame.shape[1] / before.shape[1]
            at = centre * ratio
            if way.flip:
                at = np.array([frame.shape[1] - at[0], at[1]])
            face = nearest(self._detector.detect(frame), at, clip.face_px * ratio / 2)
            if face is not None:
                looks.append(look_at(frame, face, t, margin=self.margin, size=self.size))
        return looks


class _Fake:
    """The face of every frame changed alike, and laid over it unsteadily."""

    def __init__(self, style: Style | None, face_px: float, rng: np.random.Generator) -> None:
        self._style, self._face_px = style, face_px
        self._seed = int(rng.integers(2**31))
        self._swap = UnsteadySwap(rng, face_px)

    def __call__(self, image: Image, points: Floats, t: float) -> Image:
        rng = np.random.default_rng(self._seed)
        if self._style is None:
            copy = change_copy(image, points, rng)
        else:
            copy = apply_style(image, points, self._face_px, self._style, rng)
        return self._swap.lay(image, copy, points, t)


def nearest(faces: tuple[Face, ...], centre: Floats, reach: float) -> Face | None:
    """The face whose points lie nearest to a place, in pixels; None when none is within `reach` of it."""
    if not faces:
        return None
    away = [float(np.linalg.norm(np.mean(face.landmarks, axis=0) - centre)) for face in faces]
    best = int(np.argmin(away))
    return faces[best] if away[best] < reach else None


def nearest_to(faces: tuple[Face, ...], box: Sequence[float]) -> Face | None:
    """The face that a known box (x, y, width, height in pixels) is of; None when none was found there."""
    x, y, width, height = box
    return nearest(faces, np.array([x + width / 2, y + height / 2]), max(width, height) / 2)


def degrade(frames: list[Image], way: Degradation) -> list[Image]:
    """A clip between camera and tile: `Degradation.apply`, but one encoder and new noise in each frame."""
    shown = []
    for number, frame in enumerate(frames):
        noise = way.noise_seed + number
        shown.append(replace(way, sender=None, jpeg=100, flip=False, noise_seed=noise).apply(frame))
    if way.sender is not None and shown:
        lines, kbit_s = max(16, shown[0].shape[0]), round(way.sender.kbit_s * _BITS)
        shown = through(shown, replace(way.sender, lines=lines, kbit_s=kbit_s), scaled_back=True)
    shown = [through_jpeg(frame, way.jpeg) for frame in shown]
    return [np.ascontiguousarray(frame[:, ::-1]) for frame in shown] if way.flip else shown


def _fitted(image: Image, shape: tuple[int, ...]) -> Image:
    """Cut or padded to one size: a clip of calls is cut anew for each frame."""
    height, width = shape[:2]
    down, across = max(0, height - image.shape[0]), max(0, width - image.shape[1])
    padded = np.pad(image, ((0, down), (0, across), (0, 0)), mode="edge")
    return np.ascontiguousarray(padded[:height, :width])
