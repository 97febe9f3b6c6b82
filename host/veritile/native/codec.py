"""Messages to bytes and back, with a typed error for everything that is no message."""

from __future__ import annotations

from typing import Any, Final, TypeVar, get_args

import msgspec

from veritile.errors import (
    InvalidMessageError,
    MessageError,
    NotJsonError,
    NotUtf8Error,
    UnknownTypeError,
    UnsupportedVersionError,
)
from veritile.native.fields import RequestId
from veritile.native.limits import PROTOCOL
from veritile.native.messages import ClientMessage, HostMessage

_Message = TypeVar("_Message")


class _Envelope(msgspec.Struct):
    """What can be said of a message without knowing its type."""

    v: msgspec.Raw = msgspec.Raw(b"null")
    id: msgspec.Raw = msgspec.Raw(b"null")
    type: msgspec.Raw = msgspec.Raw(b"null")


_ENVELOPE: Final = msgspec.json.Decoder(_Envelope)
_ENCODER: Final = msgspec.json.Encoder()
_CLIENT: Final[msgspec.json.Decoder[ClientMessage]] = msgspec.json.Decoder(ClientMessage)
_HOST: Final[msgspec.json.Decoder[HostMessage]] = msgspec.json.Decoder(HostMessage)


def encode(message: ClientMessage | HostMessage) -> bytes:
    """Return the message's JSON."""
    return _ENCODER.encode(message)


def decode_client(payload: bytes) -> ClientMessage:
    """Read a message from the client.

    Raises:
        NotUtf8Error, NotJsonError: `payload` is no JSON text.
        UnsupportedVersionError, UnknownTypeError, InvalidMessageError: it is, but no message of the protocol.
    """
    return _decode(_CLIENT, payload)


def decode_host(payload: bytes) -> HostMessage:
    """Read a message from the host; raises as `decode_client`."""
    return _decode(_HOST, payload)


def recover_id(payload: bytes) -> int | msgspec.UnsetType:
    """Return the id of a request that cannot be read, where it still tells one, for the error's `re`."""
    try:
        return msgspec.json.decode(_ENVELOPE.decode(payload).id, type=RequestId)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return msgspec.UNSET


def _decode(decoder: msgspec.json.Decoder[_Message], payload: bytes) -> _Message:
    try:
        # msgspec does not check the text of fields that it passes over. ASCII, the usual case, costs nothing.
        if not payload.isascii():
            payload.decode("utf-8")
        return decoder.decode(payload)
    except UnicodeDecodeError as error:
        raise NotUtf8Error(
            f"Byte {error.start} of the message is not UTF-8: encode messages as UTF-8 text."
        ) from error
    except msgspec.ValidationError as error:
        raise _explain(payload, decoder.type, error) from error
    except RecursionError as error:
        raise InvalidMessageError(
            "The message is nested too deeply: send it as PROTOCOL.md shows."
        ) from error
    except msgspec.DecodeError as error:
        raise NotJsonError(f"The message is not JSON ({error}): send one JSON object per message.") from error


def _explain(payload: bytes, union: Any, error: msgspec.ValidationError) -> MessageError:
    """Say which of the three is wrong: version, type, or a field."""
    try:
        envelope = _ENVELOPE.decode(payload)
        version, kind = msgspec.json.decode(envelope.v), msgspec.json.decode(envelope.type)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        version = kind = None
    if isinstance(version, int) and version != PROTOCOL:
        return UnsupportedVersionError(
            f"The message is of protocol {version}, this host speaks {PROTOCOL}: "
            "update the older of extension and host."
        )
    known = [member.__struct_config__.tag for member in get_args(union)]
    if isinstance(kind, str) and kind not in known:
        return UnknownTypeError(f"There is no message {kind[:64]!r}: send one of {', '.join(known)}.")
    return InvalidMessageError(f"The message does not fit the protocol: {error}; see PROTOCOL.md.")
