"""Registering writes what browsers look for, where they look, and can be undone byte for byte.

The paths of macOS and Windows are exercised here on any platform, because the
roots are given; the registry is a dictionary, as only Windows has a real one.
"""

import json
import shlex
import stat
import sys
from pathlib import Path

import pytest

from machines import DictionaryRegistry, snapshot
from veritile.api.access import read_token
from veritile.errors import NoBrowserError, RegistrationError
from veritile.frame import providers
from veritile.install import register
from veritile.install.browsers import BROWSERS, SANDBOXES, Machine, found_browsers
from veritile.install.identity import EXTENSION_ID, HOST_NAME
from veritile.install.register import Outcome

LAUNCHER = Path("/opt/veritile/bin/veritile-host")
PLATFORMS = ("linux", "darwin", "win32")


def machine(platform: str, home: Path, *browsers: str) -> Machine:
    """A home in which these browsers have been started."""
    registry = DictionaryRegistry() if platform == "win32" else None
    made = Machine.at(platform, home, {}, registry)
    for row in BROWSERS:
        if row.name in browsers:
            folder = row.folder(made)
            assert folder is not None
            (folder / "Default").mkdir(parents=True)
            (folder / "Local State").write_bytes(b"{}")
    return made


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home of Zoë"
    folder.mkdir()
    return folder


@pytest.mark.parametrize(
    ("platform", "browser", "manifest"),
    [
        ("linux", "chrome", ".config/google-chrome/NativeMessagingHosts"),
        ("linux", "chromium", ".config/chromium/NativeMessagingHosts"),
        ("linux", "edge", ".config/microsoft-edge/NativeMessagingHosts"),
        ("linux", "brave", ".config/BraveSoftware/Brave-Browser/NativeMessagingHosts"),
        ("linux", "vivaldi", ".config/vivaldi/NativeMessagingHosts"),
        ("darwin", "chrome", "Library/Application Support/Google/Chrome/NativeMessagingHosts"),
        ("darwin", "edge-canary", "Library/Application Support/Microsoft Edge Canary/NativeMessagingHosts"),
        ("darwin", "chromium", "Library/Application Support/Chromium/NativeMessagingHosts"),
        ("win32", "edge", "AppData/Local/veritile"),
    ],
)
def test_manifest_lies_where_the_browser_looks(
    home: Path, platform: str, browser: str, manifest: str
) -> None:
    (change,) = register.install(machine(platform, home, browser), launcher=LAUNCHER)
    assert change.manifest == home / manifest / "com.veritile.host.json"
    assert json.loads(change.manifest.read_bytes()) == {
        "name": "com.veritile.host",
        "description": "Veritile: labels the participants of a video call on this machine",
        "path": str(LAUNCHER),
        "type": "stdio",
        "allowed_origins": [f"chrome-extension://{EXTENSION_ID}/"],
    }


@pytest.mark.parametrize(
    ("browser", "key"),
    [
        ("chrome", r"Software\Google\Chrome\NativeMessagingHosts\com.veritile.host"),
        ("brave", r"Software\Google\Chrome\NativeMessagingHosts\com.veritile.host"),
        ("chromium", r"Software\Chromium\NativeMessagingHosts\com.veritile.host"),
        ("edge-beta", r"Software\Microsoft\Edge\NativeMessagingHosts\com.veritile.host"),
    ],
)
def test_on_windows_a_key_names_the_manifest(home: Path, browser: str, key: str) -> None:
    windows = machine("win32", home, browser)
    (change,) = register.install(windows, launcher=LAUNCHER)
    assert windows.registry is not None
    assert windows.registry.read(key) == str(change.manifest)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_only_browsers_that_are_there_are_touched(home: Path, platform: str) -> None:
    here = machine(platform, home, "chromium", "edge-dev")
    assert [row.name for row in found_browsers(here)] == ["chromium", "edge-dev"]
    register.install(here, launcher=LAUNCHER)
    for row in BROWSERS:
        folder = row.folder(here)
        assert folder is None or folder.exists() == (row.name in {"chromium", "edge-dev"})


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("hosts_folder_was_there", [False, True])
def test_uninstall_leaves_the_home_byte_for_byte_as_it_was(
    home: Path, platform: str, hosts_folder_was_there: bool
) -> None:
    here = machine(platform, home, "chrome", "chromium", "edge", "brave")
    chromium = next(row for row in BROWSERS if row.name == "chromium").folder(here)
    assert chromium is not None
    if hosts_folder_was_there:  # once empty, once with somebody else's host in it
        (chromium / "NativeMessagingHosts").mkdir()
        (chromium.parent / "NativeMessagingHosts").mkdir()
        (chromium.parent / "NativeMessagingHosts" / "com.example.json").write_text("{}")
    files = snapshot(home)
    keys = dict(here.registry.values) if isinstance(here.registry, DictionaryRegistry) else {}
    for _ in range(2):
        register.install(here, launcher=LAUNCHER)
    assert snapshot(home) != files
    register.uninstall(here)
    assert snapshot(home) == files
    if isinstance(here.registry, DictionaryRegistry):
        assert here.registry.values == keys


@pytest.mark.parametrize("platform", PLATFORMS)
def test_browsers_taken_away_one_by_one_leave_nothing_either(home: Path, platform: str) -> None:
    here = machine(platform, home, "chrome", "chromium", "edge")
    files = snapshot(home)
    register.install(here, launcher=LAUNCHER)
    register.uninstall(here, ["edge"])
    outcomes = {change.title: change.outcome for change in register.install(here, ["chrome", "chromium"])}
    assert set(outcomes) == {"Chrome", "Chromium"}
    register.uninstall(here, ["chrome"])
    assert [change.outcome for change in register.uninstall(here, ["chromium"])] == [Outcome.REMOVED]
    assert snapshot(home) == files


@pytest.mark.parametrize("platform", PLATFORMS)
def test_uninstalling_what_is_not_installed_changes_nothing(home: Path, platform: str) -> None:
    here = machine(platform, home, "chrome")
    files = snapshot(home)
    assert {change.outcome for change in register.uninstall(here)} == {Outcome.ABSENT}
    assert snapshot(home) == files


@pytest.mark.parametrize("platform", PLATFORMS)
def test_second_install_changes_nothing(home: Path, platform: str) -> None:
    here = machine(platform, home, "chrome", "edge")
    first = register.install(here, launcher=LAUNCHER)
    files = snapshot(home)
    second = register.install(here, launcher=LAUNCHER)
    assert {change.outcome for change in first} == {Outcome.WRITTEN}
    assert {change.outcome for change in second} == {Outcome.UNCHANGED}
    assert snapshot(home) == files


def test_a_launcher_that_has_moved_is_set_right(home: Path) -> None:
    here = machine("linux", home, "chromium")
    register.install(here, launcher=LAUNCHER)
    (change,) = register.install(here, launcher=Path("/new/veritile-host"))
    assert change.outcome is Outcome.WRITTEN
    assert json.loads(change.manifest.read_bytes())["path"] == "/new/veritile-host"


def test_a_damaged_receipt_keeps_nothing_from_being_removed(home: Path) -> None:
    here = machine("linux", home, "chromium")
    (change,) = register.install(here, launcher=LAUNCHER)
    (here.data / "receipt.json").write_bytes(b"\xff[")
    (removed,) = register.uninstall(here, ["chromium"])
    assert removed.outcome is Outcome.REMOVED
    assert not change.manifest.exists()
    assert not (here.data / "receipt.json").exists()


def test_named_browser_only(home: Path) -> None:
    here = machine("linux", home, "chrome", "chromium")
    assert [change.title for change in register.install(here, ["chromium"], LAUNCHER)] == ["Chromium"]
    assert not (here.profiles / "google-chrome" / "NativeMessagingHosts").exists()


@pytest.mark.parametrize(
    ("name", "words"),
    [("netscape", "choose from chrome"), ("vivaldi", "start it once"), ("edge-canary", "none on linux")],
)
def test_a_browser_that_is_not_there_says_what_to_do(home: Path, name: str, words: str) -> None:
    with pytest.raises(NoBrowserError, match=words):
        register.install(machine("linux", home, "chrome"), [name], LAUNCHER)


def test_no_browser_at_all_names_the_sandboxed_ones(home: Path) -> None:
    here = machine("linux", home)
    (home / SANDBOXES[0].folder).mkdir(parents=True)
    with pytest.raises(NoBrowserError, match=r"start one once.*Chromium from Snap.*not sandboxed"):
        register.install(here, launcher=LAUNCHER)
    assert list(home.rglob("NativeMessagingHosts")) == []


def test_xdg_folders_are_followed(home: Path) -> None:
    env = {"XDG_CONFIG_HOME": str(home / "c"), "XDG_DATA_HOME": str(home / "d")}
    (home / "c" / "chromium").mkdir(parents=True)
    (change,) = register.install(Machine.at("linux", home, env), launcher=LAUNCHER)
    assert change.manifest.is_relative_to(home / "c")
    assert (home / "d" / "veritile" / "receipt.json").is_file()


def test_a_profile_carries_its_own_registration(home: Path) -> None:
    files = snapshot(home)
    change = register.install_profile(home, LAUNCHER)
    assert change.manifest == home / "NativeMessagingHosts" / f"{HOST_NAME}.json"
    assert change.manifest.is_file()
    assert register.uninstall_profile(home).outcome is Outcome.REMOVED
    assert snapshot(home) == files
    assert register.uninstall_profile(home).outcome is Outcome.ABSENT


def test_a_profile_that_is_not_there_is_an_error(home: Path) -> None:
    with pytest.raises(NoBrowserError, match="user-data-dir"):
        register.install_profile(home / "absent", LAUNCHER)


@pytest.fixture
def blocked(home: Path) -> Machine:
    here = machine("linux", home, "chromium")
    # A file where a folder must be: unlike permissions, this stops root as well.
    (here.profiles / "chromium" / "NativeMessagingHosts").write_text("in the way")
    return here


def test_a_manifest_that_cannot_be_written_says_so(blocked: Machine) -> None:
    with pytest.raises(RegistrationError, match=r"cannot be changed.*may write there"):
        register.install(blocked, launcher=LAUNCHER)


def test_no_half_written_file_stays_behind(home: Path) -> None:
    here = machine("linux", home, "chromium")
    manifest = here.profiles / "chromium" / "NativeMessagingHosts" / f"{HOST_NAME}.json"
    manifest.mkdir(parents=True)  # a folder cannot be replaced by a file
    with pytest.raises(RegistrationError):
        register.install(here, launcher=LAUNCHER)
    assert list(manifest.parent.iterdir()) == [manifest]


def test_launcher_is_an_absolute_path_to_a_program() -> None:
    launcher = register.launcher_path()
    assert launcher.is_absolute()
    assert launcher.stem == "veritile-host"
    assert sys.platform == "win32" or launcher.stat().st_mode & stat.S_IXUSR


def test_command_is_one_that_can_be_typed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = register.launcher_path().with_stem("veritile")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert register.command() == str(program)
    monkeypatch.setenv("PATH", str(program.parent))
    assert register.command() == "veritile"


def test_command_in_a_folder_with_a_space_can_be_typed_too(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    monkeypatch.setattr(register, "launcher_path", lambda: home / "veritile-host")
    assert shlex.split(register.command()) == [str(home / "veritile")]


def test_folder_of_logs_is_remembered_and_taken_away(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = machine("linux", home, "chromium")
    files = snapshot(home)
    logs = home / ".local" / "state" / "veritile" / "log"
    monkeypatch.setenv("VERITILE_LOG_DIR", str(logs))
    register.install(here, launcher=LAUNCHER, logs=logs)
    (logs / "host.log").write_text("x")
    register.remove_logs()
    register.uninstall(here)
    assert snapshot(home) == files


def test_logs_are_removed_and_nothing_beside_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERITILE_LOG_DIR", str(tmp_path))
    for name in ("host.log", "host.log.1", "diary.txt"):
        (tmp_path / name).write_text("x")
    assert [path.name for path in register.remove_logs()] == ["host.log", "host.log.1"]
    assert [path.name for path in tmp_path.iterdir()] == ["diary.txt"]


def test_log_folder_of_our_own_goes_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "veritile" / "log"
    folder.mkdir(parents=True)
    (folder / "host.log").write_text("x")
    monkeypatch.setenv("VERITILE_LOG_DIR", str(folder))
    register.remove_logs()
    assert list(tmp_path.iterdir()) == []


def test_what_a_sandbox_allows_is_told_apart(home: Path) -> None:
    made = machine("linux", home, "chromium")
    (home / "snap/chromium/common/chromium").mkdir(parents=True)
    (home / ".var/app/com.brave.Browser").mkdir(parents=True)
    snap, flatpak = register.sandbox_notes(made)
    assert "no way to allow it" in snap
    assert "--talk-name=org.freedesktop.Flatpak com.brave.Browser" in flatpak


def test_what_was_noted_of_devices_goes_too(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERITILE_CACHE_DIR", str(home / ".cache" / "veritile"))
    (home / ".cache").mkdir()
    before = snapshot(home)
    providers.note("a" * 64, providers.available([providers.CPU]), providers.named(providers.CPU))
    assert snapshot(home) != before
    assert [path.name for path in register.remove_cache()] == [providers.CACHE_FILE]
    assert snapshot(home) == before
    assert register.remove_cache() == []


def test_the_token_of_the_service_goes_too(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERITILE_DATA_DIR", str(home / ".local" / "veritile"))
    (home / ".local").mkdir()
    before = snapshot(home)
    read_token()
    assert snapshot(home) != before
    assert [path.name for path in register.remove_token()] == ["server.token"]
    assert snapshot(home) == before
    assert register.remove_token() == []
