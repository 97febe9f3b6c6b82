"""A session as a document that a user can keep, from the log or from a running call."""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, Struct, UnsetType
from msgspec.json import encode
from msgspec.structs import replace

from veritile.vocabulary import Label


class Change(Struct, frozen=True, kw_only=True):
    """What was shown of a participant from a moment on, or still then."""

    at: float
    """Capture time of the picture, epoch ms."""
    label: Label
    reason: str | None
    score: float | None
    confidence: float
    evidence: float
    """Log-odds."""


class Person(Struct, frozen=True, kw_only=True):
    """One participant; what `verdicts` leaves out is None."""

    participant: str
    name: str | UnsetType = UNSET
    label: Label
    reason: str | None
    advice: str | None
    score: float | None
    confidence: float
    evidence: float
    p: float | None
    people: int
    basis: Any
    """As in `verdicts`."""
    changes: tuple[Change, ...]
    """Oldest first."""
    standings: tuple[Change, ...] = ()
    """Between the changes: once a minute, from the log only."""


class Picture(Struct, frozen=True, kw_only=True):
    """One that was kept, encrypted."""

    entry: int
    """Number of its entry."""
    participant: str
    captured_at: float
    label: Label
    score: float | None
    key: str
    """Id of its key."""
    sha256: str
    """Of the encrypted picture."""


class Event(Struct, frozen=True, kw_only=True):
    """Something that concerns the host, while the session was open."""

    at: int
    kind: str
    told: dict[str, Any]


class Document(Struct, frozen=True, kw_only=True):
    """One session. Times are in epoch ms."""

    veritile: str
    """Version of the host."""
    model: Any
    session: str
    platform: str
    opened_at: float
    closed_at: float | None
    """None while it is open, and where the host ended without a word."""
    exported_at: int
    alarm: float | None
    """Evidence at which the budget allows an alarm, log-odds."""
    head: str | None
    """The log's head when it was read, `N:HEX`; None for what is not from the log."""
    participants: tuple[Person, ...]
    pictures: tuple[Picture, ...] = ()
    events: tuple[Event, ...] = ()

    @property
    def ended_at(self) -> float:
        """When it was closed, or the last that is known of it."""
        times = [change.at for person in self.participants for change in (*person.changes, *person.standings)]
        return self.closed_at if self.closed_at is not None else max([self.opened_at, *times])


def without_names(document: Document) -> Document:
    """Return the document with the participants' ids alone, as where names are not logged."""
    people = tuple(replace(person, name=UNSET) for person in document.participants)
    return replace(document, participants=people)


def as_json(document: Document) -> str:
    """Return the document as JSON."""
    return encode(document).decode()


def worst(labels: list[Label]) -> Label:
    """Return the most alarming of labels, at least one; `inconclusive` is the least."""
    return max(labels, key=_ALARMING.index)


_ALARMING = [Label.INCONCLUSIVE, Label.LIKELY_REAL, Label.SUSPECT, Label.LIKELY_FAKE]
