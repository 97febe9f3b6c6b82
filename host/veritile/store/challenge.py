"""The guided challenges of a session, for its table and its page."""

from __future__ import annotations

from contextlib import suppress

import msgspec
from msgspec import UNSET, Struct

from veritile.store.document import Document
from veritile.store.entries import Kind
from veritile.vocabulary import Label


class StepKept(Struct, frozen=True):
    """One step, and what became of it; in the protocol's words."""

    step: str
    state: str


class ShareKept(Struct, frozen=True):
    """One part of the judgement."""

    source: str
    log_odds: float


class JudgementKept(Struct, frozen=True):
    """What it came to."""

    label: Label
    log_odds: float
    shares: tuple[ShareKept, ...]
    reason: str | None = None


class ChallengeKept(Struct, frozen=True):
    """A challenge that the user wanted to keep."""

    participant: str
    answer: str
    steps: tuple[StepKept, ...]
    judgement: JudgementKept

    @property
    def outcome(self) -> str:
        """The steps in one line, as `turn left: done; hand: not done`."""
        return "; ".join(f"{one.step}: {one.state}" for one in self.steps).replace("_", " ")

    @property
    def parts(self) -> str:
        """The judgement's shares in one line, as `answer +1.40; model -0.62`."""
        return "; ".join(f"{one.source} {one.log_odds:+.2f}" for one in self.judgement.shares)


def challenges_of(document: Document) -> list[tuple[int, ChallengeKept]]:
    """Return when each was kept (epoch ms), and what it was; what makes no sense is left out."""
    found = []
    for event in document.events:
        if event.kind == Kind.CHALLENGE:
            with suppress(msgspec.ValidationError):
                found.append((event.at, msgspec.convert(event.told, ChallengeKept)))
    return found


def names_of(document: Document) -> dict[str, str]:
    """Return what people were called, by participant; those without a name are missing."""
    return {person.participant: person.name for person in document.participants if person.name is not UNSET}
