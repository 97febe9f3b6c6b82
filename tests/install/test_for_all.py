"""Registering for all users of a machine. The roots are given and the registry is a dictionary, so that the
paths of macOS and Windows are exercised here; no real Windows or macOS has run this."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from machines import DictionaryRegistry, snapshot
from veritile.errors import NoBrowserError, RegistrationError
from veritile.install import register
from veritile.install.browsers import BROWSERS, Machine
from veritile.install.identity import HOST_NAME
from veritile.install.register import Outcome

LAUNCHER = Path("/opt/veritile/bin/veritile-host")
SERVED = ["chrome", "chrome-beta", "chrome-dev", "chrome-canary", "chromium", "edge", "edge-beta", "edge-dev"]
PLATFORMS = ("linux", "darwin", "win32")


def whole(platform: str, root: Path, *browsers: str) -> Machine:
    """A machine on which these browsers are installed."""
    made = Machine.whole(platform, root, DictionaryRegistry() if platform == "win32" else None)
    for row in BROWSERS:
        if row.name in browsers:
            program = row.folder(made)
            assert program is not None
            program.mkdir(parents=True)
    return made


@pytest.mark.parametrize(
    ("platform", "browser", "manifest"),
    [
        ("linux", "chrome", "etc/opt/chrome/native-messaging-hosts"),
        ("linux", "chromium", "etc/chromium/native-messaging-hosts"),
        ("linux", "edge", "etc/opt/edge/native-messaging-hosts"),
        ("darwin", "chrome", "Library/Google/Chrome/NativeMessagingHosts"),
        ("darwin", "chromium", "Library/Application Support/Chromium/NativeMessagingHosts"),
        ("darwin", "edge", "Library/Microsoft/Edge/NativeMessagingHosts"),
        ("win32", "chrome", "ProgramData/veritile"),
        ("win32", "edge-dev", "ProgramData/veritile"),
    ],
)
def test_manifest_is_where_the_browser_looks(
    tmp_path: Path, platform: str, browser: str, manifest: str
) -> None:
    machine = whole(platform, tmp_path, browser)
    (change,) = register.install(machine, launcher=LAUNCHER)
    assert change.outcome is Outcome.WRITTEN
    assert change.manifest.parent == tmp_path / manifest
    told = json.loads(change.manifest.read_bytes())
    assert (told["name"], told["path"]) == (HOST_NAME, str(LAUNCHER))
    if isinstance(machine.registry, DictionaryRegistry):
        assert str(change.manifest) in machine.registry.values.values()


@pytest.mark.parametrize("platform", PLATFORMS)
def test_nothing_is_left_of_it(tmp_path: Path, platform: str) -> None:
    machine = whole(platform, tmp_path, *SERVED)
    (tmp_path / "etc").mkdir(exist_ok=True)
    before = snapshot(tmp_path)
    keys = dict(machine.registry.values) if isinstance(machine.registry, DictionaryRegistry) else None
    assert len(register.install(machine, launcher=LAUNCHER)) == len(SERVED)
    assert all(c.outcome is Outcome.UNCHANGED for c in register.install(machine, launcher=LAUNCHER))
    register.uninstall(machine)
    assert snapshot(tmp_path) == before
    assert keys is None or keys == getattr(machine.registry, "values", None)


def test_one_that_looks_nowhere_for_all_users_says_so(tmp_path: Path) -> None:
    machine = whole("linux", tmp_path, "chromium")
    with pytest.raises(NoBrowserError, match="nobody documents"):
        register.install(machine, ["vivaldi"], launcher=LAUNCHER)
    with pytest.raises(NoBrowserError, match="install it"):
        register.install(machine, ["edge"], launcher=LAUNCHER)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
def test_a_launcher_that_others_cannot_reach_is_refused(tmp_path: Path) -> None:
    machine = whole("linux", tmp_path, "chromium")
    launcher = tmp_path / "venv" / "veritile-host"
    launcher.parent.mkdir()
    launcher.write_text("")
    launcher.chmod(0o755)
    for place in (tmp_path, *tmp_path.parents):  # pytest's own folders are closed
        if str(place).startswith("/tmp/pytest"):
            place.chmod(0o755)
    register.install(machine, launcher=launcher)
    register.uninstall(machine)
    launcher.parent.chmod(0o700)
    before = snapshot(tmp_path)
    with pytest.raises(RegistrationError, match="not open to other users"):
        register.install(machine, launcher=launcher)
    assert snapshot(tmp_path) == before
