"""A recorded session, cut off after every one of its bytes."""

from __future__ import annotations

import io
import subprocess
from pathlib import Path

import pytest

import pictures
from native.conftest import HOST
from native.recording import Conversation
from native.talk import HELLO, OPEN, frames, picture_of
from veritile.frame import FrameAnalyzer
from veritile.native.codec import decode_host, encode
from veritile.native.conversation import serve
from veritile.native.framing import FrameReader, encode_frame
from veritile.native.messages import (
    ClientMessage,
    Close,
    Configure,
    Error,
    Export,
    ExportFormat,
    HostMessage,
    Info,
    ListSessions,
    ModelState,
    Ping,
)
from veritile.vocabulary import Sensitivity

JPEG = pictures.jpeg(pictures.person(96, 64, face_px=40), quality=50)
MESSAGES: list[ClientMessage] = [
    HELLO,
    OPEN,
    frames(3, picture_of("ada", JPEG, name="Ada")),
    Configure(id=4, sensitivity=Sensitivity.SENSITIVE),
    Ping(id=5),
    ListSessions(id=6),
    Export(id=7, session="call", format=ExportFormat.JSON),
    Close(id=8, session="call"),
]
FRAMES = [encode_frame(encode(message)) for message in MESSAGES]
RECORDING = b"".join(FRAMES)
ENDS = [sum(map(len, FRAMES[: n + 1])) for n in range(len(FRAMES))]


def check(sent: list[HostMessage], cut: int) -> None:
    """Every message that is whole is answered; a part of one is told to be truncated; nothing else is."""
    whole = sum(end <= cut for end in ENDS)
    assert {m.re for m in sent if isinstance(m.re, int)} == {m.id for m in MESSAGES[:whole]}
    truncated = [m for m in sent if isinstance(m, Error) and m.code == 101]
    assert len(truncated) == (0 if cut in (0, *ENDS) else 1)


def test_every_byte(tiny_model: Path) -> None:
    analyzer = FrameAnalyzer.load(tiny_model)
    for cut in range(len(RECORDING) + 1):
        talk = Conversation(lambda: analyzer)
        serve(FrameReader(io.BytesIO(RECORDING[:cut])), talk.dispatcher)
        talk.finish()
        check(talk.sent, cut)


CUTS = [0, 1, 3, 4, 5, ENDS[0] - 1, ENDS[0], ENDS[1] + 2, ENDS[1] + 100, ENDS[2] - 1, ENDS[3], ENDS[-1]]


@pytest.mark.parametrize("cut", CUTS, ids=map(str, range(len(CUTS))))  # lengths differ from run to run
def test_bytes_into_a_real_process(cut: int, log_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERITILE_LOG_DIR", str(log_folder))
    monkeypatch.setenv("VERITILE_MODEL", "none of this name")  # pictures are answered without being judged
    process = subprocess.Popen(HOST, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        reader = FrameReader(process.stdout)
        process.stdin.write(RECORDING[:cut])
        process.stdin.flush()
        sent: list[HostMessage] = []
        # The end of input must not overtake the failure of the model, which is the answer to `frames`.
        while cut >= ENDS[0] and not any(isinstance(m, Info) and m.state is ModelState.FAILED for m in sent):
            sent.append(decode_host(reader.read() or b""))
        process.stdin.close()
        sent += [decode_host(payload) for payload in iter(reader.read, None)]
        assert process.wait(20) == 0
    check(sent, cut)
