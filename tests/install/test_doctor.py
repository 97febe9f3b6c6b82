"""The doctor sees a whole chain as whole, and names the broken link and its remedy in a broken one.

The host that it talks to is a real process; the model is a tiny real one.
"""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from bootstrap import EXTENSION
from store.calls import Recorder
from tiny_model import write_tiny_model
from veritile.cli import main
from veritile.errors import NoBrowserError
from veritile.install import doctor, register
from veritile.install.browsers import Machine
from veritile.install.checks import Check, Status, as_text, healthy

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the launchers here are shell scripts")


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A home with Chromium in which the host is registered, and a small model."""
    monkeypatch.setenv("VERITILE_LOG_DIR", str(tmp_path / "log"))
    monkeypatch.setenv("VERITILE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("VERITILE_MODEL", str(write_tiny_model(tmp_path)))
    here = Machine.at("linux", tmp_path, {})
    (here.profiles / "chromium").mkdir(parents=True)
    register.install(here)
    return here


def examined(machine: Machine, launcher: Path | None = None) -> dict[str, Check]:
    return {check.name: check for check in doctor.examine(machine, launcher=launcher)}


def program(folder: Path, text: str) -> Path:
    path = folder / "launcher"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def test_a_whole_chain_is_seen_as_whole(tmp_path: Path, machine: Machine) -> None:
    checks = examined(machine)
    built = (EXTENSION / "dist" / "manifest.json").is_file()
    assert checks.pop("extension").status is (Status.OK if built else Status.FAILED)
    assert {check.status for check in checks.values()} == {Status.OK}
    assert list(checks) == [
        "python", "launcher", "browser", "manifest", "model", "provider", "log", "hello", "frame",
    ]  # fmt: skip
    assert "Chromium" in checks["browser"].detail
    assert str(tmp_path / "log" / "host.log") in checks["hello"].detail
    assert "judged" in checks["frame"].detail


def test_a_host_that_is_not_registered(machine: Machine) -> None:
    register.uninstall(machine)
    manifest = examined(machine)["manifest"]
    assert manifest.status is Status.FAILED
    assert "not registered with Chromium" in manifest.detail
    assert manifest.remedy.endswith("veritile install")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"{", "cannot be read"),
        (b"[]", "name None"),
        (b'{"name": "com.veritile.host", "path": "/old/veritile-host"}', "path '/old/veritile-host'"),
    ],
)
def test_a_manifest_that_is_wrong(machine: Machine, content: bytes, words: str) -> None:
    (installed,) = register.install(machine)
    installed.manifest.write_bytes(content)
    manifest = examined(machine)["manifest"]
    assert manifest.status is Status.FAILED
    assert words in manifest.detail


def test_no_browser(tmp_path: Path, machine: Machine) -> None:
    checks = examined(Machine.at("linux", tmp_path / "elsewhere", {}))
    assert checks["browser"].status is Status.FAILED
    assert "start the browser once" in checks["browser"].remedy
    assert checks["manifest"] == Check("manifest", Status.SKIPPED, "needs browser")


def test_a_launcher_that_is_not_there(tmp_path: Path, machine: Machine) -> None:
    checks = examined(machine, launcher=tmp_path / "absent")
    assert checks["launcher"].status is Status.FAILED
    assert checks["hello"] == Check("hello", Status.SKIPPED, "needs launcher")
    assert checks["frame"].status is Status.SKIPPED


def test_a_launcher_whose_interpreter_is_gone(tmp_path: Path, machine: Machine) -> None:
    launcher = program(tmp_path, "")
    launcher.write_text("#!/nowhere/python\n")
    checks = examined(machine, launcher=launcher)
    assert checks["hello"].status is Status.FAILED
    assert "could not be started" in checks["hello"].detail
    assert checks["frame"].status is Status.SKIPPED


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("echo no such module >&2; exit 3", "no such module"),
        ("echo hello; cat > /dev/null", "no message of the protocol"),
    ],
)
def test_a_host_that_does_not_answer(tmp_path: Path, machine: Machine, text: str, words: str) -> None:
    hello = examined(machine, launcher=program(tmp_path, text))["hello"]
    assert hello.status is Status.FAILED
    assert words in hello.detail
    assert "host.log" in hello.remedy


def test_a_model_that_is_not_the_one_on_its_card(tmp_path: Path, machine: Machine) -> None:
    with (tmp_path / "tiny.onnx").open("ab") as file:
        file.write(b"\0")
    checks = examined(machine)
    assert checks["model"].status is Status.FAILED
    assert "SHA-256" in checks["model"].detail
    assert "unset VERITILE_MODEL" in checks["model"].remedy  # the fixture names it there
    assert checks["frame"] == Check("frame", Status.SKIPPED, "needs model")


def test_a_name_that_no_browser_has(machine: Machine) -> None:
    with pytest.raises(NoBrowserError, match="netscape"):
        doctor.examine(machine, ["netscape"])


def test_the_command_prints_each_check_and_tells_by_its_exit_code(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    register.uninstall(machine)
    monkeypatch.setattr(Machine, "current", lambda: machine)
    result = CliRunner().invoke(main, ["doctor", "--json"])
    report = json.loads(result.output)
    assert result.exit_code == 1
    assert report["ok"] is False
    by_name = {check["name"]: check for check in report["checks"]}
    assert by_name["manifest"] == {
        "name": "manifest",
        "status": "failed",
        "detail": "the host is not registered with Chromium",
        "remedy": f"{register.command()} install",
    }
    text = CliRunner().invoke(main, ["doctor"]).output
    assert "failed   manifest     the host is not registered with Chromium\n" in text
    assert f"-> {register.command()} install\n" in text


def test_all_well_is_exit_code_0() -> None:
    checks = [Check("python", Status.OK, "3.11")]
    assert healthy(checks)
    assert as_text(checks).endswith("\nEverything works.")
    assert not healthy([*checks, Check("hello", Status.SKIPPED, "needs launcher")])


def test_log_that_was_tampered_with(tmp_path: Path, machine: Machine) -> None:
    assert "nothing has been logged yet" in examined(machine)["log"].detail
    recorder = Recorder(tmp_path / "data" / "log" / "calls.db")
    recorder.call("a")
    recorder.writer.stop(10)
    assert "4 entries, none changed" in examined(machine)["log"].detail
    recorder.tamper("DELETE FROM entries WHERE seq = 2")
    log = examined(machine)["log"]
    assert log.status is Status.FAILED
    assert "Entry 2 was deleted." in log.detail
    assert "veritile log verify" in log.remedy


def test_log_that_cannot_be_written(tmp_path: Path, machine: Machine) -> None:
    (tmp_path / "data").write_text("in the way")
    log = examined(machine)["log"]
    assert log.status is Status.FAILED
    assert str(tmp_path / "data") in log.detail
