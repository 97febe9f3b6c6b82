"""What a check of `veritile doctor` comes to, and how it is shown."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

_CHECKOUT: Final = (Path(__file__).resolve().parents[3] / "pyproject.toml").is_file()
REINSTALL: Final = "python3 scripts/install.py" if _CHECKOUT else "pip install --force-reinstall WHEEL"
"""The remedy for what is missing or damaged in the installation; WHEEL is what it was installed from."""
RESTORE: Final = "git checkout -- models" if _CHECKOUT else REINSTALL
"""The remedy for a damaged model."""


class Status(StrEnum):
    """How a check ended."""

    OK = "ok"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Check:
    """One link: what was seen, and what to do when it is broken."""

    name: str
    status: Status
    detail: str
    remedy: str = ""


class Broken(Exception):
    """A link is broken: what was seen, and the remedy."""

    def __init__(self, detail: str, remedy: str) -> None:
        super().__init__(detail)
        self.remedy = remedy


def healthy(checks: Sequence[Check]) -> bool:
    """Whether every link holds."""
    return all(check.status is Status.OK for check in checks)


def as_text(checks: Sequence[Check]) -> str:
    """Return one line per check, and the remedy under each that failed."""
    lines = []
    for check in checks:
        lines.append(f"{check.status:<8} {check.name:<12} {check.detail}")
        if check.remedy:
            lines.append(f"{'':<21} -> {check.remedy}")
    failed = sum(check.status is Status.FAILED for check in checks)
    lines += ["", f"{failed} of {len(checks)} checks failed." if failed else "Everything works."]
    return "\n".join(lines)


def as_json(checks: Sequence[Check]) -> str:
    """Return `{"ok": bool, "checks": [{"name", "status", "detail", "remedy"}…]}`."""
    return json.dumps({"ok": healthy(checks), "checks": [asdict(check) for check in checks]}, indent=2)
