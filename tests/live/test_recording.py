"""Recordings: what is written is what is read, what is damaged is told, and a replay says the same."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgpack
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from live.films import REAL
from native.strategies import configure, frames, host_messages, ids, keys
from tiny_model import write_tiny_model
from veritile.errors import (
    FileUnreadableError,
    InvalidMessageError,
    TruncatedError,
    UnsupportedFormatError,
    UnsupportedVersionError,
    VeritileError,
)
from veritile.frame import FrameAnalyzer
from veritile.live.call import Scene, play
from veritile.live.host import EPOCH_MS, PlayedHost
from veritile.live.recording import Exchange, Header, Recorder, Recording
from veritile.live.reel import Clip, Line
from veritile.live.replay import compare, replay
from veritile.live.sources import find
from veritile.native import messages as m
from veritile.native.limits import MESSAGE_BYTES
from veritile.vocabulary import Label, Sensitivity

HEADER = Header(epoch_ms=EPOCH_MS, model=m.Model(name="tiny", version="1", sha256="ab"))
questions = st.one_of(
    st.builds(m.Open, id=ids, session=keys, platform=st.just("meet")),
    st.builds(m.Frames, id=ids, session=keys, frames=st.lists(frames, max_size=3).map(tuple)),
    configure,
)
# What a host says of itself is written as the rest; its list of versions may hold numbers of any length.
replies = host_messages.filter(lambda message: not isinstance(message, m.Info))
exchanges = st.lists(
    st.builds(Exchange, st.integers(0, 3), st.integers(0, 10**7), questions, replies), max_size=3
).map(lambda said: sorted(said, key=lambda each: (each.call, each.ms)))


def written(path: Path, said: list[Exchange], header: Header = HEADER) -> Path:
    with Recorder(path, header) as recorder:
        for exchange in said:
            recorder.add(exchange)
    return path


def read(path: Path) -> list[Exchange]:
    return list(Recording(path).exchanges())


@pytest.fixture
def played(tmp_path_factory: pytest.TempPathFactory, clips: Path, analyzer: FrameAnalyzer) -> Path:
    """Two calls of eight seconds, one of them swapped."""
    path = tmp_path_factory.mktemp("recording") / "calls.msgpack"
    fake, real = (Clip(source, Line()) for source in find([clips], 2.5).sources)
    with Recorder(path, HEADER) as recorder:
        for call, scene in enumerate((Scene("anna", real, None), Scene("bob", real, fake, 2.0))):

            def heard(ms: int, question: Any, reply: Any, call: int = call) -> None:
                recorder.add(Exchange(call, ms, question, reply))

            with PlayedHost(analyzer, heard=heard) as host:
                play(host, scene, Sensitivity.SENSITIVE, seconds=8.0, freeze=0.2)
    return path


@settings(max_examples=30)
@given(said=exchanges)
def test_what_is_written_is_what_is_read(said: list[Exchange]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder, "x"), said)
        assert read(path) == said
        assert Recording(path).header == HEADER


def test_recording_replayed_is_the_same_bit_for_bit(played: Path, analyzer: FrameAnalyzer) -> None:
    seen = []
    found = replay(Recording(played), analyzer, lambda: seen.append(1))
    assert found.difference is None
    assert found.calls == 2
    verdicts = [each.reply for each in read(played) if isinstance(each.reply, m.Verdicts)]
    assert found.verdicts == len(verdicts) > 20
    assert len(seen) == len(read(played))


@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_any_pictures_recorded_and_replayed_are_the_same(
    analyzer: FrameAnalyzer, data: st.DataObject
) -> None:
    """Whatever order the pictures of two participants come in, damaged and empty ones among them."""
    pool = data.draw(st.lists(st.sampled_from(JPEGS), min_size=1, max_size=8))
    ms, said = 0, []
    with PlayedHost(analyzer, heard=lambda *heard: said.append(Exchange(0, *heard))) as host:
        host.ask(0, m.Hello(id=0, protocols=(1,), client=m.Peer(name="test", version="1")))
        host.ask(0, m.Open(id=1, session="call", platform="meet"))
        for number, jpeg in enumerate(pool):
            ms += data.draw(st.integers(0, 20_000))
            frame = m.Frame(
                participant=data.draw(st.sampled_from("ab")),
                captured_at=EPOCH_MS + ms - data.draw(st.integers(-100, 3000)),
                jpeg=jpeg,
                video=m.Size(width=320, height=180),
            )
            host.ask(ms, m.Frames(id=number + 2, session="call", frames=(frame,)))
    with tempfile.TemporaryDirectory() as folder:
        found = replay(Recording(written(Path(folder, "x"), said)), analyzer)
    assert (found.verdicts, found.difference) == (len(pool), None)


def test_other_weights_say_other_things(played: Path, tmp_path: Path) -> None:
    other = FrameAnalyzer.load(write_tiny_model(tmp_path, bias=0.5))
    found = replay(Recording(played), other)
    assert found.difference is not None
    assert (found.verdicts, found.difference.call, found.difference.ms) == (1, 0, 0)
    assert (found.difference.participant, found.difference.field) == ("anna", "score")
    assert float(found.difference.was) < float(found.difference.now)


def test_first_difference_is_told_and_time_is_none(played: Path) -> None:
    exchange = next(each for each in read(played) if isinstance(each.reply, m.Verdicts))
    reply = exchange.reply
    (item,) = reply.items
    slower = msgspec.structs.replace(item.timing, detect_ms=item.timing.detect_ms + 1)
    for changed, field in (
        ({"timing": slower}, None),
        ({"label": Label.LIKELY_FAKE}, "label"),
        ({"confidence": item.confidence + 2**-50}, "confidence"),
    ):
        now = msgspec.structs.replace(reply, items=(msgspec.structs.replace(item, **changed),))
        found = compare(exchange, now)
        assert (found and found.field) == field
    found = compare(exchange, m.Error(code=601, text="broken"))
    assert found is not None
    assert found.field == "type"


def packed(*objects: Any) -> bytes:
    return b"".join(msgpack.packb(each) for each in objects)


HEAD = msgspec.to_builtins(HEADER)
LINE = {
    "call": 0,
    "ms": 5,
    "in": {"v": 1, "type": "ping", "id": 1},
    "out": {"v": 1, "type": "pong", "re": 1},
}


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", UnsupportedFormatError),
        (b"\x00" * 100, UnsupportedFormatError),
        (b"no recording at all", UnsupportedFormatError),
        (b"\xc1", UnsupportedFormatError),
        (b"\xdd\xff\xff\xff\xff", UnsupportedFormatError),  # four thousand million objects
        (packed(["veritile-recording"]), UnsupportedFormatError),
        (packed(HEAD | {"version": 2}), UnsupportedVersionError),
        (packed(HEAD | {"model": 1}), InvalidMessageError),
        (packed(HEAD), TruncatedError),
        (packed(HEAD, LINE), TruncatedError),
        (packed(HEAD, LINE)[:-3], TruncatedError),
        (packed(HEAD, LINE, {"end": 2}), InvalidMessageError),
        (packed(HEAD, LINE, {"end": 1}, LINE), InvalidMessageError),
        (packed(HEAD, LINE, LINE | {"ms": 4}, {"end": 2}), InvalidMessageError),
        (packed(HEAD, LINE | {"call": -1}), InvalidMessageError),
        (packed(HEAD, LINE | {"in": {"v": 1, "type": "pong", "id": 1}}), InvalidMessageError),
        (packed(HEAD, LINE | {"out": 1}), InvalidMessageError),
        (packed(HEAD) + b"\xc1", InvalidMessageError),
        (packed(HEAD) + b"\xc6\xff\xff\xff\xff", TruncatedError),  # bytes beyond any message, not there
        (packed(HEAD) + b"\xc7\x05\x01xxxxx", InvalidMessageError),  # an extension type
        (packed(HEAD) + b"\x91" * 5000, InvalidMessageError),  # nested without end
        (packed(HEAD) + b"\xa2\xff\xfe", InvalidMessageError),  # no UTF-8
        (packed(HEAD) + packed({1: 2}), InvalidMessageError),
        (packed(HEAD, "x" * (1 << 21)), InvalidMessageError),
    ],
)
def test_what_is_no_recording_is_told(tmp_path: Path, content: bytes, kind: type[VeritileError]) -> None:
    path = tmp_path / "calls.msgpack"
    path.write_bytes(content)
    with pytest.raises(kind, match=r"calls\.msgpack"):
        read(path)


def test_file_that_cannot_be_read_or_written(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadableError, match="name a recording"):
        Recording(tmp_path / "none")
    with pytest.raises(FileUnreadableError, match="is not a file"):
        Recording(tmp_path)
    with pytest.raises(FileUnreadableError, match="name another file"):
        Recorder(tmp_path / "none" / "file", HEADER)


def test_recording_that_was_broken_off_says_so(tmp_path: Path) -> None:
    path = tmp_path / "x"
    with pytest.raises(KeyboardInterrupt), Recorder(path, HEADER):
        raise KeyboardInterrupt
    with pytest.raises(TruncatedError):
        read(path)


@settings(max_examples=150)
@given(at=st.floats(0, 1), junk=st.binary(min_size=1, max_size=20))
def test_damage_anywhere_is_a_typed_error_or_another_recording(at: float, junk: bytes) -> None:
    data = bytearray(packed(HEAD, LINE, LINE, {"end": 2}))
    place = int(at * len(data))
    data[place : place + len(junk)] = junk
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x")
        path.write_bytes(data)
        with suppress(VeritileError):
            assert len(read(path)) == 2


def test_largest_message_can_be_recorded(tmp_path: Path) -> None:
    """As far as it fits the protocol: base64 takes a third more."""
    frame = m.Frame(
        participant="a", captured_at=0, jpeg=bytes(MESSAGE_BYTES * 3 // 4), video=m.Size(width=1, height=1)
    )
    said = [Exchange(0, 0, m.Frames(id=1, session="s", frames=(frame,)), m.Pong(re=1))]
    assert read(written(tmp_path / "x", said)) == said


def _jpegs() -> list[bytes]:
    import numpy as np

    import pictures

    tinted = [
        np.clip(pictures.person(320, 180, face_px=size) * np.array(REAL), 0, 255).astype(np.uint8)
        for size in (30, 100, 130)
    ]
    return [*map(pictures.jpeg, tinted), pictures.jpeg(pictures.empty(320, 180)), b"", b"\xff\xd8 broken"]


JPEGS = _jpegs()
