"""How the temporal model scores people: `NAME.people.json`, which the people of a video are compared with.

Every held-out photograph is animated, in one size after the other, as one call would show
the person, and judged by the whole product. There are no recordings of so many people, and a photograph
that moves is none: the network has learnt from others that move so. To them come the
held-out clips of live swaps, both sides, as networks scored them that learnt from no swap
of the same target. See `veritile.scorer` for the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from veritile.decision.observation import Size
from veritile.detector import Detector
from veritile.errors import ModelError
from veritile.odds import logit
from veritile.scorer import read_scorer
from veritile.train.camera import Camera
from veritile.train.degrade import Degradation, Image
from veritile.train.faces import FaceSet
from veritile.train.figures import Scores
from veritile.train.livepairs import LivePairs
from veritile.train.people import SIZES, people_file, save_people
from veritile.train.temporal.animate import Animation
from veritile.train.temporal.sequences import ENCODED, degrade
from veritile.video.file import FRAMES_PER_SECOND


def write_temporal_people(
    model: Path,
    frame: str | Path,
    faces: FaceSet,
    *,
    length: int,
    live: LivePairs | None = None,
    clips: Scores | None = None,
    seed: int = 0,
    advance: Callable[[], None] = lambda: None,
) -> Path:
    """Score the held-out people and write the file beside the model; returns its path.

    Args:
        model: ONNX file with its card beside it.
        frame: the frame model that it stands on.
        faces: photographs of people whom neither learnt from.
        length: looks of a stretch.
        live: clips of live swaps.
        clips: what networks say of them that did not learn from them, calibrated, numbered as `live.clips`.
        seed: of all chance.
        advance: told after every photograph.

    Raises:
        ModelError: a model cannot be used, or nobody is seen for long enough to be judged.
        FileUnreadableError, ImageError: pictures cannot be read.
    """
    people_file(model).unlink(missing_ok=True)  # of the weights before, if there is one
    detector = Detector(frame, temporal=model)
    assert detector.temporal is not None  # it was asked for
    people: dict[Size, list[float]] = {size: [] for size in SIZES}
    for index in range(len(faces)):
        for size, value in _judged(detector, _animated(faces, index, length, seed)):
            people[size].append(value)
        advance()
    if not any(people.values()):
        raise ModelError(f"{model.name} can judge nobody: no held-out face is seen for long enough.")
    swapped = []
    if live is not None and clips is not None:
        sides = clips.by_clip()
        for clip, fake, value in zip(sides.clip, sides.fake, sides.log_odds, strict=True):
            if fake:
                swapped.append(float(value))
            else:
                boxes = [pair.box for pair in live.by_clip[live.clips[clip]]]
                people[Size.of(float(np.median([max(box[2:]) for box in boxes])))].append(float(value))
    # Moved alike, the scores of a stretch repeat each other for as long as they did before.
    tau_s = read_scorer(frame).tau_s
    return save_people(model, detector.temporal.sha256, tau_s, people, swapped if clips else None)


def _animated(faces: FaceSet, index: int, length: int, seed: int) -> list[tuple[float, Image]]:
    """Time in seconds and picture, as a call's tile; none where the photograph's face is too small."""
    picture = faces.pictures[index]
    sizes = [(n, *size) for n, size in enumerate(SIZES.values()) if picture.face_px > size[0]]
    if not sizes:
        return []
    number, least, most = sizes[index % len(sizes)]
    most, image = min(most, picture.face_px), faces.read(index)
    rng = np.random.default_rng((seed, index, number))
    animation = Animation(rng, np.asarray(picture.landmarks, dtype=np.float64), picture.face_px)
    camera = Camera.draw(rng)
    times = (np.arange(length) / FRAMES_PER_SECOND).tolist()
    # A camera's noise is new in every frame.
    cameras = (replace(camera, noise_seed=int(rng.integers(2**31))) for _ in times)
    shown = [each.take(animation.show(image, t)[0]) for each, t in zip(cameras, times, strict=True)]
    way = Degradation.draw(rng, face_px=picture.face_px, encoded=ENCODED)
    way = replace(way, scale=float(rng.uniform(least, most)) / picture.face_px)
    return list(zip(times, degrade(shown, way), strict=True))


def _judged(detector: Detector, frames: list[tuple[float, Image]]) -> Iterator[tuple[Size, float]]:
    """The mean log-odds that the decision would compare, of whom a stretch was judged."""
    result = detector.analyze_frames(frames)
    if not result.stretches:
        return
    person = max(result.people, key=lambda each: len(each.person.looks))
    if person.verdict.score is not None:
        sides = [max(look.face.box[2:]) for look in person.person.looks]
        yield Size.of(float(np.median(sides))), logit(person.verdict.score)
