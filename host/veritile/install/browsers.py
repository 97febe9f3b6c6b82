"""Which Chromium-family browsers there are, and where each looks for native hosts.

Adding a browser is one row in `BROWSERS`. Locations are those that the
browsers document, or their sources where they document none.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, Protocol

from veritile.errors import RegistrationError

Platform = Literal["linux", "darwin", "win32"]


@dataclass(frozen=True, slots=True)
class Browser:
    """One browser channel. Folders are relative to `Machine.profiles`; None: there is no such channel."""

    name: str  # what --browser takes
    title: str
    linux: str | None
    macos: str | None
    windows: str | None
    key: str  # under HKEY_CURRENT_USER\Software: where Windows builds look for hosts

    def folder(self, machine: Machine) -> Path | None:
        """Return the folder that holds the browser's profiles once it has been started."""
        place = {"linux": self.linux, "darwin": self.macos, "win32": self.windows}[machine.platform]
        return machine.profiles / place if place else None


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A packaging of a browser that runs in a sandbox. The folder is relative to the home."""

    title: str
    folder: str


class Registry(Protocol):
    """What is needed of HKEY_CURRENT_USER; keys are paths below it."""

    def read(self, key: str) -> str | None:
        """Return the default value of `key`, None when there is no such key."""

    def write(self, key: str, value: str) -> list[str]:
        """Set the default value; return the keys that had to be created, outermost first."""

    def delete(self, key: str, *, only_empty: bool = False) -> bool:
        """Delete `key` unless it has subkeys, or values when `only_empty`; tell whether it was deleted."""


@dataclass(frozen=True, slots=True)
class Machine:
    """Whose browsers are meant. The roots are given, so that every platform's paths can be tried anywhere."""

    platform: Platform
    home: Path
    profiles: Path  # ~/.config, ~/Library/Application Support, %LOCALAPPDATA%
    data: Path  # Veritile's own folder there: the receipt, and on Windows the manifest
    registry: Registry | None = None

    @classmethod
    def at(
        cls, platform: str, home: Path, env: Mapping[str, str], registry: Registry | None = None
    ) -> Machine:
        """Return the machine that has this home; `env` may move the roots as each platform allows."""
        if platform == "win32":
            local = Path(env.get("LOCALAPPDATA") or home / "AppData" / "Local")
            return cls("win32", home, local, local / "veritile", registry)
        if platform == "darwin":
            support = home / "Library" / "Application Support"
            return cls("darwin", home, support, support / "veritile")
        config = Path(env.get("XDG_CONFIG_HOME") or home / ".config")
        data = Path(env.get("XDG_DATA_HOME") or home / ".local" / "share")
        return cls("linux", home, config, data / "veritile")

    @classmethod
    def current(cls) -> Machine:
        """Return this machine, for the user who runs this; raises RegistrationError without a home folder."""
        registry: Registry | None = None
        if sys.platform == "win32":
            from veritile.install.registry import UserRegistry

            registry = UserRegistry()
        try:
            home = Path.home()
        except RuntimeError as error:
            raise RegistrationError("Your home folder is not known here: set HOME to it.") from error
        return cls.at(sys.platform, home, os.environ, registry)


_CHROME: Final = r"Software\Google\Chrome"
_CHROMIUM: Final = r"Software\Chromium"
_EDGE: Final = r"Software\Microsoft\Edge"

BROWSERS: Final[tuple[Browser, ...]] = (
    Browser("chrome", "Chrome", "google-chrome", "Google/Chrome", "Google/Chrome/User Data", _CHROME),
    Browser(
        "chrome-beta",
        "Chrome Beta",
        "google-chrome-beta",
        "Google/Chrome Beta",
        "Google/Chrome Beta/User Data",
        _CHROME,
    ),
    Browser(
        "chrome-dev",
        "Chrome Dev",
        "google-chrome-unstable",
        "Google/Chrome Dev",
        "Google/Chrome Dev/User Data",
        _CHROME,
    ),
    Browser(
        "chrome-canary",
        "Chrome Canary",
        "google-chrome-canary",
        "Google/Chrome Canary",
        "Google/Chrome SxS/User Data",
        _CHROME,
    ),
    Browser(
        "chrome-for-testing",
        "Chrome for Testing",
        "google-chrome-for-testing",
        "Google/ChromeForTesting",
        "Google/Chrome for Testing/User Data",
        r"Software\Google\ChromeForTesting",
    ),
    Browser("chromium", "Chromium", "chromium", "Chromium", "Chromium/User Data", _CHROMIUM),
    Browser("edge", "Edge", "microsoft-edge", "Microsoft Edge", "Microsoft/Edge/User Data", _EDGE),
    Browser(
        "edge-beta",
        "Edge Beta",
        "microsoft-edge-beta",
        "Microsoft Edge Beta",
        "Microsoft/Edge Beta/User Data",
        _EDGE,
    ),
    Browser(
        "edge-dev",
        "Edge Dev",
        "microsoft-edge-dev",
        "Microsoft Edge Dev",
        "Microsoft/Edge Dev/User Data",
        _EDGE,
    ),
    Browser(
        "edge-canary", "Edge Canary", None, "Microsoft Edge Canary", "Microsoft/Edge SxS/User Data", _EDGE
    ),
    Browser(
        "brave",
        "Brave",
        "BraveSoftware/Brave-Browser",
        "BraveSoftware/Brave-Browser",
        "BraveSoftware/Brave-Browser/User Data",
        _CHROME,  # Brave on Windows reads Chrome's key
    ),
    Browser("vivaldi", "Vivaldi", "vivaldi", "Vivaldi", "Vivaldi/User Data", _CHROME),  # and so does Vivaldi
)

SANDBOXES: Final[tuple[Sandbox, ...]] = (
    Sandbox("Chromium from Snap", "snap/chromium/common/chromium"),
    Sandbox("Brave from Snap", "snap/brave"),
    Sandbox("Chromium from Flatpak", ".var/app/org.chromium.Chromium"),
    Sandbox("Chrome from Flatpak", ".var/app/com.google.Chrome"),
    Sandbox("Edge from Flatpak", ".var/app/com.microsoft.Edge"),
    Sandbox("Brave from Flatpak", ".var/app/com.brave.Browser"),
    Sandbox("Vivaldi from Flatpak", ".var/app/com.vivaldi.Vivaldi"),
)


def found_browsers(machine: Machine) -> list[Browser]:
    """Return the browsers that this user has started at least once: those whose folder exists."""
    return [row for row in BROWSERS if (folder := row.folder(machine)) and folder.is_dir()]


def found_sandboxes(machine: Machine) -> list[Sandbox]:
    """Return the sandboxed browsers that are there, which cannot start a program outside their sandbox."""
    if machine.platform != "linux":
        return []
    return [row for row in SANDBOXES if (machine.home / row.folder).is_dir()]
