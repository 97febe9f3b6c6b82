"""Training examples of a prepared set: real and fake in turn, every person as often as any other.

So a class, or a person, of ten times the pictures does not count ten times. Each example is
degraded as a call degrades pictures, real and fake by the same chances.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from veritile.frame.crop import crop_face
from veritile.train.blend import self_blend
from veritile.train.degrade import Degradation
from veritile.train.own.table import OwnFace, OwnSet

_DEGRADED = 0.7
"""Share of the examples that go through a simulated call; the others are shown as they were cut out."""


class Examples:
    """Example number n, for any n: the same seed and number always give the same pixels.

    Even numbers are real, odd ones fake.
    """

    def __init__(
        self, own: OwnSet, faces: Iterable[OwnFace], *, size: int, margin: float, seed: int, blended: float
    ) -> None:
        """Examples of `size` x `size` pixels.

        Args:
            own: where the pictures are.
            faces: those to learn from.
            size: side of the network's input in pixels.
            margin: side of the network's crop / long side of the face box.
            seed: of all chance.
            blended: share of the fakes that are made from real faces by self-blending, 0-1.
        """
        self._own = own
        self._size, self._margin, self._seed, self._blended = size, margin, seed, blended
        people: dict[bool, dict[str, list[OwnFace]]] = {False: {}, True: {}}
        for face in faces:
            people[face.fake].setdefault(face.identity, []).append(face)
        self._people = {fake: list(own.values()) for fake, own in people.items()}

    def __getitem__(self, number: int) -> tuple[NDArray[np.uint8], float]:
        """(size, size, 3) uint8 RGB, and 1 for fake, 0 for real."""
        fake = number % 2 == 1
        rng = np.random.default_rng((self._seed, number))
        blend = fake and rng.random() < self._blended
        face = _any(_any(self._people[fake and not blend], rng), rng)
        image = self._own.read(face)
        if blend:
            image = self_blend(image, face.landmarks, rng).fake
        width = image.shape[1]
        if rng.random() < _DEGRADED:
            image = Degradation.draw(rng, face_px=face.face_px).apply(image)
        elif rng.random() < 0.5:
            image = np.ascontiguousarray(image[:, ::-1])
        # The box moves and breathes as a face detector's does from frame to frame.
        side = face.face_px * image.shape[1] / width
        x, y = np.array(image.shape[1::-1]) / 2 + rng.uniform(-0.04, 0.04, 2) * side
        margin = self._margin * rng.uniform(0.9, 1.15)
        box = (x - side / 2, y - side / 2, side, side)
        return crop_face(image, box, margin=margin, size=self._size), float(fake)


def _any(choices: list[Any], rng: np.random.Generator) -> Any:
    return choices[int(rng.integers(len(choices)))]
