"""Which face of a video is whose: each person with the looks at them, in order."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from veritile.decision.tracks import Track, match, shares
from veritile.frame import FaceResult, FrameResult
from veritile.looks import observation

GONE_S: Final = 5.0
"""Who has not been seen for so long, and in `GONE_FRAMES`, is another person when a face comes back."""
GONE_FRAMES: Final = 3
MOST_PEOPLE: Final = 100
"""Of one video; whoever comes later is in its frames, but not told apart."""


@dataclass(frozen=True, slots=True)
class PersonLook:
    """One face at one time."""

    t: float
    """Seconds from the start."""
    face: FaceResult


@dataclass(slots=True)
class Person:
    """Somebody in a video."""

    number: int
    """From 1, in the order in which they appear."""
    width: int
    """Of the frames, in pixels."""
    height: int
    looks: list[PersonLook] = field(default_factory=list)


@dataclass(slots=True)
class _Followed:
    track: Track
    person: Person


class People:
    """Tells the people of a video apart, frame by frame, by where their faces are and what surrounds them."""

    def __init__(self) -> None:
        self.all: list[Person] = []
        """In the order in which they appear."""
        self._here: list[_Followed] = []

    def see(self, t: float, result: FrameResult) -> None:
        """Take the next frame, at `t` seconds."""
        looks = observation(t, result).looks
        boxes = [shares(look.box, result.width, result.height) for look in looks]
        place_of = match([each.track for each in self._here], boxes)
        for j, (look, box) in enumerate(zip(looks, boxes, strict=True)):
            if j in place_of:
                followed = self._here[place_of[j]]
                if followed.track.follow(box, look, t):  # a cut: somebody else sits where they sat
                    followed.person = self._newcomer(result) or followed.person
            else:
                person = self._newcomer(result)
                if person is None:
                    continue
                followed = _Followed(Track(box, look, t), person)
                self._here.append(followed)
            followed.person.looks.append(PersonLook(t, replace(result.looks[j], signature=())))
        for i, followed in enumerate(self._here):
            followed.track.missed += i not in place_of.values() and followed.track.seen_at < t
        self._here = [
            each for each in self._here if each.track.missed < GONE_FRAMES or t - each.track.seen_at <= GONE_S
        ]

    def _newcomer(self, result: FrameResult) -> Person | None:
        if len(self.all) >= MOST_PEOPLE:
            return None
        person = Person(len(self.all) + 1, result.width, result.height)
        self.all.append(person)
        return person
