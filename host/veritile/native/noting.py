"""What the session log is told of a look."""

from __future__ import annotations

from typing import Any, NamedTuple

from msgspec import to_builtins

from veritile.native.messages import Item
from veritile.native.sessions import Participant


class Note(NamedTuple):
    """One look that goes into the log."""

    person: Participant
    item: Item
    changed: bool
    """Whether label or reason became another."""
    picture: tuple[float, bytes] | None
    """To be kept, and when it was taken, epoch ms."""


def told_of(item: Item, alarm: float) -> dict[str, Any]:
    """A verdict and what it rests on; see PROTOCOL.md for the fields."""
    told: dict[str, Any] = to_builtins(item)
    for field in ("box", "faces", "next_sample_ms", "dropped", "timing", "error"):
        told.pop(field, None)
    told |= {"alarm": alarm, "score": rounded(item.score), "confidence": rounded(item.confidence)}
    return told | {"quality": rounded(item.quality)}


def rounded(share: float | None) -> float | None:
    """A score or another share as it is written down."""
    return None if share is None else round(share, 4)
