"""What is said of a participant, and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from veritile.decision.observation import Box, Pose, Size
from veritile.vocabulary import Advice, Label, Reason


class Strongest(NamedTuple):
    """The look that spoke most for fake, by log-odds times quality."""

    at: float
    """When it was captured, seconds on the observations' clock."""
    log_odds: float
    """As scored, before it was clipped."""
    quality: float


class Part(NamedTuple):
    """The looks of one pose and size."""

    pose: Pose
    size: Size
    frames: int
    weight: float
    """Independent looks of full quality that they are worth."""
    mean: float
    """Their weighted mean log-odds, clipped look by look."""


class Basis(NamedTuple):
    """What a verdict rests on."""

    frames: int = 0
    """Usable frames."""
    seconds: float = 0.0
    """From the first to the newest of them."""
    quality: float = 0.0
    """Their mean quality, 0-1."""
    strongest: Strongest | None = None
    parts: tuple[Part, ...] = ()
    """By pose and size; those with frames only, the newest frame's last."""


NOTHING: Final = Basis()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is shown of one participant: the person in the tile who looks most fake."""

    label: Label
    score: float | None
    """P(fake) by the mean of the newest looks, 0-1; None while nothing could be judged."""
    confidence: float
    """0-1: how far the test has got towards the bound of the label, times how far the comparison with real
    people bears it out; while `starting`, towards the nearer bound. Not a probability."""
    quality: float
    """Quality of the newest frame, 0-1."""
    reason: Reason | None
    """Why the label is `inconclusive`, else None."""
    next_sample_ms: int
    """How soon the next frame of this participant is wanted."""
    frames: int
    """Usable frames so far."""
    seconds: float
    """Time from the first to the newest usable frame."""
    evidence: float = 0.0
    """Log-odds gathered since they last spoke for real, 0 and up: an alarm needs `Policy.alarm` of them."""
    p: float | None = None
    """Share of real people who look as fake over that time, (0, 1]; None without a reference or evidence."""
    advice: Advice | None = None
    """What would help, where the person cannot be judged or only slowly."""
    basis: Basis = NOTHING
    box: Box | None = None
    """Where this face was last seen, pixels of that frame."""
    people: int = 0
    """Faces that are followed in the tile."""
    urgent: bool = False
    """Whether there is a suspicion, so that a look at this participant is worth more than at others."""
