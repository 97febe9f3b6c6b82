"""The words of a challenge, in the protocol and the log; importing them costs next to nothing."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

SAMPLE_MS: Final = 200
"""Wait between two pictures."""


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


class StepState(StrEnum):
    """What has become of a step."""

    WAITING = "waiting"
    NOW = "now"
    DONE = "done"
    NOT_DONE = "not_done"
    """Its time was over: a finding."""
    SKIPPED = "skipped"
    """The user went on: no finding."""


class Hint(StrEnum):
    """What keeps a step from being ticked."""

    OTHER_SIDE = "other_side"
    """The head turns to the other side."""
    FURTHER = "further"
    """It has begun, and does not go far enough."""
    COME_BACK = "come_back"
    """All but the way back is done."""
    NO_FACE = "no_face"
    """There is no face to follow."""
    FROZEN = "frozen"
    """The picture stands still."""


class Finding(StrEnum):
    """What was noticed."""

    NOT_DONE = "not_done"
    """A step was not done within its seconds."""
    TRACK_LOST = "track_lost"
    """Share of the views from the side in which no face was found, 0-1."""
    TRACK_JUMP = "track_jump"
    """The farthest that the face jumped between two views from the side, in its long sides."""
    COLOUR_JUMP = "colour_jump"
    """How far the colour of the face from the side is from that in front; two people's skin is 0.03 apart."""
    OUTLINE_JUMP = "outline_jump"
    """By which share the outline of the face is less sharp from the side than in front; 0 when it is not."""


class View(StrEnum):
    """From where the face was seen."""

    FRONT = "front"
    SIDE = "side"


class Answer(StrEnum):
    """What the user says of the pictures."""

    LOOKS_RIGHT = "looks_right"
    LOOKS_WRONG = "looks_wrong"
    CANNOT_TELL = "cannot_tell"
    REFUSED = "refused"
    """The person did not want to."""


class Source(StrEnum):
    """Where a share comes from."""

    ANSWER = "answer"
    COMPLIANCE = "compliance"
    MODEL = "model"


class State(StrEnum):
    """How far a challenge is."""

    PREPARING = "preparing"
    RUNNING = "running"
    ASKING = "asking"
    """All steps are over: the user is to say how it looked."""
    ENDED = "ended"
    """It came to an early end; what was seen can still be answered for."""
    JUDGED = "judged"


class Why(StrEnum):
    """Why it came to an early end."""

    CANCELLED = "cancelled"
    REFUSED = "refused"
    LEFT = "left"
    CAMERA_OFF = "camera_off"
    NO_FACE = "no_face"
