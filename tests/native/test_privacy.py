"""What leaves the host: nothing but its answers, a log without names, and the session log."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

import pictures
from native.conftest import HOST, Start, python_path
from native.talk import HELLO, as_a, begin, frames, picture_of, retaken
from veritile.native.messages import (
    Close,
    Configure,
    Export,
    ExportFormat,
    ModelState,
    Verdicts,
)

FACE = pictures.jpeg(pictures.person())


def test_no_socket_is_opened(start: Start, tmp_path: Path) -> None:
    """In Python (audit events), in native code (strace, where it may be used), or left open (/proc)."""
    audit, trace = tmp_path / "audit", tmp_path / "trace"
    (tmp_path / "sitecustomize.py").write_text(
        "import os, sys\n"
        f"report = os.open({str(audit)!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND)\n"
        "def hook(event, args):\n"
        "    if event.split('.')[0] in ('socket', 'urllib', 'http', 'ssl', 'ftplib', 'smtplib'):\n"
        "        os.write(report, (event + '\\n').encode())\n"
        "sys.addaudithook(hook)\n"
    )
    strace = tracer(trace)
    host = start(*strace, *HOST, PYTHONPATH=python_path(tmp_path))
    assert begin(host).state is ModelState.READY
    for request in range(10, 15):
        picture = picture_of("ada", retaken(FACE, request), name="Ada")
        assert as_a(Verdicts, host.request(frames(request, picture)))
    host.request(Export(id=3, session="call", format=ExportFormat.JSON))
    if sys.platform == "linux":
        top = psutil.Process(host.process.pid)
        for process in (top, *top.children(recursive=True)):
            links = [fd.readlink() for fd in Path(f"/proc/{process.pid}/fd").iterdir()]
            assert not [link for link in links if link.name.startswith("socket:")]
    host.request(Close(id=4, session="call"))
    assert host.close() == 0
    assert audit.read_text() == ""
    if strace:
        # That the end of the process took threads with it is no call about the network.
        assert [line for line in trace.read_text().splitlines() if "+++ killed by" not in line] == []


@pytest.mark.parametrize("logged", [True, False])
def test_no_frame_touches_the_disk_and_no_name_the_hosts_log(
    start: Start, tmp_path: Path, log_folder: Path, data_folder: Path, logged: bool
) -> None:
    """Every file that the process opens for writing, by its audit events, is one of the two logs."""
    audit = tmp_path / "audit"
    (tmp_path / "sitecustomize.py").write_text(
        "import os, sys\n"
        f"report = os.open({str(audit)!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND)\n"
        "def hook(event, args):\n"
        "    if event == 'open' and args[2] & (os.O_WRONLY | os.O_RDWR) or event == 'sqlite3.connect':\n"
        "        os.write(report, f'{args[0]}\\n'.encode())\n"
        "sys.addaudithook(hook)\n"
        "sys.dont_write_bytecode = True\n"
    )
    host = start(PYTHONPATH=python_path(tmp_path))
    host.request(HELLO)
    host.request(Configure(id=9, log=logged))
    begin(host)
    ada, bob = picture_of("id-of-ada", FACE, name="Ada Lovelace"), picture_of("id-of-bob", b"")
    host.request(frames(3, ada, bob))
    host.request(Export(id=4, session="call", format=ExportFormat.JSON))
    assert host.close() == 0
    written = set(audit.read_text().split("\n")) - {"", os.devnull}
    calls = data_folder / "log" / "calls.db"
    # File descriptors, of the protocol's two streams, appear as numbers.
    expected = {str(log_folder / "host.log")} | ({str(calls)} if logged else set())
    assert {path for path in written if not path.isdigit()} == expected
    assert calls.exists() == logged
    if logged:
        data = calls.read_bytes()
        assert b"Ada Lovelace" in data
        assert not any(FACE[n : n + 64] in data for n in range(0, len(FACE) - 64, 64))
    log = (log_folder / "host.log").read_text()
    assert "1 frames looked at" in log
    for word in ("Ada", "id-of", "call"):
        assert word not in log


def tracer(report: Path) -> tuple[str, ...]:
    """The command that reports all system calls about the network; none where strace is absent or barred."""
    command = ("strace", "-f", "-qq", "-e", "trace=network", "-o", str(report))
    if shutil.which("strace") is None or subprocess.run([*command, "true"], capture_output=True).returncode:
        return ()
    return command
