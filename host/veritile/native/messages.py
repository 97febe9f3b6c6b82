"""Every message of the protocol as a type; PROTOCOL.md says what they mean.

The wire form is JSON: `type` names the message, bytes travel as base64.
Optional fields are absent when unset; unknown fields are ignored.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from veritile.decision.challenge.words import Answer, State, Why
from veritile.decision.policy import LARGEST_BUDGET, SMALLEST_BUDGET
from veritile.native.basis import Basis
from veritile.native.challenge_parts import Action, FindingTold, JudgementTold, StepTold, ViewTold
from veritile.native.fields import Box, Count, EpochMs, Key, Measure, Name, RequestId, Side, Unit, Word
from veritile.native.limits import BATCH_FRAMES, LARGEST_SHARE, LONGEST_DAYS, PROTOCOL, SMALLEST_SHARE
from veritile.store.state import LogState
from veritile.store.vault import VaultState
from veritile.vocabulary import Advice, Label, Reason, Sensitivity


class ExportFormat(StrEnum):
    """What `export` can write."""

    JSON = "json"
    CSV = "csv"
    HTML = "html"


class ModelState(StrEnum):
    """How far the model is."""

    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"


# ---- client -> host ----


class _Request(Struct, frozen=True, kw_only=True, tag_field="type"):
    v: Literal[1] = PROTOCOL
    id: RequestId


class Peer(Struct, frozen=True, kw_only=True):
    """Who speaks, for the log."""

    name: Word
    version: Word


class Hello(_Request, frozen=True, kw_only=True, tag="hello"):
    """Opens the conversation. Answered by Info."""

    protocols: Annotated[tuple[int, ...], Meta(max_length=64)]
    client: Peer


class Open(_Request, frozen=True, kw_only=True, tag="open"):
    """Starts a session: one call in one tab. Answered by Health."""

    session: Key
    platform: Word


class Size(Struct, frozen=True, kw_only=True):
    """Of a video, in its own pixels."""

    width: Side
    height: Side


class Frame(Struct, frozen=True, kw_only=True):
    """One picture of one participant."""

    participant: Key
    name: Name | UnsetType = UNSET
    captured_at: EpochMs
    jpeg: bytes
    video: Size


class Frames(_Request, frozen=True, kw_only=True, tag="frames"):
    """A batch of pictures. Answered by Verdicts."""

    session: Key
    frames: Annotated[tuple[Frame, ...], Meta(max_length=BATCH_FRAMES)]


class Configure(_Request, frozen=True, kw_only=True, tag="configure"):
    """Sets the budget of false alarms, what may be taken of the machine, and the log. Answered by Health."""

    session: Key | UnsetType = UNSET
    sensitivity: Sensitivity | UnsetType = UNSET
    alarms_per_hour: Annotated[float, Meta(ge=SMALLEST_BUDGET, le=LARGEST_BUDGET)] | UnsetType = UNSET
    cpu_share: Annotated[float, Meta(ge=SMALLEST_SHARE, le=LARGEST_SHARE)] | UnsetType = UNSET
    battery_saver: bool | UnsetType = UNSET
    log: bool | UnsetType = UNSET
    retention_days: Annotated[int, Meta(ge=0, le=LONGEST_DAYS)] | UnsetType = UNSET
    log_names: bool | UnsetType = UNSET
    keep_evidence: bool | UnsetType = UNSET

    def __post_init__(self) -> None:
        budget = (self.sensitivity, self.alarms_per_hour)
        log = (self.log, self.retention_days, self.log_names, self.keep_evidence)
        others = (self.cpu_share, self.battery_saver, *log)
        if UNSET not in budget:
            raise ValueError("give sensitivity or alarms_per_hour, not both")
        if all(setting is UNSET for setting in (*budget, *others)):
            raise ValueError("give at least one setting")
        if self.session is not UNSET and any(setting is not UNSET for setting in others):
            raise ValueError("only a budget can be of one session: leave session out")


class Close(_Request, frozen=True, kw_only=True, tag="close"):
    """Ends a session and forgets it. Answered by Health."""

    session: Key


class Ping(_Request, frozen=True, kw_only=True, tag="ping"):
    """Asks for a sign of life. Answered by Pong."""


class ListSessions(_Request, frozen=True, kw_only=True, tag="sessions"):
    """Asks what is open, or what is in the log. Answered by SessionList."""

    logged: bool | UnsetType = UNSET


class Export(_Request, frozen=True, kw_only=True, tag="export"):
    """Asks for a session's verdicts as a document. Answered by Exported."""

    session: Key
    format: ExportFormat


class ChallengeRequest(_Request, frozen=True, kw_only=True, tag="challenge"):
    """Guides somebody through a challenge. Answered by ChallengeTold."""

    session: Key
    participant: Key
    action: Action
    mirrored: bool | UnsetType = UNSET
    why: Why | UnsetType = UNSET
    answer: Answer | UnsetType = UNSET
    keep: bool | UnsetType = UNSET

    def __post_init__(self) -> None:
        if (self.action is Action.ANSWER) != (self.answer is not UNSET):
            raise ValueError("give answer with the action answer, and with no other")


class PictureRequest(_Request, frozen=True, kw_only=True, tag="challenge_picture"):
    """Asks for the best picture of a step, or for that before the first. Answered by PictureTold."""

    session: Key
    participant: Key
    step: Count | UnsetType = UNSET


class HeatmapRequest(_Request, frozen=True, kw_only=True, tag="heatmap"):
    """Asks where a participant's score comes from. Answered by HeatmapTold."""

    session: Key
    participant: Key


ClientMessage = (
    Hello
    | Open
    | Frames
    | Configure
    | Close
    | Ping
    | ListSessions
    | Export
    | ChallengeRequest
    | PictureRequest
    | HeatmapRequest
)


# ---- host -> client ----


class _Reply(Struct, frozen=True, kw_only=True, tag_field="type"):
    v: Literal[1] = PROTOCOL
    re: RequestId | UnsetType = UNSET


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


class Info(_Reply, frozen=True, kw_only=True, tag="info"):
    """What the host is, how far its model is and how its log is doing; also pushed when that changes."""

    versions: Versions
    protocols: tuple[int, ...]
    model: Model
    provider: str | None
    state: ModelState
    least_alarms_per_hour: Measure | None
    log: Log
    limits: Limits


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


class Verdicts(_Reply, frozen=True, kw_only=True, tag="verdicts"):
    """One item per frame of the request, in its order."""

    session: str
    alarm: Measure
    items: tuple[Item, ...]


class Health(_Reply, frozen=True, kw_only=True, tag="health"):
    """How the host is doing since it started."""

    queue: Count
    dropped: Count
    processed: Count
    errors: Count
    sessions: Count
    participants: Count
    rss_bytes: Count
    uptime_ms: Count


class Pong(_Reply, frozen=True, kw_only=True, tag="pong"):
    """A sign of life."""


class Error(_Reply, frozen=True, kw_only=True, tag="error"):
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


class SessionList(_Reply, frozen=True, kw_only=True, tag="sessions"):
    """What is open, or what is in the log."""

    items: tuple[SessionSummary, ...]
    more: bool


class Exported(_Reply, frozen=True, kw_only=True, tag="export"):
    """A session as a document; `data` is its text."""

    session: str
    format: ExportFormat
    data: str


class ChallengeTold(_Reply, frozen=True, kw_only=True, tag="challenge"):
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


class PictureTold(_Reply, frozen=True, kw_only=True, tag="challenge_picture"):
    """A picture of a challenge, as the client had sent it."""

    session: str
    participant: str
    step: Count | UnsetType = UNSET
    jpeg: bytes
    captured_at: EpochMs
    box: Box | UnsetType = UNSET
    yaw: float | UnsetType = UNSET


class HeatmapTold(_Reply, frozen=True, kw_only=True, tag="heatmap"):
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
