"""Native messaging's framing: a 32-bit length in the machine's byte order, then so many bytes of UTF-8 JSON.

Knows nothing of what the messages mean.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import IO, Final

from veritile.errors import FramingError, OversizedError, ReplyTooLargeError, TruncatedError
from veritile.native.limits import MESSAGE_BYTES, REPLY_BYTES

_LENGTH: Final = struct.Struct("=I")
_CHUNK: Final = 1 << 16


def encode_frame(payload: bytes, limit: int = REPLY_BYTES) -> bytes:
    """Put the length before `payload`.

    Raises ReplyTooLargeError above `limit` bytes: the browser would close the port.
    """
    if len(payload) > limit:
        raise ReplyTooLargeError(
            f"The answer has {len(payload)} bytes, the browser takes at most {limit}: ask for less at a time."
        )
    return _LENGTH.pack(len(payload)) + payload


def write_whole(stream: IO[bytes], data: bytes) -> None:
    """Write to an unbuffered stream, which may take a part at a time; raises OSError or ValueError."""
    rest = memoryview(data)
    while rest:
        rest = rest[stream.write(rest) :]


class FrameReader:
    """Reads payloads off a blocking binary stream, with bounded memory.

    After an OversizedError the next `read` passes over that payload and goes
    on with the message behind it; a TruncatedError is final.
    """

    def __init__(self, stream: IO[bytes], limit: int = MESSAGE_BYTES) -> None:
        self._stream = stream
        self._limit = limit
        self._to_skip = 0

    def __iter__(self) -> Iterator[bytes | FramingError]:
        """Every payload until the stream ends, and what `read` raises where it raises."""
        while True:
            try:
                payload = self.read()
            except FramingError as error:
                yield error
                if isinstance(error, TruncatedError):
                    return
            else:
                if payload is None:
                    return
                yield payload

    def read(self) -> bytes | None:
        """Return the next payload, or None at the end of the stream between two messages.

        Raises:
            OversizedError: the declared length is above the limit; nothing of it has been read or allocated.
            TruncatedError: the stream ended inside a length or a payload.
        """
        self._skip()
        header = self._take(_LENGTH.size)
        if not header:
            return None
        if len(header) < _LENGTH.size:
            raise TruncatedError(
                "The stream ended inside a message's length: the client stopped mid-message."
            )
        length: int = _LENGTH.unpack(header)[0]
        if length > self._limit:
            # Told before the payload is passed over, because it may never come.
            self._to_skip = length
            raise OversizedError(
                f"A message declares {length} bytes, at most {self._limit} are accepted: "
                "send smaller batches."
            )
        payload = self._take(length)
        if len(payload) < length:
            raise TruncatedError(
                f"The stream ended after {len(payload)} of a message's {length} bytes: "
                "the client stopped mid-message."
            )
        return payload

    def _skip(self) -> None:
        while self._to_skip:
            chunk = self._stream.read(min(self._to_skip, _CHUNK))
            if not chunk:
                self._to_skip = 0
                raise TruncatedError("The stream ended inside a message that was too large to read.")
            self._to_skip -= len(chunk)

    def _take(self, size: int) -> bytes:
        """Up to `size` bytes, fewer only at the end; an unbuffered stream may need several reads."""
        data = self._stream.read(size) or b""
        if len(data) == size or not data:
            return data
        parts = bytearray(data)
        while len(parts) < size and (data := self._stream.read(size - len(parts))):
            parts += data
        return bytes(parts)
