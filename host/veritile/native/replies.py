"""The messages from the host to the client; PROTOCOL.md says what they mean."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from veritile.decision.challenge.words import State, Why
from veritile.native.basis import Basis
from veritile.native.challenge_parts import FindingTold, JudgementTold, StepTold, ViewTold
from veritile.native.envelope import Reply
from veritile.native.fields import Box, Count, EpochMs, ExportFormat, Measure, Unit
from veritile.native.opening import Info, Log
from veritile.vocabulary import Advice, Label, Reason


class FaceBox(Struct, frozen=True, kw_only=True):
    """A face: x, y, width, height in pixels of the JPEG, and the detector's confidence."""

    box: Box
    confidence: Unit


class Timing(Struct, frozen=True, kw_only=True):
    """Where the time went, in ms; `queue_ms` from the message being read to work on the frame starting."""

    queue_ms: Measure
    decode_ms: Measure
    detect_ms: Measure
    score_ms: Measure


class Problem(Struct, frozen=True, kw_only=True):
    """Why one frame could not be judged."""

    code: int
    text: str


class Item(Struct, frozen=True, kw_only=True):
    """The verdict on one participant after one frame."""

    participant: str
    captured_at: EpochMs
    label: Label
    reason: Reason | UnsetType = UNSET
    advice: Advice | UnsetType = UNSET
    score: Unit | None
    confidence: Unit
    evidence: Measure
    p: Unit | UnsetType = UNSET
    basis: Basis
    box: Box | UnsetType = UNSET
    people: Count
    quality: Unit
    faces: tuple[FaceBox, ...]
    next_sample_ms: Count
    dropped: bool
    timing: Timing
    error: Problem | UnsetType = UNSET


class Verdicts(Reply, frozen=True, kw_only=True, tag="verdicts"):
    """One item per frame of the request, in its order."""

    session: str
    alarm: Measure
    items: tuple[Item, ...]


class Health(Reply, frozen=True, kw_only=True, tag="health"):
    """How the host is doing since it started."""

    queue: Count
    dropped: Count
    processed: Count
    errors: Count
    sessions: Count
    participants: Count
    rss_bytes: Count
    uptime_ms: Count
    log: Log


class Pong(Reply, frozen=True, kw_only=True, tag="pong"):
    """A sign of life."""


class Error(Reply, frozen=True, kw_only=True, tag="error"):
    """What went wrong, by PROTOCOL.md's table, and what to do next."""

    code: int
    text: str


class ParticipantSummary(Struct, frozen=True, kw_only=True):
    """One participant of a session."""

    participant: str
    name: str | UnsetType = UNSET
    label: Label
    score: Unit | UnsetType | None = UNSET
    worst: Label | UnsetType = UNSET


class SessionSummary(Struct, frozen=True, kw_only=True):
    """One session, open or of the log."""

    session: str
    logged_as: str | UnsetType = UNSET
    platform: str
    opened_at: EpochMs
    closed_at: EpochMs | UnsetType = UNSET
    participants: tuple[ParticipantSummary, ...]


class SessionList(Reply, frozen=True, kw_only=True, tag="sessions"):
    """What is open, or what is in the log."""

    items: tuple[SessionSummary, ...]
    more: bool


class Exported(Reply, frozen=True, kw_only=True, tag="export"):
    """A session as a document; `data` is its text."""

    session: str
    format: ExportFormat
    data: str


class ChallengeTold(Reply, frozen=True, kw_only=True, tag="challenge"):
    """How a challenge stands; also pushed with every picture of it."""

    session: str
    participant: str
    state: State
    why: Why | UnsetType = UNSET
    step: Count | UnsetType = UNSET
    steps: tuple[StepTold, ...]
    remaining_ms: Count
    reference: bool
    findings: tuple[FindingTold, ...]
    views: tuple[ViewTold, ...]
    judgement: JudgementTold | UnsetType = UNSET


class PictureTold(Reply, frozen=True, kw_only=True, tag="challenge_picture"):
    """A picture of a challenge, as the client had sent it."""

    session: str
    participant: str
    step: Count | UnsetType = UNSET
    jpeg: bytes
    captured_at: EpochMs
    box: Box | UnsetType = UNSET
    yaw: float | UnsetType = UNSET


class HeatmapTold(Reply, frozen=True, kw_only=True, tag="heatmap"):
    """A face of a participant, and where in it its score comes from."""

    session: str
    participant: str
    jpeg: bytes
    captured_at: EpochMs
    score: Unit


HostMessage = (
    Info
    | Verdicts
    | Health
    | Pong
    | Error
    | SessionList
    | Exported
    | ChallengeTold
    | PictureTold
    | HeatmapTold
)
