"""What an extra of this package (`server`, `train`) brings, for the sentence about how to get it."""

from __future__ import annotations

import shlex
import sys
from importlib.metadata import requires
from typing import Literal


def how_to_install(extra: Literal["server", "train"]) -> str:
    """Return the command that brings an extra's packages into this very environment.

    It names them, not `veritile[extra]`: this package is on no index, and whoever took its name there
    would be run.
    """
    marked = f"extra == '{extra}'"
    wanted = [name.strip() for name, _, marker in map(_split, requires("veritile") or ()) if marked in marker]
    return shlex.join([sys.executable, "-m", "pip", "install", *wanted])


def _split(requirement: str) -> tuple[str, str, str]:
    return requirement.replace('"', "'").partition(";")
