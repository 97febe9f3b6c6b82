"""Which face of this frame is which face of the last: a meeting room's tile shows several people.

Faces are matched by the overlap of their boxes (intersection over union), as
shares of the picture, so that a tile which is resized keeps its people. A box
that matches nothing is still the same person where only one person and one face
are left: people move, and seconds may lie between two frames. Somebody else is
only who is both elsewhere in the picture and in other surroundings.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from veritile.decision.evidence import Evidence
from veritile.decision.observation import Box, Look

OVERLAP: Final = 0.2
"""Intersection over union from which on two boxes may be one face."""
STAYED: Final = 0.5
"""Intersection over union from which on a face has not jumped."""
ALIKE: Final = 0.3
"""Normalised correlation of two signatures below which the surroundings are others."""
_NEW_SHARE: Final = 0.2
"""Of each signature in the running one."""


class Track:
    """One face over time."""

    __slots__ = ("box", "evidence", "missed", "pixels", "seen_at", "signature")

    def __init__(self, box: Box, look: Look, at: float) -> None:
        self.box = box
        """Where it was seen last, as shares of the picture."""
        self.pixels = look.box
        """The same in pixels of that frame."""
        self.signature = look.signature
        """Running mean of the signatures of its surroundings."""
        self.seen_at = at
        self.missed = 0
        """Frames since then that did not show it."""
        self.evidence = Evidence()

    def follow(self, box: Box, look: Look, at: float) -> bool:
        """Take the next look; return whether it shows somebody else, about whom nothing is known yet."""
        cut = overlap(self.box, box) < STAYED and likeness(self.signature, look.signature) < ALIKE
        if cut:
            self.evidence, self.signature = Evidence(), look.signature
        elif look.signature is not None:
            self.signature = _blend(self.signature, look.signature)
        self.box, self.pixels, self.seen_at, self.missed = box, look.box, at, 0
        return cut


def shares(box: Box, width: int, height: int) -> Box:
    """Return a box in pixels as shares of the picture; as it is when the picture's size is not known."""
    wide, high = width or 1, height or 1
    return box[0] / wide, box[1] / high, box[2] / wide, box[3] / high


def match(tracks: Sequence[Track], boxes: Sequence[Box]) -> dict[int, int]:
    """Return which box (its place) belongs to which track (its place), the best overlap first."""
    pairs = sorted(
        ((-overlap(track.box, box), i, j) for i, track in enumerate(tracks) for j, box in enumerate(boxes))
    )
    track_of: dict[int, int] = {}
    for minus, i, j in pairs:
        if -minus >= OVERLAP and j not in track_of and i not in track_of.values():
            track_of[j] = i
    if len(tracks) - len(track_of) == 1 == len(boxes) - len(track_of):
        (i,) = set(range(len(tracks))) - set(track_of.values())
        (j,) = set(range(len(boxes))) - set(track_of)
        track_of[j] = i
    return track_of


def overlap(a: Box, b: Box) -> float:
    """Return the intersection over union of two boxes, 0-1."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if width <= 0.0 or height <= 0.0:
        return 0.0
    shared = width * height
    return shared / (a[2] * a[3] + b[2] * b[3] - shared)


def likeness(a: Sequence[float] | None, b: Sequence[float] | None) -> float:
    """Return the normalised correlation of two signatures, -1 to 1; 1 where one says nothing."""
    if a is None or b is None or len(a) != len(b) or not a:
        return 1.0
    mean_a, mean_b = sum(a) / len(a), sum(b) / len(b)
    da, db = [x - mean_a for x in a], [x - mean_b for x in b]
    scale = math.sqrt(sum(x * x for x in da) * sum(x * x for x in db))
    return sum(x * y for x, y in zip(da, db, strict=True)) / scale if scale > 1e-12 else 1.0


def _blend(old: tuple[float, ...] | None, new: tuple[float, ...]) -> tuple[float, ...]:
    if old is None or len(old) != len(new):
        return new
    return tuple(a + _NEW_SHARE * (b - a) for a, b in zip(old, new, strict=True))
