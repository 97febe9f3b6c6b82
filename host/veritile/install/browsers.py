"""Which Chromium-family browsers there are, and where each looks for native hosts.

Adding a browser is one row in `BROWSERS`. Locations are those that the
browsers document, or their sources where they document none.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final, Literal, Protocol

from veritile.errors import RegistrationError

Platform = Literal["linux", "darwin", "win32"]


@dataclass(frozen=True, slots=True)
class ForAll:
    """How a browser is served for all users at once; paths are relative to the root."""

    linux: str  # the folder of manifests
    linux_program: str  # what is there when the browser is
    macos: str
    macos_program: str
    windows_program: str  # the manifest is named by the browser's key, under HKEY_LOCAL_MACHINE


@dataclass(frozen=True, slots=True)
class Browser:
    """One browser channel. Folders are relative to `Machine.profiles`; None: there is no such channel."""

    name: str  # what --browser takes
    title: str
    linux: str | None
    macos: str | None
    windows: str | None
    key: str  # under HKEY_CURRENT_USER\Software: where Windows builds look for hosts
    for_all: ForAll | None = None  # None: nobody documents where it would look

    def folder(self, machine: Machine) -> Path | None:
        """Return what shows that the browser is there: the folder of its profiles, once it has been started.

        For all users, the folder of the program.
        """
        if machine.for_all:
            return self._of_all(machine, "linux_program", "macos_program", "windows_program")
        place = {"linux": self.linux, "darwin": self.macos, "win32": self.windows}[machine.platform]
        return machine.profiles / place if place else None

    def hosts(self, machine: Machine) -> Path | None:
        """Return where the browser looks for manifests; None on Windows, where a key names one."""
        if machine.platform == "win32":
            return None
        if machine.for_all:
            return self._of_all(machine, "linux", "macos", "")
        folder = self.folder(machine)
        return folder / "NativeMessagingHosts" if folder else None

    def _of_all(self, machine: Machine, linux: str, macos: str, windows: str) -> Path | None:
        field = {"linux": linux, "darwin": macos, "win32": windows}[machine.platform]
        place: str = getattr(self.for_all, field, "")
        return machine.profiles / place if place else None


class Confinement(StrEnum):
    """What keeps a packaged browser from starting programs of the machine."""

    SNAP = "snap"
    FLATPAK = "flatpak"


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A packaging of a browser that runs in a sandbox. The folder is relative to the home."""

    title: str
    folder: str
    confinement: Confinement

    @property
    def app(self) -> str:
        """Flatpak's name of it."""
        return self.folder.rpartition("/")[2]


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
    for_all: bool = False  # all users of the machine, not one

    @classmethod
    def whole(cls, platform: str, root: Path, registry: Registry | None = None) -> Machine:
        """Return all users of the machine with this root folder (on Windows a drive)."""
        if platform == "win32":
            return cls("win32", root, root, root / "ProgramData" / "veritile", registry, for_all=True)
        if platform == "darwin":
            return cls("darwin", root, root, root / "Library/Application Support/veritile", for_all=True)
        return cls("linux", root, root, root / "var/lib/veritile", for_all=True)

    @classmethod
    def current_whole(cls) -> Machine:
        """Return all users of this machine."""
        if sys.platform == "win32":
            from veritile.install.registry import MachineRegistry

            drive = os.environ.get("SYSTEMDRIVE", "C:")
            return cls.whole(sys.platform, Path(f"{drive}\\"), MachineRegistry())
        return cls.whole(sys.platform, Path("/"))

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

_CHROME_HOSTS: Final = "etc/opt/chrome/native-messaging-hosts", "Library/Google/Chrome/NativeMessagingHosts"
_EDGE_HOSTS: Final = "etc/opt/edge/native-messaging-hosts", "Library/Microsoft/Edge/NativeMessagingHosts"


def _chrome(linux: str, macos: str, windows: str) -> ForAll:
    """Channels of Chrome have programs of their own, and one folder of manifests for all."""
    program = f"Program Files/Google/{windows}/Application"
    return ForAll(
        _CHROME_HOSTS[0], f"opt/google/{linux}", _CHROME_HOSTS[1], f"Applications/{macos}.app", program
    )


def _edge(linux: str, macos: str, windows: str) -> ForAll:
    program = f"Program Files (x86)/Microsoft/{windows}/Application"
    return ForAll(
        _EDGE_HOSTS[0], f"opt/microsoft/{linux}", _EDGE_HOSTS[1], f"Applications/{macos}.app", program
    )


BROWSERS: Final[tuple[Browser, ...]] = (
    Browser(
        "chrome",
        "Chrome",
        "google-chrome",
        "Google/Chrome",
        "Google/Chrome/User Data",
        _CHROME,
        _chrome("chrome", "Google Chrome", "Chrome"),
    ),
    Browser(
        "chrome-beta",
        "Chrome Beta",
        "google-chrome-beta",
        "Google/Chrome Beta",
        "Google/Chrome Beta/User Data",
        _CHROME,
        _chrome("chrome-beta", "Google Chrome Beta", "Chrome Beta"),
    ),
    Browser(
        "chrome-dev",
        "Chrome Dev",
        "google-chrome-unstable",
        "Google/Chrome Dev",
        "Google/Chrome Dev/User Data",
        _CHROME,
        _chrome("chrome-unstable", "Google Chrome Dev", "Chrome Dev"),
    ),
    Browser(
        "chrome-canary",
        "Chrome Canary",
        "google-chrome-canary",
        "Google/Chrome Canary",
        "Google/Chrome SxS/User Data",
        _CHROME,
        _chrome("chrome-canary", "Google Chrome Canary", "Chrome SxS"),
    ),
    Browser(
        "chrome-for-testing",
        "Chrome for Testing",
        "google-chrome-for-testing",
        "Google/ChromeForTesting",
        "Google/Chrome for Testing/User Data",
        r"Software\Google\ChromeForTesting",
    ),
    Browser(
        "chromium",
        "Chromium",
        "chromium",
        "Chromium",
        "Chromium/User Data",
        _CHROMIUM,
        ForAll(
            "etc/chromium/native-messaging-hosts",
            "usr/bin/chromium",
            "Library/Application Support/Chromium/NativeMessagingHosts",
            "Applications/Chromium.app",
            "Program Files/Chromium/Application",
        ),
    ),
    Browser(
        "edge",
        "Edge",
        "microsoft-edge",
        "Microsoft Edge",
        "Microsoft/Edge/User Data",
        _EDGE,
        _edge("msedge", "Microsoft Edge", "Edge"),
    ),
    Browser(
        "edge-beta",
        "Edge Beta",
        "microsoft-edge-beta",
        "Microsoft Edge Beta",
        "Microsoft/Edge Beta/User Data",
        _EDGE,
        _edge("msedge-beta", "Microsoft Edge Beta", "Edge Beta"),
    ),
    Browser(
        "edge-dev",
        "Edge Dev",
        "microsoft-edge-dev",
        "Microsoft Edge Dev",
        "Microsoft/Edge Dev/User Data",
        _EDGE,
        _edge("msedge-dev", "Microsoft Edge Dev", "Edge Dev"),
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
    Sandbox("Chromium from Snap", "snap/chromium/common/chromium", Confinement.SNAP),
    Sandbox("Brave from Snap", "snap/brave", Confinement.SNAP),
    Sandbox("Chromium from Flatpak", ".var/app/org.chromium.Chromium", Confinement.FLATPAK),
    Sandbox("Chrome from Flatpak", ".var/app/com.google.Chrome", Confinement.FLATPAK),
    Sandbox("Edge from Flatpak", ".var/app/com.microsoft.Edge", Confinement.FLATPAK),
    Sandbox("Brave from Flatpak", ".var/app/com.brave.Browser", Confinement.FLATPAK),
    Sandbox("Vivaldi from Flatpak", ".var/app/com.vivaldi.Vivaldi", Confinement.FLATPAK),
)


def found_browsers(machine: Machine) -> list[Browser]:
    """Return the browsers that this user has started at least once: those whose folder exists.

    For all users, those that are installed.
    """
    return [row for row in BROWSERS if (folder := row.folder(machine)) and folder.exists()]


def found_sandboxes(machine: Machine) -> list[Sandbox]:
    """Return the sandboxed browsers that are there, which cannot start a program outside their sandbox."""
    if machine.platform != "linux" or machine.for_all:
        return []
    return [row for row in SANDBOXES if (machine.home / row.folder).is_dir()]
