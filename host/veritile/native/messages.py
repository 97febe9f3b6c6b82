"""Every message of the protocol as a type; PROTOCOL.md says what they mean.

The wire form is JSON: `type` names the message, bytes travel as base64.
Optional fields are absent when unset; unknown fields are ignored.
"""

from __future__ import annotations

from veritile.native.fields import ExportFormat, ModelState
from veritile.native.opening import Hello, Info, Limits, Log, Model, Peer, Versions
from veritile.native.replies import (
    ChallengeTold,
    Error,
    Exported,
    FaceBox,
    Health,
    HeatmapTold,
    HostMessage,
    Item,
    ParticipantSummary,
    PictureTold,
    Pong,
    Problem,
    SessionList,
    SessionSummary,
    Timing,
    Verdicts,
)
from veritile.native.requests import (
    ChallengeRequest,
    ClientMessage,
    Close,
    Configure,
    Export,
    Frame,
    Frames,
    HeatmapRequest,
    ListSessions,
    Open,
    PictureRequest,
    Ping,
    Size,
)

__all__ = [
    "ChallengeRequest",
    "ChallengeTold",
    "ClientMessage",
    "Close",
    "Configure",
    "Error",
    "Export",
    "ExportFormat",
    "Exported",
    "FaceBox",
    "Frame",
    "Frames",
    "Health",
    "HeatmapRequest",
    "HeatmapTold",
    "Hello",
    "HostMessage",
    "Info",
    "Item",
    "Limits",
    "ListSessions",
    "Log",
    "Model",
    "ModelState",
    "Open",
    "ParticipantSummary",
    "Peer",
    "PictureRequest",
    "PictureTold",
    "Ping",
    "Pong",
    "Problem",
    "SessionList",
    "SessionSummary",
    "Size",
    "Timing",
    "Verdicts",
    "Versions",
]
