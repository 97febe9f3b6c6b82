"""The part of `veritile doctor` that looks at the session log."""

from __future__ import annotations

import os
from pathlib import Path

from veritile.errors import LogUnreadableError
from veritile.install.checks import Broken
from veritile.store import folder


def examine() -> str:
    """Read and verify the log, where there is one; return what was seen. Raises Broken."""
    try:
        path = folder.file()
    except RuntimeError as error:
        raise Broken(
            "nobody knows where the log belongs: the user has no home",
            f"set HOME or {folder.DATA_DIR_VARIABLE}",
        ) from error
    if not path.exists():
        return _absent(path)
    from veritile.store.chain import verify
    from veritile.store.reading import opened

    try:
        with opened(path) as connection:
            assert connection is not None
            found = verify(connection)
    except LogUnreadableError as error:
        raise Broken(str(error), f"close what uses {path}, or move it away: a new one is begun") from error
    if not found.intact:
        raise Broken(
            f"{path}: {found.problems[0].text} {len(found.problems)} such places in all.",
            "`veritile log verify` names them; to begin a new log move the file away",
        )
    if not os.access(path, os.W_OK) or not os.access(path.parent, os.W_OK):
        raise Broken(f"{path} may not be written", "make the file and its folder yours")
    return f"{path}, {found.entries} entries, none changed"


def _absent(path: Path) -> str:
    """Whether it could be made."""
    there = next(parent for parent in path.parents if parent.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        raise Broken(f"{path} cannot be made: {there} may not be written", f"make {there} yours to write")
    return f"nothing has been logged yet; it will be {path}"
