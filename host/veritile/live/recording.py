"""The messages of played calls in a file, pictures included: MessagePack, one object after the other.

::

    {"format": "veritile-recording", "version": 1, "epoch_ms": …, "veritile": "…", "model": {…}}
    {"call": 0, "ms": 0, "in": {a message of the client}, "out": {the host's reply}}
    …
    {"end": number of exchanges}

Messages have the fields of PROTOCOL.md; `jpeg` is binary. Every `call` is played to
a host of its own; `ms` is when, of the call, and does not go back within it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Annotated, Any, Final, Literal

import msgpack
import msgspec

from veritile import __version__
from veritile.errors import (
    FileUnreadableError,
    InvalidMessageError,
    OversizedError,
    TruncatedError,
    UnsupportedFormatError,
    UnsupportedVersionError,
)
from veritile.native.limits import BATCH_FRAMES, MESSAGE_BYTES
from veritile.native.messages import ClientMessage, HostMessage, Model

FORMAT: Final = "veritile-recording"
VERSION: Final = 1
MOST_BYTES: Final = 8 << 30
MOST_EXCHANGES: Final = 4_000_000
_MOST_TEXT: Final = 1 << 20
_LIMITS: Final = {
    "max_buffer_size": 2 * MESSAGE_BYTES,
    "max_bin_len": MESSAGE_BYTES,
    "max_str_len": _MOST_TEXT,
    "max_array_len": 16 * BATCH_FRAMES,
    "max_map_len": 256,
    "max_ext_len": 0,
}


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """What a recording says of itself."""

    format: Literal["veritile-recording"] = "veritile-recording"
    version: Literal[1] = VERSION
    epoch_ms: Annotated[int, msgspec.Meta(ge=0, le=2**53)]
    """When each call begins, by the browser's clock."""
    veritile: Annotated[str, msgspec.Meta(max_length=64)] = __version__
    model: Model


class _Line(msgspec.Struct, frozen=True, kw_only=True):
    call: Annotated[int, msgspec.Meta(ge=0, le=2**53)]
    ms: Annotated[int, msgspec.Meta(ge=0, le=2**53)]
    question: ClientMessage = msgspec.field(name="in")
    reply: HostMessage = msgspec.field(name="out")


class _End(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    end: Annotated[int, msgspec.Meta(ge=0, le=MOST_EXCHANGES)]


@dataclass(frozen=True, slots=True)
class Exchange:
    """A message and its reply."""

    call: int
    ms: int
    """When, of the call."""
    question: ClientMessage
    reply: HostMessage


class Recorder:
    """Writes a recording; leaving the `with` block without an error makes it whole."""

    def __init__(self, path: Path, header: Header) -> None:
        """Begin the file, in place of one that is there; raises FileUnreadableError."""
        self._path = path
        self._count = 0
        self._packer = msgpack.Packer(use_bin_type=True)
        try:
            self._file: IO[bytes] = path.open("wb")
        except OSError as error:
            raise FileUnreadableError(
                f"{path} cannot be written ({error.strerror}): name another file."
            ) from error
        self._write(_plain(header))

    def add(self, exchange: Exchange) -> None:
        """Write an exchange. Raises FileUnreadableError, and OversizedError once there are too many."""
        if self._count >= MOST_EXCHANGES or self._file.tell() > MOST_BYTES - 2 * MESSAGE_BYTES:
            raise OversizedError(f"{self._path} has grown too large to be replayed: record fewer minutes.")
        line = _Line(call=exchange.call, ms=exchange.ms, question=exchange.question, reply=exchange.reply)
        self._write(_plain(line))
        self._count += 1

    def __enter__(self) -> Recorder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                self._write(_plain(_End(end=self._count)))
        finally:
            with suppress(OSError):
                self._file.close()

    def _write(self, plain: Any) -> None:
        try:
            self._file.write(self._packer.pack(plain))
            self._file.flush()
        except OSError as error:
            raise FileUnreadableError(
                f"{self._path} cannot be written ({error.strerror}): make room, or name another file."
            ) from error


class Recording:
    """A recording to read; one exchange in memory at a time."""

    def __init__(self, path: Path) -> None:
        """Read the header.

        Raises:
            FileUnreadableError: the file cannot be read.
            UnsupportedFormatError: it is no recording.
            UnsupportedVersionError: it is of another version.
            FramingError, MessageError: it is damaged.
        """
        self._path = path
        with _open(path) as file:
            try:
                first = next(self._objects(file), None)
            except InvalidMessageError:
                first = None
        if not isinstance(first, dict) or first.get("format") != FORMAT:
            raise UnsupportedFormatError(
                f"{path} is no recording: name a file that `veritile evaluate --record` wrote."
            )
        if first.get("version") != VERSION:
            raise UnsupportedVersionError(
                f"{path} is of another version than {VERSION}: replay it with the Veritile that recorded it."
            )
        self.header = self._as(Header, first)

    def exchanges(self) -> Iterator[Exchange]:
        """Yield what was said, in order.

        Raises:
            FileUnreadableError: the file cannot be read.
            TruncatedError: it ends before its end.
            OversizedError: it is larger than any recording.
            InvalidMessageError: a part of it is no message, or larger than any.
        """
        with _open(self._path) as file:
            objects = self._objects(file)
            next(objects)
            count, newest = 0, (-1, 0)
            for each in objects:
                if isinstance(each, dict) and "end" in each:
                    if self._as(_End, each).end != count or next(objects, None) is not None:
                        raise InvalidMessageError(f"{self._path} does not end as it should: record it again.")
                    return
                line = self._as(_Line, each)
                if (line.call, line.ms) < newest or count >= MOST_EXCHANGES:
                    raise InvalidMessageError(f"{self._path} goes back in time: record it again.")
                count, newest = count + 1, (line.call, line.ms)
                yield Exchange(line.call, line.ms, line.question, line.reply)
        raise TruncatedError(f"{self._path} ends before its end: record it again, to the end.")

    def _objects(self, file: IO[bytes]) -> Iterator[Any]:
        try:
            unpacker = msgpack.Unpacker(file, raw=False, strict_map_key=True, **_LIMITS)
            yield from unpacker
        except OSError as error:
            raise FileUnreadableError(
                f"{self._path} cannot be read ({error.strerror}): try again."
            ) from error
        except (msgpack.exceptions.UnpackException, ValueError, RecursionError) as error:
            raise InvalidMessageError(f"{self._path} is damaged ({error}): record it again.") from error

    def _as(self, kind: Any, plain: Any) -> Any:
        try:
            return msgspec.convert(plain, kind, builtin_types=(bytes,))
        except (msgspec.ValidationError, ValueError, RecursionError) as error:
            raise InvalidMessageError(
                f"{self._path} holds something that is no message ({error}): record it again."
            ) from error


def _open(path: Path) -> IO[bytes]:
    try:
        size = path.stat().st_size
        if not path.is_file():
            raise FileUnreadableError(f"{path} is not a file: name a recording.")
        if size > MOST_BYTES:
            raise OversizedError(f"{path} is larger than any recording: name another file.")
        return path.open("rb")
    except OSError as error:
        raise FileUnreadableError(f"{path} cannot be read ({error.strerror}): name a recording.") from error


def _plain(struct: msgspec.Struct) -> Any:
    return msgspec.to_builtins(struct, builtin_types=(bytes,))
