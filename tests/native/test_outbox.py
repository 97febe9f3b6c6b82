from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from native.talk import as_a
from veritile.native.codec import decode_host
from veritile.native.framing import FrameReader
from veritile.native.limits import REPLY_BYTES
from veritile.native.messages import Error, Exported, ExportFormat, Pong
from veritile.native.outbox import Outbox


@contextmanager
def pipe() -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """Reading and writing end."""
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb") as source, os.fdopen(writing, "wb", buffering=0) as sink:
        yield source, sink


def test_answer_that_is_too_large_becomes_an_error_with_its_number() -> None:
    with pipe() as (reading, writing):
        outbox = Outbox(writing, on_gone=lambda why: None)
        outbox.send(Exported(re=5, session="s", format=ExportFormat.JSON, data="x" * REPLY_BYTES))
        outbox.send(Pong(re=6))
        outbox.flush()
        reader = FrameReader(reading)
        error = as_a(Error, decode_host(reader.read() or b""))
        assert (error.re, error.code) == (5, 602)
        assert decode_host(reader.read() or b"") == Pong(re=6)


def test_messages_of_many_threads_are_never_mixed() -> None:
    senders, each = 8, 200
    with pipe() as (reading, writing):
        outbox = Outbox(writing, on_gone=lambda why: None)

        def send(sender: int) -> None:
            for n in range(each):
                outbox.send(Error(re=sender, code=600, text=f"{n}" + "x" * 1000))

        threads = [threading.Thread(target=send, args=(sender,)) for sender in range(senders)]
        for thread in threads:
            thread.start()
        reader = FrameReader(reading)
        received: list[list[int]] = [[] for _ in range(senders)]
        for _ in range(senders * each):
            error = as_a(Error, decode_host(reader.read() or b""))
            received[as_id(error.re)].append(int(error.text.rstrip("x")))
        for thread in threads:
            thread.join()
    assert received == [list(range(each))] * senders


def test_peer_that_is_gone_is_noticed() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    gone = threading.Event()
    with os.fdopen(writing, "wb", buffering=0) as stream:
        Outbox(stream, on_gone=lambda why: gone.set()).send(Pong(re=1))
        assert gone.wait(10)


def as_id(value: object) -> int:
    assert isinstance(value, int)
    return value
