"""SHA-256 as Python brings it.

`hashlib` loads all of OpenSSL for it, 3.5 MB of each process; `random` in Python's own library
does without it in the same way.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Final, Protocol


class Digest(Protocol):
    """Of some bytes."""

    def digest(self) -> bytes:
        """32 bytes."""

    def hexdigest(self) -> str:
        """64 hexadecimal digits, lower case."""


def _fastest_to_load() -> Callable[[bytes], Digest]:
    for name in (
        "_sha2",
        "_sha256",
        "hashlib",
    ):  # from Python 3.12 on, before, and where it was built without
        try:
            return importlib.import_module(name).sha256  # type: ignore[no-any-return]
        except ImportError:
            continue
    raise ImportError("Python lacks SHA-256: install another Python.")


sha256: Final = _fastest_to_load()
"""SHA-256 of bytes."""
