"""Which sessions there are, open and in the log, and those of the log as documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from msgspec import UNSET
from msgspec.json import encode

from veritile.errors import UnknownCallError, UnknownSessionError
from veritile.native.clock import Clock
from veritile.native.journal import Journal
from veritile.native.limits import CHANGES_KEPT, LISTED_BYTES
from veritile.native.messages import ParticipantSummary, SessionList, SessionSummary
from veritile.native.sessions import Sessions
from veritile.store.document import Document

_FLUSH_S: Final = 0.25


def open_sessions(request: int, sessions: Sessions) -> SessionList:
    """What is open, as the reply to a request."""
    items = tuple(
        SessionSummary(
            session=session.key,
            logged_as=UNSET if session.logged is None else session.logged.id,
            platform=session.platform,
            opened_at=session.opened_at,
            participants=tuple(
                ParticipantSummary(
                    participant=participant.key,
                    name=participant.name or UNSET,
                    label=participant.verdict.label,
                    score=participant.verdict.score,
                )
                for participant in session.participants.values()
            ),
        )
        for session in sessions.all()
    )
    return SessionList(re=request, items=items, more=False)


def logged_sessions(request: int, journal: Journal) -> SessionList:
    """The newest sessions of the log, as many as fit into a reply; raises LogUnreadableError."""
    items: list[SessionSummary] = []
    size = 0
    for summary in _summaries(journal):
        size += len(encode(summary)) + 1
        if size > LISTED_BYTES:
            return SessionList(re=request, items=tuple(items), more=True)
        items.append(summary)
    return SessionList(re=request, items=tuple(items), more=False)


def logged_document(key: str, journal: Journal, clock: Clock) -> Document:
    """A session of the log, by the log's id of it; raises UnknownSessionError, LogUnreadableError."""
    from veritile.store.reading import document, opened

    unknown = UnknownSessionError("The session is neither open nor in the log: send `open` first.")
    if journal.path is None:
        raise unknown
    journal.flush(_FLUSH_S)
    with opened(journal.path) as connection:
        if connection is None:
            raise unknown
        try:
            return document(connection, key, exported_at=int(clock.epoch() * 1000), most_changes=CHANGES_KEPT)
        except UnknownCallError:
            raise unknown from None


def _summaries(journal: Journal) -> Iterator[SessionSummary]:
    from veritile.store.reading import listed, opened

    if journal.path is None:
        return
    journal.flush(_FLUSH_S)
    with opened(journal.path) as connection:
        for each in listed(connection) if connection is not None else ():
            yield SessionSummary(
                session=each.session,
                logged_as=each.session,
                platform=each.platform,
                opened_at=each.opened_at,
                closed_at=UNSET if each.closed_at is None else each.closed_at,
                participants=tuple(
                    ParticipantSummary(participant=who, name=name or UNSET, label=label, worst=worst)
                    for who, (name, label, worst) in each.people.items()
                ),
            )
