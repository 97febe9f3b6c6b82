"""The host's first answer, for which the browser waits, with nothing loaded but what it takes.

That is `info` to a `hello`. A client that begins with anything else is answered by
the dispatcher, as all that follows is: it knows every message, and takes four times as long to load.
"""

from __future__ import annotations

from typing import BinaryIO, Literal

from msgspec import DecodeError, Struct, json

from veritile.native.framing import encode_frame, write_whole
from veritile.native.limits import PROTOCOL
from veritile.native.opening import Hello
from veritile.native.status import ModelStatus, info, log_file, log_told, model_on_card
from veritile.store.state import LogState


class _Named(Struct):
    """Makes sure of the type: msgspec takes a message without one for any that is expected."""

    type: Literal["hello"]


def greet(first: bytes, out: BinaryIO) -> Hello | None:
    """Answer a client's first message if it is a `hello`, and return it.

    Returns None, and has written nothing, where it is something else, a `hello` that must be refused, or
    nobody reads the answer.
    """
    hello = _read(first)
    if hello is None or PROTOCOL not in hello.protocols:
        return None
    path = log_file()
    log = log_told(
        path, LogState.OFF if path is None else LogState.ON
    )  # as it is before anything is configured
    reply = info(ModelStatus(model_on_card()), log, hello.id)
    try:
        write_whole(out, encode_frame(json.encode(reply)))
    except (OSError, ValueError):
        return None
    return hello


def _read(payload: bytes) -> Hello | None:
    try:
        payload.decode("utf-8")  # msgspec does not check the text of fields that it passes over
        json.decode(payload, type=_Named)
        return json.decode(payload, type=Hello)
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return None
