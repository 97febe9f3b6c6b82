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

COMMANDS = ["analyze", "doctor", "host", "install", "uninstall"]


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
    command = [sys.executable, "-c", "from veritile.cli import main; main(prog_name='veritile')", *arguments]
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("arguments", [["--help"], *([command, "--help"] for command in COMMANDS)])
def test_help_imports_no_heavy_library(arguments: list[str]) -> None:
    program = (
        "import sys; from veritile.cli import main\n"
        f"main({arguments!r}, prog_name='veritile', standalone_mode=False)\n"
        "heavy = {'numpy', 'cv2', 'onnxruntime', 'PIL', 'rich', 'msgspec'} & set(sys.modules)\n"
        "print(sorted(heavy), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stderr.strip() == "[]"
    assert done.stdout.startswith("Usage: veritile")


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


def test_no_browser_is_exit_code_1_and_says_what_to_do(tmp_path: Path) -> None:
    done = in_home(tmp_path, "install")
    assert done.returncode == 1
    assert done.stderr.startswith("Error 701: No supported browser was found")
    assert "start one once" in done.stderr
    assert done.stdout == ""


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
