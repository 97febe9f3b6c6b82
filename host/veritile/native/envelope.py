"""What every message has, whatever it says."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from veritile.native.fields import RequestId
from veritile.native.limits import PROTOCOL


class Request(Struct, frozen=True, kw_only=True, tag_field="type"):
    """Of the client."""

    v: Literal[1] = PROTOCOL
    id: RequestId


class Reply(Struct, frozen=True, kw_only=True, tag_field="type"):
    """Of the host; `re` is the request that it answers, absent when nobody asked."""

    v: Literal[1] = PROTOCOL
    re: RequestId | UnsetType = UNSET
