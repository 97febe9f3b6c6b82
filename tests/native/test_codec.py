from __future__ import annotations

import io
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import UNSET
from nativemessaging import encode_message

from native import strategies
from veritile.errors import (
    InvalidMessageError,
    MessageError,
    NotJsonError,
    NotUtf8Error,
    UnknownTypeError,
    UnsupportedVersionError,
    VeritileError,
)
from veritile.native.codec import decode_client, decode_host, encode, recover_id
from veritile.native.framing import FrameReader, encode_frame
from veritile.native.limits import BATCH_FRAMES
from veritile.native.messages import ClientMessage, HostMessage, Ping


# Each example is 40 messages: generating them is slow by hypothesis' measure on a busy machine.
@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    conversation=st.lists(
        st.tuples(strategies.client_messages, strategies.host_messages), min_size=20, max_size=20
    )
)
def test_ten_thousand_messages_survive_the_wire(
    conversation: list[tuple[ClientMessage, HostMessage]],
) -> None:
    """250 conversations of 40 messages, each through JSON and framing and back."""
    wire = io.BytesIO()
    for request, reply in conversation:
        wire.write(encode_frame(encode(request)) + encode_frame(encode(reply)))
    wire.seek(0)
    reader = FrameReader(wire)
    for request, reply in conversation:
        received = reader.read()
        assert received is not None
        assert decode_client(received) == request
        assert recover_id(received) == request.id
        received = reader.read()
        assert received is not None
        assert decode_host(received) == reply
    assert reader.read() is None


@settings(deadline=None)
@given(message=strategies.client_messages)
def test_messages_written_by_an_independent_encoder_are_read(message: ClientMessage) -> None:
    payload = encode_message(json.loads(encode(message)))["content"]
    assert decode_client(payload) == message


@settings(max_examples=500, deadline=None)
@given(payload=st.binary(max_size=200))
def test_any_bytes_are_a_message_or_a_typed_error(payload: bytes) -> None:
    recover_id(payload)
    for decode in (decode_client, decode_host):
        with suppress(NotUtf8Error, NotJsonError, MessageError):
            decode(payload)


json_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | json_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(json_text, inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=500, deadline=None)
@given(message=strategies.client_messages, data=st.data())
def test_message_with_a_field_made_wrong_is_a_typed_error_with_its_id(
    message: ClientMessage, data: st.DataObject
) -> None:
    document: dict[str, Any] = json.loads(encode(message))
    field = data.draw(st.sampled_from(sorted(document.keys() - {"id"})))
    document[field] = data.draw(json_values)
    payload = json.dumps(document).encode()
    with suppress(MessageError):
        decode_client(payload)
    assert recover_id(payload) == message.id


@given(extra=st.dictionaries(json_text, json_values))
def test_unknown_fields_are_ignored(extra: dict[str, Any]) -> None:
    payload = json.dumps({**extra, "type": "ping", "v": 1, "id": 7}).encode()
    assert decode_client(payload) == Ping(id=7)


PING = b'{"type":"ping","v":1,"id":7}'


@pytest.mark.parametrize(
    ("payload", "error", "request_id"),
    [
        (b"", NotJsonError, UNSET),
        (b"ping", NotJsonError, UNSET),
        (PING[:-1], NotJsonError, UNSET),
        (PING + b"{}", NotJsonError, UNSET),
        (b'{"type":"ping","v":1,"id":7,"x":NaN}', NotJsonError, UNSET),
        (b'{"type":"ping","v":1,"id":7,"x":"\\ud800"}', NotJsonError, UNSET),
        (b'\xef\xbb\xbf{"type":"ping","v":1,"id":7}', NotJsonError, UNSET),
        (b'{"type":"ping","v":1,"id":7,"x":"\xff"}', NotUtf8Error, 7),
        (PING.decode().encode("utf-16"), NotUtf8Error, UNSET),
        (b"[]", InvalidMessageError, UNSET),
        (b"null", InvalidMessageError, UNSET),
        (b'"ping"', InvalidMessageError, UNSET),
        (b"{}", InvalidMessageError, UNSET),
        (b'{"type":"ping","v":1}', InvalidMessageError, UNSET),
        (b'{"type":"ping","v":1,"id":"7"}', InvalidMessageError, UNSET),
        (b'{"type":"ping","v":1,"id":7.5}', InvalidMessageError, UNSET),
        (b'{"type":"ping","v":1,"id":-1}', InvalidMessageError, UNSET),
        (b'{"type":"ping","v":1,"id":9007199254740992}', InvalidMessageError, UNSET),
        (b'{"type":7,"v":1,"id":7}', InvalidMessageError, 7),
        (b'{"v":1,"id":7}', InvalidMessageError, 7),
        (b'{"type":"pong","v":1,"id":7}', UnknownTypeError, 7),
        (b'{"type":"Ping","v":1,"id":7}', UnknownTypeError, 7),
        (b'{"type":"ping","v":2,"id":7}', UnsupportedVersionError, 7),
        (b'{"type":"of tomorrow","v":2,"id":7}', UnsupportedVersionError, 7),
        (b'{"type":"open","v":1,"id":7,"session":"","platform":""}', InvalidMessageError, 7),
        (b'{"type":"configure","v":1,"id":7}', InvalidMessageError, 7),
        (b'{"type":"configure","v":1,"id":7,"threshold":0.5}', InvalidMessageError, 7),
        (b'{"type":"configure","v":1,"id":7,"session":"s"}', InvalidMessageError, 7),
        (b'{"type":"configure","v":1,"id":7,"sensitivity":"paranoid"}', InvalidMessageError, 7),
        (b'{"type":"ping","v":1,"id":7,"x":' + b"[" * 100_000, InvalidMessageError, UNSET),
        (b"[" * 8_000_000, InvalidMessageError, UNSET),
        (b'{"x":' * 1_000_000, InvalidMessageError, UNSET),
    ],
    ids=lambda value: value[:60] if isinstance(value, bytes) else None,
)
def test_what_is_no_message_is_told_apart(
    payload: bytes, error: type[VeritileError], request_id: object
) -> None:
    with pytest.raises(error) as caught:
        decode_client(payload)
    assert type(caught.value) is error
    assert ": " in str(caught.value)
    assert recover_id(payload) == request_id


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"alarms_per_hour": 0.0009}, ">= 0.001 - at `$.alarms_per_hour`"),
        ({"alarms_per_hour": 10.1}, "<= 10.0 - at `$.alarms_per_hour`"),
        ({"cpu_share": 0.004}, ">= 0.005 - at `$.cpu_share`"),
        ({"cpu_share": 0.51}, "<= 0.5 - at `$.cpu_share`"),
        ({"battery_saver": 1}, "`$.battery_saver`"),
        ({"sensitivity": "balanced", "alarms_per_hour": 1}, "not both"),
        ({"session": "s", "sensitivity": "balanced", "cpu_share": 0.1}, "leave session out"),
        ({"session": "s", "battery_saver": False}, "leave session out"),
        ({"session": "s", "retention_days": 3}, "leave session out"),
        ({"retention_days": -1}, ">= 0 - at `$.retention_days`"),
        ({"retention_days": 3651}, "<= 3650 - at `$.retention_days`"),
        ({"log": "off"}, "`$.log`"),
        ({}, "give at least one setting"),
    ],
    ids=str,
)
def test_settings_that_cannot_be_are_refused_by_name(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidMessageError) as caught:
        decode_client(json.dumps({"type": "configure", "v": 1, "id": 7, **settings}).encode())
    assert said in str(caught.value)


def frames_with(**changes: Any) -> bytes:
    frame = {
        "participant": "p",
        "captured_at": 1,
        "jpeg": "/9j/2Q==",
        "video": {"width": 640, "height": 360},
        **changes,
    }
    return json.dumps({"type": "frames", "v": 1, "id": 7, "session": "s", "frames": [frame]}).encode()


@pytest.mark.parametrize(
    "changes",
    [
        {"participant": ""},
        {"participant": "p" * 129},
        {"name": "n" * 257},
        {"captured_at": -1},
        {"captured_at": 1e300},
        {"captured_at": "now"},
        {"jpeg": "no base64!"},
        {"jpeg": "/9j/2Q"},
        {"jpeg": [255, 216]},
        {"video": {"width": 0, "height": 360}},
        {"video": {"width": 640}},
        {"video": None},
    ],
    ids=str,
)
def test_frame_out_of_bounds_is_refused(changes: dict[str, Any]) -> None:
    assert decode_client(frames_with())
    with pytest.raises(InvalidMessageError):
        decode_client(frames_with(**changes))


def test_batch_of_too_many_frames_is_refused() -> None:
    document = json.loads(frames_with())
    document["frames"] *= BATCH_FRAMES
    decode_client(json.dumps(document).encode())
    document["frames"].append(document["frames"][0])
    with pytest.raises(InvalidMessageError):
        decode_client(json.dumps(document).encode())


def test_capture_time_is_echoed_as_it_was_written() -> None:
    for written in ("1767225600000", "1767225600000.25"):
        payload = frames_with(captured_at=json.loads(written))
        assert written.encode() in encode(decode_client(payload))
