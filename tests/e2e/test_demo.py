"""scripts/demo.py as a newcomer and a program call it."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import cv2
import psutil
import pytest

import bootstrap

pytestmark = pytest.mark.e2e

DEMO = bootstrap.ROOT / "scripts" / "demo.py"


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(DEMO), "--headless", *arguments],
        env={**os.environ, "TMPDIR": str(folder), "VERITILE_LOG_DIR": str(folder / "log")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.fixture
def short_path() -> Iterator[Path]:
    """A folder of its own with a short name: Chromium's socket must fit into 108 characters below it."""
    with tempfile.TemporaryDirectory(prefix="demo-") as folder:
        yield Path(folder)


@pytest.mark.timeout(240)
def test_it_reports_a_labelled_call_as_one_json_object(short_path: Path) -> None:
    picture = short_path / "call.png"
    guests = ("--camera", "Ada=astronaut", "--camera", "Bob=astronaut-swapped")
    demo = start(short_path, "--json", "--seconds", "45", "--screenshot", str(picture), *guests)
    out, err = demo.communicate(timeout=200)
    assert demo.returncode == 0, err
    found = json.loads(out)
    assert found["ok"] is True
    assert found["problems"] == []
    named = {p["name"]: p for p in found["participants"]}
    for name in ("Ada", "Bob"):
        assert named[name]["label"]
        assert 0 <= named[name]["score"] <= 1
        assert named[name]["latency_ms"] > 0
    assert [p["label"] for p in found["participants"] if p["self"]] == [None]
    assert found["host"]["status"] == "ready"
    assert found["call"]["latency_p50_ms"] <= found["call"]["latency_p95_ms"]
    assert cv2.imread(str(picture)).shape[1] >= 1000
    assert leftovers(short_path) == []


@pytest.mark.timeout(240)
def test_ctrl_c_ends_everything(short_path: Path) -> None:
    demo = start(short_path, "--seconds", "600")
    wait_for_line(demo, "the call is on")
    os.kill(demo.pid, signal.SIGINT)
    demo.communicate(timeout=30)
    assert demo.returncode in (0, 1)  # 1: stopped before everybody was judged
    assert leftovers(short_path) == []
    assert processes_naming(str(short_path)) == []


@pytest.mark.timeout(240)
def test_closing_the_browser_ends_it_with_what_was_seen(short_path: Path) -> None:
    demo = start(short_path, "--seconds", "600")
    wait_for_line(demo, "Sam Swapped:")
    (browser,) = (
        process
        for process, line in processes_naming(str(short_path))
        if "/watching" in line and "--type=" not in line and line.startswith("/usr/")
    )
    os.kill(browser, signal.SIGTERM)
    out, err = demo.communicate(timeout=30)
    assert "the browser was closed" in err
    assert "Rea Real" in out
    assert "Traceback" not in err
    assert leftovers(short_path) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--camera", "nobody"), "NAME=FILE"),
        (("--camera", "Ada=/no/such/file.mp4"), "is not a file"),
        (("--seconds", "0"), "between 1 and 86400"),
    ],
)
def test_wrong_usage_is_refused_by_name(short_path: Path, arguments: tuple[str, ...], said: str) -> None:
    demo = start(short_path, *arguments)
    _, err = demo.communicate(timeout=30)
    assert demo.returncode == 2
    assert said in err


def test_footage_that_is_no_video_is_a_sentence_not_a_traceback(short_path: Path) -> None:
    footage = short_path / "notes.txt"
    footage.write_text("not a video")
    demo = start(short_path, "--camera", f"Ada={footage}")
    _, err = demo.communicate(timeout=60)
    assert demo.returncode == 1
    assert "is not a video that can be read" in err
    assert "Traceback" not in err


def wait_for_line(demo: subprocess.Popen[str], text: str) -> None:
    assert demo.stderr is not None
    assert any(text in line for line in demo.stderr)


def leftovers(folder: Path) -> list[str]:
    """Folders that the demo made and did not take away."""
    return [path.name for path in folder.glob("veritile-demo-*")]


def processes_naming(text: str) -> list[tuple[int, str]]:
    """Process ids and command lines that hold `text`."""
    lines = (
        (process.pid, " ".join(process.info["cmdline"] or ())) for process in psutil.process_iter(["cmdline"])
    )
    return [(pid, line) for pid, line in lines if text in line]
