"""What somebody can be asked to do: the library of steps. A new step is one member, one row, one watcher."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Step(StrEnum):
    """What is asked for. Left and right are the person's own."""

    TURN_LEFT = "turn_left"
    """Turn the head slowly to your left until I see your ear, and come back."""
    TURN_RIGHT = "turn_right"
    """The same to your right."""
    HAND = "hand"
    """Pass your open hand slowly across your face."""
    CHEEK = "cheek"
    """Press a finger into your cheek."""
    NEAR = "near"
    """Come close to the camera."""
    BACK = "back"
    """Lean back."""
    LIGHT = "light"
    """Move a lamp, or the light of your phone, from one side of your face to the other."""
    NOD = "nod"
    """Look up, then down."""


class Watch(StrEnum):
    """What the user should watch for meanwhile."""

    EDGE = "edge"
    """An edge around the face that shimmers or slides."""
    EAR = "ear"
    """An ear and a cheek that do not join."""
    HAND = "hand"
    """A hand, or a finger, that goes behind the face or melts into it."""
    EYES = "eyes"
    """Eyes that lose their focus."""
    GLASSES = "glasses"
    """Glasses that melt."""
    COLOUR = "colour"
    """Skin whose colour, light or shadow does not follow."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of a step beforehand."""

    seconds: int
    """For saying it, hearing it, and doing it."""
    watch: tuple[Watch, ...]


LIBRARY: Final[dict[Step, Asked]] = {
    Step.TURN_LEFT: Asked(8, (Watch.EAR, Watch.EDGE, Watch.GLASSES)),
    Step.TURN_RIGHT: Asked(8, (Watch.EAR, Watch.EDGE, Watch.GLASSES)),
    Step.HAND: Asked(7, (Watch.HAND, Watch.EDGE)),
    Step.CHEEK: Asked(7, (Watch.HAND, Watch.COLOUR)),
    Step.NEAR: Asked(6, (Watch.EYES, Watch.EDGE)),
    Step.BACK: Asked(6, (Watch.EDGE, Watch.EYES)),
    Step.LIGHT: Asked(8, (Watch.COLOUR, Watch.EDGE)),
    Step.NOD: Asked(7, (Watch.EDGE, Watch.EYES, Watch.GLASSES)),
}

TURNS: Final = (Step.TURN_LEFT, Step.TURN_RIGHT)
