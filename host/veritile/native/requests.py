"""The messages from the client to the host; PROTOCOL.md says what they mean."""

from __future__ import annotations

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from veritile.decision.challenge.words import Answer, Why
from veritile.decision.policy import LARGEST_BUDGET, SMALLEST_BUDGET
from veritile.native.challenge_parts import Action
from veritile.native.envelope import Request
from veritile.native.fields import Count, EpochMs, ExportFormat, Key, Name, Side, Word
from veritile.native.limits import BATCH_FRAMES, LARGEST_SHARE, LONGEST_DAYS, SMALLEST_SHARE
from veritile.native.opening import Hello
from veritile.vocabulary import Sensitivity


class Open(Request, frozen=True, kw_only=True, tag="open"):
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


class Frames(Request, frozen=True, kw_only=True, tag="frames"):
    """A batch of pictures. Answered by Verdicts."""

    session: Key
    frames: Annotated[tuple[Frame, ...], Meta(max_length=BATCH_FRAMES)]


class Configure(Request, frozen=True, kw_only=True, tag="configure"):
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


class Close(Request, frozen=True, kw_only=True, tag="close"):
    """Ends a session and forgets it. Answered by Health."""

    session: Key


class Ping(Request, frozen=True, kw_only=True, tag="ping"):
    """Asks for a sign of life. Answered by Pong."""


class ListSessions(Request, frozen=True, kw_only=True, tag="sessions"):
    """Asks what is open, or what is in the log. Answered by SessionList."""

    logged: bool | UnsetType = UNSET


class Export(Request, frozen=True, kw_only=True, tag="export"):
    """Asks for a session's verdicts as a document. Answered by Exported."""

    session: Key
    format: ExportFormat


class ChallengeRequest(Request, frozen=True, kw_only=True, tag="challenge"):
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


class PictureRequest(Request, frozen=True, kw_only=True, tag="challenge_picture"):
    """Asks for the best picture of a step, or for that before the first. Answered by PictureTold."""

    session: Key
    participant: Key
    step: Count | UnsetType = UNSET


class HeatmapRequest(Request, frozen=True, kw_only=True, tag="heatmap"):
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
