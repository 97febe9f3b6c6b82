"""A session as a document that a user can keep."""

from __future__ import annotations

from typing import Any

import msgspec

from veritile import __version__
from veritile.native.basis import told
from veritile.native.clock import Clock
from veritile.native.messages import Model
from veritile.native.sessions import Session


def export_json(session: Session, model: Model, clock: Clock) -> str:
    """Who was there, what was shown of them and when it changed; PROTOCOL.md describes the fields.

    Holds ids, names and verdicts, never a picture. Bounded by PARTICIPANTS
    and CHANGES_KEPT to under 1 MiB.
    """
    now_ms = int(clock.epoch() * 1000)
    zero_ms = now_ms - clock.monotonic() * 1000
    participants: list[dict[str, Any]] = []
    for participant in tuple(session.participants.values()):
        verdict = participant.verdict
        entry: dict[str, Any] = {"participant": participant.key}
        if participant.name is not None:
            entry["name"] = participant.name
        entry |= {
            "label": verdict.label,
            "reason": verdict.reason,
            "advice": verdict.advice,
            "score": verdict.score,
            "confidence": verdict.confidence,
            "evidence": round(verdict.evidence, 2),
            "p": verdict.p,
            "people": verdict.people,
            "basis": told(verdict.basis, zero_ms),
            "changes": participant.changes,
        }
        participants.append(entry)
    document = {
        "veritile": __version__,
        "model": model,
        "session": session.key,
        "platform": session.platform,
        "opened_at": session.opened_at,
        "exported_at": now_ms,
        "alarm": round(session.policy.alarm, 2),
        "participants": participants,
    }
    return msgspec.json.encode(document).decode()
