"""An open session as a document that a user can keep."""

from __future__ import annotations

from typing import Final

from msgspec import UNSET, to_builtins
from msgspec.json import encode

from veritile import __version__
from veritile.errors import ReplyTooLargeError
from veritile.native.basis import told
from veritile.native.clock import Clock
from veritile.native.limits import REPLY_BYTES
from veritile.native.messages import ExportFormat, Model
from veritile.native.sessions import Session
from veritile.store.document import Document, Person, as_json

_ROOM: Final = 1024
"""Bytes of a reply around its document."""


def document_of(session: Session, model: Model, clock: Clock) -> Document:
    """Who is there, what was shown of them and when it changed; PROTOCOL.md describes the fields.

    Holds ids, names and verdicts, never a picture. Bounded by PARTICIPANTS
    and CHANGES_KEPT to under 1 MiB of JSON.
    """
    now_ms = int(clock.epoch() * 1000)
    zero_ms = now_ms - clock.monotonic() * 1000
    participants = []
    for participant in tuple(session.participants.values()):
        verdict = participant.verdict
        participants.append(
            Person(
                participant=participant.key,
                name=UNSET if participant.name is None else participant.name,
                label=verdict.label,
                reason=verdict.reason,
                advice=verdict.advice,
                score=None if verdict.score is None else round(verdict.score, 4),
                confidence=round(verdict.confidence, 4),
                evidence=round(verdict.evidence, 2),
                p=None if verdict.p is None else round(verdict.p, 4),
                people=verdict.people,
                basis=to_builtins(told(verdict.basis, zero_ms)),
                changes=participant.changes,
            )
        )
    return Document(
        veritile=__version__,
        model=to_builtins(model),
        session=session.key,
        platform=session.platform,
        opened_at=session.opened_at,
        closed_at=None,
        exported_at=now_ms,
        alarm=round(session.policy.alarm, 2),
        head=None,
        participants=tuple(participants),
    )


def written(document: Document, form: ExportFormat) -> str:
    """Return the document's text.

    Raises ReplyTooLargeError when the browser would not take it.
    """
    if form is ExportFormat.CSV:
        from veritile.store.table import as_csv as write
    elif form is ExportFormat.HTML:
        from veritile.store.report import as_html as write
    else:
        write = as_json
    text = write(document)
    if len(encode(text)) > REPLY_BYTES - _ROOM:
        raise ReplyTooLargeError(
            "The document is too large for the browser: `veritile log export` writes it into a file."
        )
    return text
