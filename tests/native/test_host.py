"""The real host process, from outside."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

import pictures
from native.conftest import HOST, Start, python_path
from native.talk import HELLO, OPEN, as_a, begin, frames, picture_of, retaken
from veritile.native.client import HostClient
from veritile.native.codec import encode
from veritile.native.framing import encode_frame
from veritile.native.limits import MESSAGE_BYTES, REPLIES_WAITING
from veritile.native.messages import (
    Close,
    Configure,
    Error,
    Export,
    Exported,
    ExportFormat,
    Health,
    Info,
    ListSessions,
    ModelState,
    Ping,
    Pong,
    SessionList,
    Verdicts,
)
from veritile.vocabulary import Label, Sensitivity

FACE = pictures.jpeg(pictures.person())
HEAVY = ("numpy", "cv2", "onnxruntime")
LATER = ("sqlite3", "hashlib", "caribou", "cryptography", "keyring", "psutil")
ODD_HOSTS = str(Path(__file__).with_name("odd_hosts.py"))
END_S = 2.0
"""After the end of input a browser kills its host at this time."""


def odd(start: Start, kind: str) -> HostClient:
    return start(sys.executable, ODD_HOSTS, kind)


def test_a_whole_session(start: Start) -> None:
    with start() as host:
        info = begin(host)
        assert (info.state, info.model.name) == (ModelState.READY, "tiny")
        label = Label.INCONCLUSIVE
        request = 10
        while label is Label.INCONCLUSIVE:
            picture = picture_of("ada", retaken(FACE, request), name="Ada")
            (item,) = as_a(Verdicts, host.request(frames(request, picture))).items
            assert request < 1000, item
            label = item.label
            request += 1
        assert item.score is not None
        assert as_a(Health, host.request(Configure(id=3, sensitivity=Sensitivity.CONSERVATIVE)))
        assert as_a(SessionList, host.request(ListSessions(id=4))).items[0].participants[0].name == "Ada"
        export = as_a(Exported, host.request(Export(id=5, session="call", format=ExportFormat.JSON)))
        assert '"name":"Ada"' in export.data
        assert as_a(Health, host.request(Close(id=6, session="call"))).sessions == 0
        assert as_a(Pong, host.request(Ping(id=7)))
        assert host.close() == 0
        assert host.stderr() == ""


class TestStart:
    def test_nothing_heavy_is_imported_before_the_first_call(self) -> None:
        program = (
            "import sys, veritile.native.conversation, veritile.native.client\n"
            f"print(*(name for name in {HEAVY + LATER} if name in sys.modules))"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert done.stdout.split() == []

    def test_hello_does_not_wait_for_heavy_imports(self, start: Start, tmp_path: Path) -> None:
        """They are made to hang, and hello is answered all the same."""
        (tmp_path / "sitecustomize.py").write_text(
            "import sys, threading\n"
            "def hang(event, args):\n"
            f"    if event == 'import' and args[0] in {HEAVY}: threading.Event().wait()\n"
            "sys.addaudithook(hang)\n"
        )
        host = start(PYTHONPATH=python_path(tmp_path))
        assert as_a(Info, host.request(HELLO)).state is ModelState.LOADING
        assert as_a(Pong, host.request(Ping(id=2)))
        started = time.monotonic()
        assert host.close() == 0
        assert time.monotonic() - started < END_S

    @pytest.mark.parametrize("library", HEAVY)
    def test_missing_library_is_told_and_the_host_lives_on(
        self, start: Start, tmp_path: Path, library: str
    ) -> None:
        (tmp_path / "sitecustomize.py").write_text(f"import sys\nsys.modules[{library!r}] = None\n")
        host = start(PYTHONPATH=python_path(tmp_path))
        assert begin(host).state is ModelState.FAILED
        error = as_a(Error, host.wait_for(lambda m: isinstance(m, Error)))
        assert error.code == 504
        assert library in error.text
        assert as_a(Error, host.request(frames(3, picture_of("ada", FACE)))).code == 504
        assert as_a(Pong, host.request(Ping(id=4)))

    def test_missing_model_is_told(self, start: Start) -> None:
        host = start(VERITILE_MODEL="none of this name")
        info = as_a(Info, host.request(HELLO))
        assert (info.model.name, info.model.sha256) == ("none of this name", "")
        assert host.wait_loaded().state is ModelState.FAILED
        assert as_a(Error, host.wait_for(lambda m: isinstance(m, Error))).code == 501

    def test_browsers_arguments_are_accepted(self, start: Start) -> None:
        host = start(*HOST, "chrome-extension://abcdefghijklmnopabcdefghijklmnop/", "--parent-window=0")
        assert as_a(Info, host.request(HELLO))

    @pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
    def test_started_by_hand_it_says_what_it_is(self) -> None:
        ours, theirs = os.openpty()
        try:
            done = subprocess.run(HOST, stdin=theirs, capture_output=True, text=True, timeout=10)
        finally:
            os.close(ours)
            os.close(theirs)
        assert done.returncode == 2
        assert "veritile doctor" in done.stderr
        assert done.stdout == ""


class TestStream:
    @pytest.mark.parametrize(
        ("payload", "code", "request_id"),
        [
            (b"\xff\xfe", 103, None),
            (b"not json", 104, None),
            (b"", 104, None),
            (b'{"type":"ping","v":1,"id":"x"}', 201, None),
            (b'{"type":"open","v":1,"id":77}', 201, 77),
            (b'{"type":"dance","v":1,"id":77}', 202, 77),
            (b'{"type":"ping","v":9,"id":77}', 203, 77),
        ],
    )
    def test_bad_message_is_told_and_the_session_goes_on(
        self, start: Start, payload: bytes, code: int, request_id: int | None
    ) -> None:
        host = start(VERITILE_MODEL="none of this name")
        host.send_bytes(encode_frame(payload) + encode_frame(encode(HELLO)))
        error = as_a(Error, host.wait_for(lambda m: isinstance(m, Error)))
        assert error.code == code
        assert (error.re if isinstance(error.re, int) else None) == request_id
        assert as_a(Info, host.wait_for(lambda m: m.re == HELLO.id))

    def test_oversized_message_is_told_at_once_and_passed_over_in_bounded_memory(self, start: Start) -> None:
        host = start(VERITILE_MODEL="none of this name")
        host.request(HELLO)
        host.wait_loaded()
        process = psutil.Process(host.process.pid)
        before = process.memory_info().rss
        size = 20 * MESSAGE_BYTES
        host.send_bytes(struct.pack("=I", size))
        assert as_a(Error, host.wait_for(lambda m: isinstance(m, Error) and m.code != 501)).code == 102
        for _ in range(20):
            host.send_bytes(bytes(MESSAGE_BYTES))
        assert as_a(Pong, host.request(Ping(id=5)))
        assert process.memory_info().rss - before < 8 << 20

    def test_stray_output_does_not_reach_the_browser(self, start: Start) -> None:
        host = odd(start, "printing")
        begin(host)
        for request in (10, 11):
            assert as_a(Verdicts, host.request(frames(request, picture_of("ada", b"%d" % request))))
        assert host.close() == 0
        said = host.stderr()
        for source in ("print", "descriptor", "child", "C library"):
            assert f"stray: {source}" in said


class TestEnd:
    @pytest.mark.parametrize("kind", ["looping", "computing", "loading"])
    def test_within_two_seconds_of_the_end_of_input_whatever_it_is_doing(
        self, start: Start, kind: str
    ) -> None:
        host = odd(start, kind)
        host.request(HELLO)
        if kind != "loading":
            host.wait_loaded()
        host.request(OPEN)
        host.send(frames(3, picture_of("ada", b"x")))
        assert as_a(Pong, host.request(Ping(id=4)))  # the frames have been read by now
        started = time.monotonic()
        assert host.close() == 0
        assert time.monotonic() - started < END_S

    @pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals that can be caught")
    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
    def test_on_a_signal(self, start: Start, number: signal.Signals, log_folder: Path) -> None:
        host = odd(start, "looping")
        begin(host)
        host.send(frames(3, picture_of("ada", b"x")))
        host.process.send_signal(number)
        assert host.process.wait(END_S) == 0
        assert number.name in (log_folder / "host.log").read_text()

    def test_when_nobody_listens_any_more(self, log_folder: Path) -> None:
        """Its output is closed, its input stays open."""
        process = quiet_host(log_folder)
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.close()
        process.stdin.write(encode_frame(encode(HELLO)))
        process.stdin.flush()
        try:
            assert process.wait(10) == 0
        finally:
            process.kill()
            process.stdin.close()
        assert "closed its end" in (log_folder / "host.log").read_text()

    def test_when_the_peer_has_stopped_reading(self, log_folder: Path) -> None:
        """More replies than pipe and outbox hold, and none is read; then the input ends too."""
        process = quiet_host(log_folder)
        with process:
            assert process.stdin is not None
            pings = b"".join(encode_frame(encode(Ping(id=n))) for n in range(3000 + REPLIES_WAITING))
            with suppress(BrokenPipeError):  # it may end before it has read them all
                process.stdin.write(encode_frame(encode(HELLO)) + pings)
                process.stdin.close()
            assert process.wait(10) == 0
        assert "stopped reading" in (log_folder / "host.log").read_text()

    def test_waiting_frames_are_answered_first(self, start: Start) -> None:
        """So that a recorded session can be piped through the host."""
        host = start()
        begin(host)
        host.request(frames(3, picture_of("ada", FACE)))  # the first picture takes longest
        host.send(frames(4, picture_of("ada", retaken(FACE, 4))))
        assert host.close() == 0
        assert as_a(Verdicts, host.wait_for(lambda m: m.re == 4))


def quiet_host(log_folder: Path) -> subprocess.Popen[bytes]:
    """A host without a model, whose output the test reads or does not read."""
    return subprocess.Popen(
        HOST,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "VERITILE_LOG_DIR": str(log_folder), "VERITILE_MODEL": "none of this name"},
    )
