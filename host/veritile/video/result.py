"""What was found out about a video: frame by frame, person by person, and on the whole."""

from __future__ import annotations

from dataclasses import dataclass

from veritile.decision import Verdict
from veritile.frame.pipeline import FrameResult
from veritile.video.file import Film
from veritile.video.people import Person
from veritile.video.segments import Segment


@dataclass(frozen=True, slots=True)
class TimedResult:
    """One frame of a video."""

    t: float
    """Seconds from the start."""
    result: FrameResult
    number: int = 0
    """Frames of the video before it."""


@dataclass(frozen=True, slots=True)
class PersonResult:
    """What a video shows of one person."""

    person: Person
    verdict: Verdict
    segments: tuple[Segment, ...]
    """Where they look swapped, in order."""


@dataclass(frozen=True, slots=True)
class VideoResult:
    """What a video shows."""

    verdict: Verdict
    """On the whole, by whoever looks most fake."""
    frames: tuple[TimedResult, ...]
    people: tuple[PersonResult, ...] = ()
    """Everybody in it, in the order in which they appear."""
    film: Film | None = None
    """What the file says of itself; None for frames that are of no file."""
    stretches: int = 0
    """How many the temporal model has judged; 0 without one, or where nobody is seen for long enough."""
