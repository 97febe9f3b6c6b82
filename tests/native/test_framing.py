from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veritile.errors import FramingError, OversizedError, ReplyTooLargeError, TruncatedError
from veritile.native.codec import decode_client, encode
from veritile.native.framing import FrameReader, encode_frame
from veritile.native.limits import MESSAGE_BYTES, REPLY_BYTES
from veritile.native.messages import Ping


class Trickle(io.RawIOBase):
    """A stream that gives a few bytes at a time, as a raw pipe may."""

    def __init__(self, data: bytes, step: int) -> None:
        self._data = io.BytesIO(data)
        self._step = step

    def read(self, size: int = -1) -> bytes:
        return self._data.read(min(size, self._step))


def header(length: int) -> bytes:
    return struct.pack("=I", length)


def test_frame_is_the_native_length_and_the_payload() -> None:
    assert encode_frame(b'{"v":1}') == header(7) + b'{"v":1}'


@given(payloads=st.lists(st.binary(max_size=200), max_size=20), step=st.integers(1, 64))
def test_payloads_survive_however_the_stream_is_cut_up(payloads: list[bytes], step: int) -> None:
    reader = FrameReader(Trickle(b"".join(map(encode_frame, payloads)), step))
    assert [reader.read() for _ in payloads] == payloads
    assert reader.read() is None
    assert reader.read() is None


@given(data=st.binary(max_size=300), limit=st.integers(0, 64))
def test_any_bytes_end_in_payloads_and_typed_errors(data: bytes, limit: int) -> None:
    reader = FrameReader(io.BytesIO(data), limit)
    for _ in range(len(data) + 1):  # every read consumes something, so this many suffice
        try:
            payload = reader.read()
        except TruncatedError:
            return
        except OversizedError:
            continue
        if payload is None:
            return
        assert len(payload) <= limit
    pytest.fail("the reader did not come to an end")


@pytest.mark.parametrize("cut", range(1, 11))
def test_stream_that_ends_inside_a_message_is_truncated(cut: int) -> None:
    reader = FrameReader(io.BytesIO(encode_frame(b'{"v":1}')[:cut]))
    with pytest.raises(TruncatedError):
        reader.read()


def test_oversized_message_is_refused_before_it_arrives_or_is_allocated() -> None:
    stream = io.BytesIO(header(2**32 - 1))
    tracemalloc.start()
    try:
        with pytest.raises(OversizedError, match=str(MESSAGE_BYTES)):
            FrameReader(stream).read()
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


def test_reading_goes_on_behind_an_oversized_message_in_bounded_memory() -> None:
    size = 4 * MESSAGE_BYTES
    stream = io.BytesIO(header(size) + bytes(size) + encode_frame(b"next"))
    reader = FrameReader(stream)
    with pytest.raises(OversizedError):
        reader.read()
    tracemalloc.start()
    try:
        assert reader.read() == b"next"
        assert tracemalloc.get_traced_memory()[1] < 1_000_000
    finally:
        tracemalloc.stop()


def test_stream_that_ends_inside_an_oversized_message_is_truncated() -> None:
    reader = FrameReader(io.BytesIO(header(100) + bytes(99)), limit=50)
    with pytest.raises(OversizedError):
        reader.read()
    with pytest.raises(TruncatedError):
        reader.read()
    assert reader.read() is None


def test_message_of_no_bytes_is_a_payload() -> None:
    assert FrameReader(io.BytesIO(header(0))).read() == b""


def test_answer_the_browser_would_not_take_is_refused() -> None:
    assert len(encode_frame(bytes(REPLY_BYTES))) == REPLY_BYTES + 4
    with pytest.raises(ReplyTooLargeError):
        encode_frame(bytes(REPLY_BYTES + 1))


def test_every_framing_error_says_what_to_do() -> None:
    for stream in (header(2**31), header(5) + b"abc", b"\1\0"):
        with pytest.raises(FramingError) as caught:
            FrameReader(io.BytesIO(stream)).read()
        assert ": " in str(caught.value)


def test_an_independent_peer_reads_our_frames() -> None:
    message = {"type": "open", "v": 1, "id": 2, "session": "Größe 🙂", "platform": "meet"}
    sent = encode_frame(json.dumps(message, ensure_ascii=False).encode())
    program = "import nativemessaging, json, sys; print(json.dumps(nativemessaging.get_message()))"
    read = subprocess.run([sys.executable, "-c", program], input=sent, capture_output=True, check=True)
    assert json.loads(read.stdout) == message


def test_we_read_the_frames_of_an_independent_peer() -> None:
    program = (
        "from nativemessaging import encode_message, send_message\n"
        "for i in range(3):\n"
        "    send_message(encode_message({'type': 'ping', 'v': 1, 'id': i, 'note': 'Größe 🙂'}))"
    )
    written = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    reader = FrameReader(io.BytesIO(written.stdout))
    payloads = iter(reader.read, None)
    assert [encode(decode_client(payload)) for payload in payloads] == [encode(Ping(id=i)) for i in range(3)]
