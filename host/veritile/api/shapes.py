"""The shapes of answers and questions, as the OpenAPI page shows them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from veritile.vocabulary import Label, Reason

_Pixels = Annotated[float, AfterValidator(lambda value: round(value, 1))]
_Share = Annotated[float, AfterValidator(lambda value: round(value, 4))]


class Shape(BaseModel):
    """Of an answer."""

    model_config = ConfigDict(frozen=True)


class ErrorText(Shape):
    """Number in PROTOCOL.md's table, and a sentence that says what to do."""

    code: int
    text: str


class Problem(Shape):
    """What every error is answered with."""

    status: Literal["error"] = "error"
    error: ErrorText


class About(Shape):
    """What this is."""

    name: Literal["veritile"] = "veritile"
    version: str
    model: str
    dashboard: str
    openapi: str


class Health(Shape):
    """How the service is doing."""

    status: Literal["ok"] = "ok"
    model: str
    temporal: str | None = Field(description="The model that judges stretches of videos, where one is set")
    provider: str
    threshold: float = Field(description="Score from which a face looks swapped")
    queue: int = Field(description="Videos that wait")
    sessions: int = Field(description="Open WebSocket sessions")
    memory: int = Field(description="Resident bytes")
    processed: int = Field(description="Frames looked at")
    dropped: int
    uptime_s: float
    version: str


class Session(Shape):
    """One open WebSocket session."""

    session_id: str
    kind: Literal["stream", "veritile.v1"]
    opened_at: int = Field(description="Epoch ms")
    frames: int
    label: Label
    authenticity_score: float | None


class Picture(BaseModel):
    """One picture to judge."""

    image: str = Field(
        max_length=8 << 20, description="`data:image/jpeg;base64,…` (or WebP), or base64 alone", min_length=1
    )


class FoundFace(Shape):
    """One face of a picture."""

    face: tuple[_Pixels, _Pixels, _Pixels, _Pixels] = Field(description="x, y, width, height in pixels")
    score: _Share | None = Field(description="P(fake), 0-1")
    quality: _Share
    reason: Reason | None


class Result(Shape):
    """What is said of a picture or stream."""

    authenticity_score: float | None = Field(description="1 - P(fake); null while there is none")
    label: Label
    confidence: float
    processing_time_ms: float


class PictureResult(Result):
    """What is said of a picture."""

    reason: Reason | None
    faces: list[FoundFace]


class Prediction(Shape):
    """On a whole video."""

    is_deepfake: bool = Field(description="Whether the label is `likely_fake`")
    confidence: float
    model: str = Field(description="`NAME+NAME` where a temporal model has judged stretches, too")


class FrameScore(Shape):
    """Of one frame that could be judged."""

    frame: int
    score: float


class Detection(Shape):
    """The answer of `/api/detect`."""

    status: Literal["success"] = "success"
    prediction: Prediction
    frame_analysis: list[FrameScore]
    processing_time: str


class JobState(Shape):
    """A video that is being judged, or was."""

    id: str
    name: str
    state: Literal["queued", "running", "done", "failed", "cancelled"]
    progress: float | None = Field(description="0-1; null where the video does not tell its length")
    seconds: float = Field(description="Of the video, judged so far")
    result: dict[str, Any] | None = Field(description="As `veritile analyze --json` prints it, once done")
    error: ErrorText | None
