"""What the scripted head of `head3d` does when it is asked to: five pictures a second, no two alike."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np

import pictures
from head3d import Scene, camera, draw
from swapping import Swap
from veritile.decision.challenge import Glimpse
from veritile.decision.challenge.words import Step
from veritile.frame.closeup import closeup
from veritile.frame.faces import FaceDetector

FPS = 5.0
NOWHERE = (0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Room:
    """How the head is filmed."""

    width: int = 640
    height: int = 360
    face_px: float = 150.0
    light: float = 1.0
    noise: float = 2.0
    """Grey levels, standard deviation."""
    quality: int = 85
    """Of the JPEG, 0-100."""

    @classmethod
    def drawn(cls, random: np.random.Generator) -> Room:
        """One of many: a face of 80 to 200 px, dim to bright, clean to noisy, well to badly compressed."""
        width, height = (640, 360) if random.random() < 0.75 else (1280, 720)
        face = random.uniform(80, 110) if width == 640 and random.random() < 0.4 else random.uniform(110, 200)
        light, noise = random.uniform(0.4, 1.1), random.uniform(0.5, 6.0)
        return cls(width, height, face, light, noise, int(random.integers(40, 95)))


def perform(step: Step | None, seconds: float, random: np.random.Generator, room: Room) -> Iterator[Scene]:
    """Scenes of somebody who does what a step asks, once, after a while; of None, who only sits there."""
    wait = random.uniform(1.0, 2.5)
    takes = random.uniform(2.2, 3.2) if step is not Step.NOD else random.uniform(3.0, 4.0)
    far, side = random.uniform(0.0, 1.0), random.choice([-1.0, 1.0])
    for index in range(round(seconds * FPS)):
        t = (index / FPS - wait) / takes
        scene = Scene(
            yaw=random.normal(0, 2),
            roll=random.normal(0, 1.5),
            face_px=room.face_px * random.normal(1, 0.01),
            x=0.5 + random.normal(0, 0.004),
            y=0.42 + random.normal(0, 0.004),
            light=room.light,
        )
        yield _doing(step, scene, t, far, side) if step is not None and 0 < t < 1 else scene


def _doing(step: Step, scene: Scene, t: float, far: float, side: float) -> Scene:
    out_and_back = min(1.0, 2.6 * min(t, 1 - t))
    match step:
        case Step.TURN_LEFT | Step.TURN_RIGHT:
            yaw = (62 + 18 * far) * out_and_back
            return replace(scene, yaw=yaw if step is Step.TURN_LEFT else -yaw)
        case Step.HAND:
            return replace(scene, hand=(side * (1.1 - 2.2 * t), 0.25 * far - 0.1))
        case Step.CHEEK:
            return replace(scene, finger=int(side))
        case Step.NEAR:
            return replace(scene, face_px=scene.face_px * (1 + (0.55 + 0.35 * far) * out_and_back))
        case Step.BACK:
            return replace(scene, face_px=scene.face_px * (1 - (0.3 + 0.12 * far) * out_and_back))
        case Step.LIGHT:
            return replace(scene, lamp=side * (0.6 + 0.4 * far) * float(np.clip(3 * (0.5 - t), -1, 1)))
        case Step.NOD:
            swing = float(np.clip(1.5 * np.sin(2 * np.pi * t), -1, 1))
            return replace(scene, pitch=(28 + 10 * far) * swing)


def film(scene: Scene, room: Room, random: np.random.Generator, swap: Swap | None = None) -> bytes:
    """The JPEG of a scene, with another face laid over the head's if told."""
    drawn = draw(scene, room.width, room.height)
    picture = camera(swap(drawn) if swap else drawn, random, room.noise)
    return pictures.jpeg(picture, room.quality)


class Eye:
    """Sees pictures as the host does, without a network that judges them."""

    def __init__(self, detector: FaceDetector, at: float = 0.0) -> None:
        self._detector = detector
        self._focus: tuple[float, float, float, float] = NOWHERE
        self.at = at

    def glimpse(self, picture: pictures.Picture) -> Glimpse:
        """The next picture, a fifth of a second after the last."""
        found = closeup(picture, self._detector.detect(picture), self._focus)
        self.at += 1 / FPS
        if found is None:
            return Glimpse(self.at, width=picture.shape[1])
        self._focus = found.box
        return Glimpse(self.at, found.box, found.attitude, found.cells, picture.shape[1], found.outline)

    def decoded(self, jpeg: bytes) -> Glimpse:
        """The same of an encoded picture."""
        picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR_RGB)
        return self.glimpse(np.asarray(picture, np.uint8))
