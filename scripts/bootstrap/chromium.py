"""A Chromium for the demo and the end-to-end tests: one that still loads unpacked extensions."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from bootstrap.environment import venv_python
from bootstrap.progress import SetupError, apt_install

NAMES = ("chromium", "chromium-browser", "google-chrome-for-testing", "chrome-for-testing")


def _is_snap(program: Path) -> bool:
    """Tell a Chromium in Snap's sandbox, which can neither read a profile in /tmp nor start a host."""
    if "snap" in program.resolve().parts:
        return True
    with program.open("rb") as file:
        start = file.read(4096)
    return start.startswith(b"#!") and b"/snap/" in start


def _candidates(home: Path) -> Iterable[Path]:
    for name in NAMES:
        found = shutil.which(name)
        if found and not _is_snap(Path(found)):
            yield Path(found)
    caches, inside = {
        "darwin": (home / "Library/Caches", "chrome-mac*/*.app/Contents/MacOS/*"),
        "win32": (home / "AppData/Local", "chrome-win*/chrome.exe"),
    }.get(sys.platform, (home / ".cache", "chrome-linux*/chrome"))
    yield from sorted(caches.glob(f"ms-playwright/chromium-*/{inside}"), reverse=True)
    if sys.platform == "darwin":
        yield Path("/Applications/Chromium.app/Contents/MacOS/Chromium")
        yield Path("/Applications/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing")


def find_chromium() -> Path | None:
    """Return a Chromium or Chrome for Testing, or None.

    `VERITILE_CHROMIUM` names one; else PATH, Playwright's downloads and
    macOS' applications are searched. Chrome itself does not serve: since
    version 142 it ignores --load-extension. Raises SetupError when
    `VERITILE_CHROMIUM` names no file.
    """
    named = os.environ.get("VERITILE_CHROMIUM")
    if named:
        if not Path(named).is_file():
            raise SetupError(f"VERITILE_CHROMIUM names {named}, which is not a file. Correct or unset it.")
        return Path(named)
    return next((path for path in _candidates(Path.home()) if path.is_file()), None)


def ensure_chromium() -> Path:
    """Return a browser that loads unpacked extensions; as root on Debian, install its Chromium."""
    found = find_chromium()
    if not found and Path("/etc/debian_version").exists() and apt_install("chromium"):
        found = find_chromium()
    if found:
        return found
    raise SetupError(
        "No Chromium was found. (Chrome 142 and newer ignore --load-extension; Snap's is sandboxed.)\n"
        "Any one of these helps:\n"
        f"    {venv_python()} -m playwright install chromium\n"
        "    sudo apt-get install -y chromium          (Debian)\n"
        "    VERITILE_CHROMIUM=/path/to/chromium       (a Chromium or Chrome for Testing that you have)"
    )
