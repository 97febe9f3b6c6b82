"""The first answer, for which the browser waits."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from native.conftest import HOST, Start
from native.recording import Conversation, GatedAnalyzer
from native.strategies import client_messages
from native.talk import HELLO, as_a
from veritile.native.codec import decode_host, encode
from veritile.native.framing import FrameReader
from veritile.native.greeting import greet
from veritile.native.journal import Journal
from veritile.native.messages import Hello, Info, Ping, Pong
from veritile.native.status import log_file

LATER = (
    "logging", "threading", "dataclasses", "veritile.decision", "veritile.native.codec",
    "veritile.native.dispatcher", "sqlite3", "numpy",
)  # fmt: skip
"""Of what the conversation needs, and the answer to `hello` does not."""


def answered(payload: bytes) -> tuple[Hello | None, bytes]:
    """What is made of a first message, and what is written."""
    out = io.BytesIO()
    return greet(payload, out), out.getvalue()


@pytest.mark.parametrize("home", [True, False])
def test_says_what_the_dispatcher_says(home: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not home:
        monkeypatch.setattr("veritile.store.folder.folder", _no_home)
    talk = Conversation(GatedAnalyzer, journal=Journal(log_file()))
    hello, written = answered(encode(HELLO))
    assert hello == HELLO
    (payload,) = FrameReader(io.BytesIO(written))
    assert isinstance(payload, bytes)
    assert decode_host(payload) == talk.ask(HELLO)


def _no_home() -> Path:
    raise RuntimeError("Could not determine home directory.")


@given(client_messages)
def test_only_a_hello_of_this_protocol_is_answered(message: object) -> None:
    hello, written = answered(encode(message))  # type: ignore[arg-type]
    wanted = isinstance(message, Hello) and 1 in message.protocols
    assert (hello is not None) == wanted == bool(written)


@given(st.binary())
def test_what_cannot_be_read_is_left_to_the_dispatcher(payload: bytes) -> None:
    assert answered(payload) == (None, b"")


@pytest.mark.parametrize(
    ("was", "now"),
    [
        (b'"type":"hello",', b""),
        (b'"v":1', b'"v":2'),
        (b'"id":1', b'"id":-1'),
        (b'"name":"test"', b'"name":"\xff"'),
        (b'{"type"', b'{"more":"\xff","type"'),
        (b'{"type"', b'{"more":' + b"[" * 100_000 + b',"type"'),
        (b"}}", b"}"),
    ],
)
def test_a_hello_with_a_fault_is_left_to_the_dispatcher(was: bytes, now: bytes) -> None:
    good = encode(HELLO)
    assert was in good
    assert answered(good.replace(was, now)) == (None, b"")


def test_a_client_that_has_gone_is_not_greeted() -> None:
    out = io.BytesIO()
    out.close()
    assert greet(encode(HELLO), out) is None


def test_little_is_loaded_for_it(tmp_path: Path) -> None:
    program = (
        "import sys, veritile.native.host as host\n"
        f"assert host.greet({encode(HELLO)!r}, open({str(tmp_path / 'out')!r}, 'wb', buffering=0))\n"
        f"print(*(name for name in {LATER} if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_a_first_message_that_is_no_hello_is_answered_all_the_same(start: Start) -> None:
    host = start()
    assert not isinstance(host.request(Ping(id=9)), Pong)
    assert as_a(Info, host.request(HELLO))
    assert as_a(Pong, host.request(Ping(id=9)))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals that can be caught")
def test_a_host_that_nobody_speaks_to_ends_on_a_signal(tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "def claimed(event, args):\n"
        "    if event == 'open' and args[0] == '/dev/null': sys.stderr.write('x'), sys.stderr.flush()\n"
        "sys.addaudithook(claimed)\n"
    )
    host = subprocess.Popen(
        HOST,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env={"PYTHONPATH": str(tmp_path)},
    )
    with host:
        assert host.stderr is not None
        host.stderr.read(1)  # it has come to listening
        host.send_signal(signal.SIGTERM)
        assert host.wait(10) == 0
