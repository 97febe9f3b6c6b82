"""What the host and the process that looks at pictures say to each other, over two pipes.

Each message is msgpack behind a 32-bit length. It is decoded into these types
and nothing else: pictures come from strangers, so the process that decodes
them is not to be believed more than it has to be.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from veritile import errors
from veritile.errors import InternalError, VeritileError
from veritile.frame.result import Box, FrameResult
from veritile.native.framing import encode_frame
from veritile.native.limits import MESSAGE_BYTES


class Look(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """To the process: judge a picture; see `veritile.frame.FrameAnalyzer.analyze_encoded`."""

    id: int
    picture: bytes
    last: bytes | None
    focus: Box | None


class Explain(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """To the process: say where a score comes from; see `veritile.frame.FrameAnalyzer.explain_encoded`."""

    id: int
    picture: bytes
    box: Box


Asked = Look | Explain


class Ready(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """From the process: the model is loaded, and where it runs."""

    name: str
    version: str
    sha256: str
    provider: str
    """ONNX Runtime's execution provider. Sent again when it becomes another."""
    onnxruntime: str


class Failed(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """From the process: the model cannot be loaded."""

    code: int
    text: str


class Seen(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """From the process: what a picture shows."""

    id: int
    result: FrameResult


class Drawn(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """From the process: where a score comes from."""

    id: int
    result: bytes
    """JPEG."""


class Refused(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """From the process: a picture cannot be judged."""

    id: int
    code: int
    text: str


Answer = Ready | Failed | Seen | Drawn | Refused

_ENCODER: Final = msgspec.msgpack.Encoder()
_ASKED: Final[msgspec.msgpack.Decoder[Asked]] = msgspec.msgpack.Decoder(Asked)
_ANSWER: Final[msgspec.msgpack.Decoder[Answer]] = msgspec.msgpack.Decoder(Answer)


def frame(message: Asked | Answer) -> bytes:
    """Return the message's bytes with their length before them."""
    return encode_frame(_ENCODER.encode(message), MESSAGE_BYTES)


def read_asked(payload: bytes) -> Asked:
    """Read what the host asks; raises msgspec.DecodeError."""
    return _ASKED.decode(payload)


def read_answer(payload: bytes) -> Answer:
    """Read what the process says; raises msgspec.DecodeError."""
    return _ANSWER.decode(payload)


def error_of(code: int, text: str) -> VeritileError:
    """Return the error of this number; an InternalError for a number that there is not."""
    return _CLASSES.get(code, InternalError)(text)


def _tree(root: type[VeritileError]) -> Iterator[type[VeritileError]]:
    yield root
    for kind in root.__subclasses__():
        yield from _tree(kind)


_CLASSES: Final = {kind.code: kind for kind in _tree(errors.VeritileError)}
