"""Recorded clips as the temporal model sees them, and what it says of them beside the frame model's mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from veritile.frame.faces import FaceDetector
from veritile.train.figures import Scores
from veritile.train.livepairs import LivePairs
from veritile.train.nets.mesotexture import MesoTexture
from veritile.train.temporal.describe import Described, describe, windows
from veritile.train.temporal.sequences import CALL_FPS, nearest_to
from veritile.video.temporal import Look, look_at


@dataclass(slots=True)
class Clips:
    """Windows of clips, numbered by clip and side."""

    windows: list[Described] = field(default_factory=list)
    clip: list[int] = field(default_factory=list)
    """Number of each window's clip; in paired sets both sides have one."""
    fake: list[bool] = field(default_factory=list)

    def add(self, looks: Sequence[Look], clip: int, net: MesoTexture, length: int, *, fake: bool) -> None:
        """Describe one side of a clip."""
        for window in windows(looks, length):
            self.windows.append(describe(window, net, length))
            self.clip.append(clip)
            self.fake.append(fake)

    def scores(self, answers: NDArray[np.float64]) -> Scores:
        """The answers to the windows for `veritile.train.figures`: an entry each."""
        return Scores(
            answers, np.array(self.fake), np.array(self.clip), np.zeros(len(self.clip), dtype=np.int64)
        )


def of_calls(live: LivePairs, net: MesoTexture, *, margin: float, length: int) -> Clips:
    """Both sides of all clips of live swaps, numbered as `live.clips`; frames without a face are left out."""
    detector, found = FaceDetector(), Clips()
    for number, clip in enumerate(live.clips):
        sides: tuple[list[Look], list[Look]] = ([], [])
        for pair in sorted(live.by_clip[clip], key=lambda pair: pair.frame):
            for side, image in zip(sides, live.read(pair), strict=True):
                face = nearest_to(detector.detect(image), pair.box)
                if face is not None:
                    side.append(look_at(image, face, pair.frame / CALL_FPS, margin=margin, size=net.size))
        for side, fake in zip(sides, (False, True), strict=True):
            found.add(side, number, net, length, fake=fake)
    return found
