"""The command line: what it prints, its exit codes, and that it starts without the heavy libraries."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import veritile
from veritile.cli import main

COMMANDS = ["analyze", "bench", "doctor", "evaluate", "host", "install", "log", "serve", "train", "uninstall"]


def in_home(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a real `veritile` whose user lives in `home`."""
    env = {
        **os.environ,
        "HOME": str(home),
        "USERPROFILE": str(home),
        "LOCALAPPDATA": str(home),
        "VERITILE_LOG_DIR": str(home / "log"),
    }
    env.pop("XDG_CONFIG_HOME", None)
    env.pop("XDG_DATA_HOME", None)
    env.pop("VERITILE_DATA_DIR", None)
    command = [sys.executable, "-c", "from veritile.cli import main; main(prog_name='veritile')", *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("arguments", [["--help"], *([command, "--help"] for command in COMMANDS)])
def test_help_imports_no_heavy_library(arguments: list[str]) -> None:
    program = (
        "import sys; from veritile.cli import main\n"
        f"main({arguments!r}, prog_name='veritile', standalone_mode=False)\n"
        "heavy = {'numpy', 'cv2', 'onnxruntime', 'PIL', 'rich', 'msgspec', 'sqlite3'} & set(sys.modules)\n"
        "print(sorted(heavy), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stderr.strip() == "[]"
    assert done.stdout.startswith("Usage: veritile")


def run_python(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are those of POSIX")
def test_what_may_not_be_read_is_answered_like_any_other_file(tmp_path: Path) -> None:
    barred, secret = tmp_path / "barred", tmp_path / "secret.jpg"
    barred.mkdir(mode=0)
    secret.touch(mode=0)
    paths = [str(path) for path in (secret, barred, barred / "face.jpg")]
    program = (
        "import os; from veritile.cli import main; import veritile.analyze\n"
        "if os.geteuid() == 0: os.setgroups([]); os.setgid(54321); os.setuid(54321)  # root may read all\n"
        "main(prog_name='veritile')"
    )
    done = run_python(program, "analyze", "--json", *paths)
    assert done.returncode == 3, done.stderr  # none was analysed, and all for this reason
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line["path"] for line in lines] == paths
    assert {line["error"]["code"] for line in lines} == {404}
    assert all("Permission denied" in line["error"]["text"] for line in lines)


NOBODY = "import os, pwd\ndef unknown(uid): raise KeyError(uid)\nos.environ.clear(); pwd.getpwuid = unknown\n"
"""Makes the user one of no name and no home, as in some containers."""


@pytest.mark.skipif(sys.platform == "win32", reason="every user of Windows has a home")
@pytest.mark.parametrize("command", ["install", "uninstall", "doctor"])
def test_user_without_a_home_is_told_what_is_missing(command: str) -> None:
    done = run_python(f"{NOBODY}from veritile.cli import main; main(prog_name='veritile')", command)
    assert done.returncode == 1
    assert done.stderr.startswith("Error 702: ")
    assert "set HOME" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="every user of Windows has a home")
def test_host_of_a_user_without_a_home_serves_and_logs_to_standard_error() -> None:
    program = f"{NOBODY}from veritile.native.host import main; main()"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert b"ended: end of input" in done.stderr


def test_model_may_be_named_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERITILE_MODEL", "none-of-this-name")
    (tmp_path / "face.jpg").write_bytes(b"x")
    done = in_home(tmp_path, "analyze", "--json", str(tmp_path / "face.jpg"))
    assert json.loads(done.stdout)["error"]["code"] == 501
    assert "none-of-this-name" in done.stdout


def test_commands_are_those_of_the_contract() -> None:
    assert sorted(main.commands) == COMMANDS


def test_version() -> None:
    result = CliRunner().invoke(main, ["--version"])
    assert result.output == f"veritile, version {veritile.__version__}\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["fly"],
        ["analyze"],
        ["install", "--browser", "netscape"],
        ["install", "--browser", "chrome", "--profile", "."],
        ["uninstall", "--browser", "chrome", "--profile", "."],
        ["doctor", "--loud"],
    ],
)
def test_wrong_usage_is_exit_code_2(arguments: list[str]) -> None:
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert "Error:" in result.output


@pytest.mark.skipif(sys.platform != "linux", reason="the home is laid out as on Linux")
def test_install_and_uninstall_of_a_users_browser(tmp_path: Path) -> None:
    (tmp_path / ".config" / "chromium").mkdir(parents=True)
    before = sorted(tmp_path.rglob("*"))
    done = in_home(tmp_path, "install")
    assert done.returncode == 0, done.stderr
    manifest = tmp_path / ".config/chromium/NativeMessagingHosts/com.veritile.host.json"
    assert str(manifest) in done.stdout
    assert Path(json.loads(manifest.read_bytes())["path"]).is_file()
    assert "Load unpacked" in done.stdout or "not built yet" in done.stdout
    (tmp_path / "log" / "host.log").write_text("a line\n")
    done = in_home(tmp_path, "uninstall")
    assert done.returncode == 0, done.stderr
    assert str(manifest) in done.stdout
    assert sorted(tmp_path.rglob("*")) == before
    assert in_home(tmp_path, "uninstall").stdout == "Nothing was registered.\n"


@pytest.mark.skipif(sys.platform != "linux", reason="the home is laid out as on Linux")
def test_log_of_calls_outlives_the_installation(tmp_path: Path) -> None:
    calls = tmp_path / ".local/share/veritile/log/calls.db"
    calls.parent.mkdir(parents=True)
    calls.touch()
    assert f"delete the folder {calls.parent}" in in_home(tmp_path, "uninstall").stdout
    assert calls.exists()


def test_no_browser_is_exit_code_1_and_says_what_to_do(tmp_path: Path) -> None:
    done = in_home(tmp_path, "install")
    assert done.returncode == 1
    assert done.stderr.startswith("Error 701: No supported browser was found")
    assert "start one once" in done.stderr
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="profiles carry no hosts on Windows")
def test_install_into_a_profile_touches_nothing_else(tmp_path: Path) -> None:
    home, profile = tmp_path / "home", tmp_path / "profile"
    home.mkdir()
    profile.mkdir()
    assert in_home(home, "install", "--profile", str(profile)).returncode == 0
    assert (profile / "NativeMessagingHosts" / "com.veritile.host.json").is_file()
    assert in_home(home, "uninstall", "--profile", str(profile)).returncode == 0
    assert list(profile.iterdir()) == []
    assert list(home.iterdir()) == []
