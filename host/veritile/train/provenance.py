"""Where figures come from: command, revision, data and versions, to be written beside them."""

from __future__ import annotations

import platform
import shlex
import subprocess
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from veritile import __version__
from veritile.train.faces import file_digest

_PACKAGES: Final = ("numpy", "onnxruntime", "opencv-python-headless", "av", "torch")
_PACKAGE: Final = Path(__file__).resolve().parents[1]


def provenance(files: Iterable[Path], *, command: Sequence[str] = ()) -> list[list[str]]:
    """Lines of (what, value): command, revision, time, versions, machine, and the SHA-256 of the files."""
    lines = [
        ["Command", f"`{shlex.join(command or ['python', *sys.argv])}`"],
        ["Revision", revision() or "unknown: not in a git checkout"],
        ["Measured", datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")],
        ["Versions", ", ".join(f"{name} {number}" for name, number in versions().items())],
        ["Machine", f"{platform.system()} {platform.machine()}, {_processor()}"],
    ]
    return lines + [[f"SHA-256 of `{path.name}`", file_digest(path)] for path in files]


def revision(package: Path = _PACKAGE) -> str:
    """The git revision of the code, with a mark when files differ from it; empty outside a checkout.

    An installed package may lie in an environment within a checkout of something else, whose revision
    would say nothing: only `host/` of a checkout's root counts.
    """
    root = package.parents[1]
    if package.parent.name != "host" or not (root / ".git").exists():
        return ""
    command = ["git", "-C", str(root), "describe", "--always", "--dirty", "--abbrev=40"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def versions() -> dict[str, str]:
    """Of Veritile, Python and the libraries that decide weights and scores, as far as they are installed."""
    found = {"veritile": __version__, "python": platform.python_version()}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown processor"
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{names[0]} ({len(names)} threads)" if names else platform.processor() or "unknown processor"
