"""The kinds of values that the messages are made of, with their bounds."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from veritile.native.limits import ID_CHARS, NAME_CHARS

RequestId = Annotated[int, Meta(ge=0, le=2**53 - 1)]
"""Any whole number that JavaScript holds exactly."""
Key = Annotated[str, Meta(min_length=1, max_length=ID_CHARS)]
Name = Annotated[str, Meta(max_length=NAME_CHARS)]
Word = Annotated[str, Meta(max_length=64)]
EpochMs = Annotated[int, Meta(ge=0, le=8_640_000_000_000_000)] | Annotated[float, Meta(ge=0, le=8.64e15)]
"""Milliseconds since 1970-01-01 UTC, up to the last of a JavaScript Date; echoed as they were written."""
Side = Annotated[int, Meta(ge=1, le=16384)]
"""Pixels."""
Box = tuple[float, float, float, float]
"""x, y, width, height in pixels of a picture."""
Unit = Annotated[float, Meta(ge=0, le=1)]
Count = Annotated[int, Meta(ge=0)]
Measure = Annotated[float, Meta(ge=0)]


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
