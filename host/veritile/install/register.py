"""Registering the host with browsers, and taking every trace of that away again.

A browser finds the host through a manifest: on Linux and macOS a file in the
browser's own folder, on Windows a file of ours that a registry key names. It
is written only where a browser is. A receipt remembers which folders and keys
had to be created for it, so that `uninstall` removes those and no others.
"""

from __future__ import annotations

import json
import shlex
import shutil
import stat
import sys
import sysconfig
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from veritile.errors import NoBrowserError, RegistrationError
from veritile.install.browsers import BROWSERS, Browser, Confinement, Machine, found_browsers, found_sandboxes
from veritile.install.files import make_folders, remove_empty, replace, unlink
from veritile.install.identity import EXTENSION_IDS, HOST_NAME, MANIFEST
from veritile.install.receipt import Receipt

FOLDER: Final = "NativeMessagingHosts"
"""The folder, or registry key, in which a browser looks for hosts."""


class Outcome(StrEnum):
    """What happened to one manifest."""

    WRITTEN = "written"
    UNCHANGED = "unchanged"
    REMOVED = "removed"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Change:
    """One manifest and what happened to it; `title` is the browser's, or "profile"."""

    title: str
    manifest: Path
    outcome: Outcome


def launcher_path() -> Path:
    """Return the absolute path of `veritile-host` in this environment.

    Browsers start the host without any environment, so the manifest must name
    the program itself. Raises RegistrationError when it is not installed.
    """
    name = "veritile-host.exe" if sys.platform == "win32" else "veritile-host"
    for folder in (Path(sys.executable).parent, Path(sysconfig.get_path("scripts"))):
        if (folder / name).is_file():
            return (folder / name).absolute()
    raise RegistrationError(
        f"{name} is not beside {sys.executable}: run `python3 scripts/install.py` in a checkout, "
        "or install Veritile's wheel there with pip."
    )


def command() -> str:
    """Return what to type for `veritile`: the name when it is on PATH, else the path."""
    path = launcher_path().with_stem("veritile")
    found = shutil.which("veritile")
    if found and Path(found).resolve() == path.resolve():
        return "veritile"
    return str(path) if sys.platform == "win32" else shlex.quote(str(path))


def manifest_bytes(launcher: Path) -> bytes:
    """Return the manifest that lets the extension, and nobody else, start `launcher`."""
    manifest = {
        "name": HOST_NAME,
        "description": "Veritile: labels the participants of a video call on this machine",
        "path": str(launcher),
        "type": "stdio",
        "allowed_origins": [f"chrome-extension://{extension}/" for extension in EXTENSION_IDS],
    }
    return (json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode()


def manifest_path(machine: Machine, browser: Browser) -> Path | None:
    """Return where the browser's manifest is, or would be; None when the platform lacks that channel."""
    if browser.folder(machine) is None:
        return None
    hosts = browser.hosts(machine)
    return hosts / MANIFEST if hosts else machine.data / MANIFEST


def registered_manifest(machine: Machine, browser: Browser) -> Path | None:
    """Return the manifest that the browser follows, which may be wrong; None when it follows none."""
    path = manifest_path(machine, browser)
    if machine.registry:
        named_by_key = machine.registry.read(_key(browser))
        path = Path(named_by_key) if named_by_key else None
    return path if path and path.is_file() else None


def named(names: Iterable[str]) -> list[Browser]:
    """Return the rows that have these names, each once; raises NoBrowserError for an unknown one."""
    rows = {row.name: row for row in BROWSERS}
    unknown = [name for name in names if name not in rows]
    if unknown:
        raise NoBrowserError(f"No browser is called {unknown[0]!r} here; choose from {', '.join(rows)}.")
    return [rows[name] for name in dict.fromkeys(names)]


def chosen(machine: Machine, names: Sequence[str]) -> list[Browser]:
    """Return the named browsers, or all that are found; raises NoBrowserError when there are none."""
    found = found_browsers(machine)
    for browser in named(names):
        if browser not in found:
            place = browser.folder(machine)
            none = (
                "nobody documents where it looks for hosts of all users"
                if machine.for_all
                else "there is none"
            )
            why = f"{place} is not there" if place else f"{none} on {machine.platform}"
            remedy = "install it" if machine.for_all else "start it once"
            raise NoBrowserError(f"{browser.title} was not found ({why}): {remedy}, then run this again.")
    if not found:
        known = ", ".join(row.title for row in BROWSERS)
        advice = f"No supported browser was found ({known}): start one once, then run this again."
        raise NoBrowserError(" ".join([advice, *sandbox_notes(machine)]))
    return named(names) or found


def install(
    machine: Machine,
    names: Sequence[str] = (),
    launcher: Path | None = None,
    logs: Path | None = None,
) -> list[Change]:
    """Register with the named browsers, or with every one found.

    Running it again changes nothing, unless the launcher has moved: then the
    manifests are set right. The host's folder of `logs` is made here rather
    than by the host, so that the receipt knows what to take away. Raises NoBrowserError when there is no such
    browser, RegistrationError when a manifest cannot be written.
    """
    launcher = launcher or launcher_path()
    browsers = chosen(machine, names)
    if machine.for_all and machine.platform != "win32":
        _must_be_open_to_all(launcher)
    content = manifest_bytes(launcher)
    receipt = Receipt.read(machine)
    changes = []
    if logs:
        with _explained(logs):
            make_folders(logs, receipt.folders)
    for browser in browsers:
        path = manifest_path(machine, browser)
        assert path is not None  # a browser that is found has a folder
        with _explained(path):
            outcome = _write(path, content, receipt.folders)
            if machine.registry and machine.registry.read(_key(browser)) != str(path):
                created = machine.registry.write(_key(browser), str(path))
                receipt.keys += [key for key in created if key != _key(browser)]
                outcome = Outcome.WRITTEN
            receipt.save(machine)
        changes.append(Change(browser.title, path, outcome))
    return changes


def uninstall(machine: Machine, names: Sequence[str] = ()) -> list[Change]:
    """Take the registration away from the named browsers, or from all, found or not.

    Folders and keys that `install` created go too once they are empty. On
    Windows browsers share keys (Brave and Vivaldi read Chrome's), so naming
    one of them takes it from all of these. Raises RegistrationError when a
    manifest cannot be removed.
    """
    receipt = Receipt.read(machine)
    changes = []
    for browser in named(names) or BROWSERS:
        path = manifest_path(machine, browser)
        if path is None:
            continue
        with _explained(path):
            if machine.registry:
                removed = machine.registry.delete(_key(browser))
                receipt.prune_keys(machine)
                if not any(machine.registry.read(_key(other)) for other in BROWSERS):
                    unlink(path)
            else:
                removed = unlink(path)
            receipt.prune_folders()
            receipt.save(machine)
        changes.append(Change(browser.title, path, Outcome.REMOVED if removed else Outcome.ABSENT))
    return changes


def install_profile(profile: Path, launcher: Path | None = None) -> Change:
    """Register for one user-data-dir only, which carries its own hosts (not on Windows)."""
    path = profile.absolute() / FOLDER / MANIFEST
    if not profile.is_dir():
        raise NoBrowserError(f"{profile} is not a folder: give a browser's user-data-dir that exists.")
    with _explained(path):
        return Change("profile", path, _write(path, manifest_bytes(launcher or launcher_path()), []))


def uninstall_profile(profile: Path) -> Change:
    """Undo `install_profile`; the folder of hosts goes too when nothing else is in it."""
    path = profile.absolute() / FOLDER / MANIFEST
    with _explained(path):
        outcome = Outcome.REMOVED if unlink(path) else Outcome.ABSENT
        if outcome is Outcome.REMOVED:
            remove_empty([path.parent])
    return Change("profile", path, outcome)


def remove_own_files() -> list[Path]:
    """Remove what Veritile has written by itself, all but the record of calls; return what was removed."""
    return [*remove_logs(), *remove_cache(), *remove_token()]


def remove_cache() -> list[Path]:
    """Remove what was noted of devices, and its folder once that is empty; return what was removed."""
    from veritile.frame.providers import cache_file

    file = cache_file()
    with _explained(file):
        removed = [file] if unlink(file) else []
        if removed and file.parent.name == "veritile":
            remove_empty([file.parent])
    return removed


def remove_token() -> list[Path]:
    """Remove the token of `veritile serve`, and its folders once they are empty; return what was removed."""
    from veritile.api.access import token_file

    file = token_file()
    with _explained(file):
        removed = [file] if unlink(file) else []
        data = file.parent.parent
        remove_empty([*([data] if data.name == "veritile" else []), file.parent])
    return removed


def remove_logs() -> list[Path]:
    """Remove the host's log files, and their folder once it is empty; return what was removed.

    Nothing else in that folder is touched: `VERITILE_LOG_DIR` may name any.
    """
    from veritile.native import log

    folder = log.folder()
    with _explained(folder):
        files = [path for path in sorted(folder.glob(f"{log.FILE_NAME}*")) if unlink(path)]
        own_parent = [folder.parent] if folder.parent.name == "veritile" else []
        remove_empty([*own_parent, folder])
    return files


def sandbox_notes(machine: Machine) -> list[str]:
    """Return for each browser that is there but cannot be served why, and what is possible."""
    return [
        f"{row.title} was found but not registered: {_WHY_CONFINED[row.confinement].format(app=row.app)} "
        "Use a build that is not sandboxed (the vendor's package, or Debian's chromium)."
        for row in found_sandboxes(machine)
    ]


_WHY_CONFINED: Final = {
    Confinement.SNAP: "Snap's confinement starts no program of this machine, and offers no way to allow it.",
    Confinement.FLATPAK: "Flatpak's sandbox starts no program of this machine unless it is opened altogether "
    "(`flatpak override --user --talk-name=org.freedesktop.Flatpak {app}`), which Veritile does not do.",
}


def _must_be_open_to_all(launcher: Path) -> None:
    """Raise RegistrationError unless every user may read and run the launcher where it lies."""
    for place in (launcher, *launcher.parents):
        if place.exists() and not place.stat().st_mode & stat.S_IXOTH:
            raise RegistrationError(
                f"{place} is not open to other users, who could not start {launcher.name}: "
                "install Veritile where everybody may read, /opt/veritile for example, then run this again."
            )


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn an OSError into a RegistrationError that says what to do."""
    try:
        yield
    except OSError as error:
        raise RegistrationError(
            f"{path} cannot be changed ({error.strerror or error}): "
            "see that you own this folder and may write there, then run this again."
        ) from error


def _key(browser: Browser) -> str:
    return f"{browser.key}\\{FOLDER}\\{HOST_NAME}"


def _write(path: Path, content: bytes, created: list[Path]) -> Outcome:
    if path.is_file() and path.read_bytes() == content:
        return Outcome.UNCHANGED
    make_folders(path.parent, created)
    replace(path, content)
    return Outcome.WRITTEN
