"""The messages that open a conversation, apart from all others: the browser waits for them."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from veritile.native.envelope import Reply, Request
from veritile.native.fields import Measure, ModelState, Word
from veritile.store.state import LogState, VaultState


class Peer(Struct, frozen=True, kw_only=True):
    """Who speaks, for the log."""

    name: Word
    version: Word


class Hello(Request, frozen=True, kw_only=True, tag="hello"):
    """Opens the conversation. Answered by Info."""

    protocols: Annotated[tuple[int, ...], Meta(max_length=64)]
    client: Peer


class Versions(Struct, frozen=True, kw_only=True):
    """Of the software; ONNX Runtime's once it is loaded."""

    veritile: str
    python: str
    onnxruntime: str | UnsetType = UNSET


class Model(Struct, frozen=True, kw_only=True):
    """The model, as its card names it; version and sha256 are empty when the card cannot be read."""

    name: str
    version: str
    sha256: str


class Limits(Struct, frozen=True, kw_only=True):
    """What the host accepts; see veritile.native.limits."""

    message_bytes: int
    reply_bytes: int
    frame_width: int
    frame_height: int
    batch_frames: int
    batches_in_flight: int
    sessions: int
    participants: int


class Log(Struct, frozen=True, kw_only=True):
    """How the session log is doing."""

    state: LogState
    path: str
    pictures: VaultState
    text: str | UnsetType = UNSET


class Info(Reply, frozen=True, kw_only=True, tag="info"):
    """What the host is, how far its model is and how its log is doing; also pushed when that changes."""

    versions: Versions
    protocols: tuple[int, ...]
    model: Model
    provider: str | None
    state: ModelState
    least_alarms_per_hour: Measure | None
    log: Log
    limits: Limits
