"""One entry of the log, and the hash that chains it to the one before."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from veritile.digest import sha256

if TYPE_CHECKING:
    import sqlite3

GENESIS: Final = bytes(32)
"""What the first entry follows."""


class Kind(StrEnum):
    """What an entry tells. Those from SESSION_OPENED to SESSION_CLOSED belong to a session."""

    HOST_STARTED = "host_started"
    MODEL = "model"
    CONFIGURED = "configured"
    SESSION_OPENED = "session_opened"
    PARTICIPANT = "participant"
    VERDICT = "verdict"
    """A participant's label or reason became another."""
    STANDING = "standing"
    """The label is still the same: once a minute."""
    PICTURE = "picture"
    """A picture was kept, encrypted, in the table of pictures."""
    CHALLENGE = "challenge"
    """A guided challenge that the user wanted to keep."""
    SESSION_CLOSED = "session_closed"
    PICTURES_DROPPED = "pictures_dropped"
    """Kept pictures gave way to newer ones."""
    ERROR = "error"
    GAP = "gap"
    """For a time nothing could be written."""
    PRUNED = "pruned"
    """Entries were removed, by age or by the user."""
    HOST_STOPPED = "host_stopped"


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be written."""

    at: int
    """Epoch ms."""
    kind: Kind
    host: str
    """Of the host process."""
    session: str
    """The log's own id of the session; empty for what concerns the host as a whole."""
    body: str
    """JSON, as it is hashed."""
    picture: bytes | None = None
    """Encrypted, with a PICTURE."""


def canonical(body: Mapping[str, Any]) -> str:
    """Return the JSON of an entry's body: keys in order, no spaces, what is None left out."""
    told = {key: value for key, value in body.items() if value is not None}
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("utf-8", "replace").decode()  # half a surrogate pair could not be stored


def digest(
    previous: bytes, seq: object, at: object, kind: object, host: object, session: object, body: object
) -> bytes:
    """SHA-256 over the previous entry's hash and the canonical bytes of this one.

    The canonical bytes are UTF-8 of the JSON array [seq, at, kind, host, session, body], the body as the text
    that is stored. Values of any type are taken: what somebody has put into a column hashes as it is.
    """
    columns = [seq, at, kind, host, session, body]
    text = json.dumps(columns, ensure_ascii=False, separators=(",", ":"), default=repr)
    return sha256(previous + text.encode("utf-8", "surrogatepass")).digest()


def append(connection: sqlite3.Connection, entry: Entry) -> int:
    """Write one entry behind the head, inside a transaction that holds the write lock; return its number."""
    seq, previous = connection.execute("SELECT seq, hash FROM head").fetchone()
    columns = (seq + 1, entry.at, entry.kind.value, entry.host, entry.session, entry.body)
    new = digest(previous, *columns)
    connection.execute("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*columns, previous, new))
    connection.execute("UPDATE head SET seq = ?, hash = ?", (seq + 1, new))
    return int(seq) + 1
