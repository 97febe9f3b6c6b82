"""Keep C libraries from writing to standard error while they read pictures.

libjpeg and FFmpeg print warnings about damaged input to file descriptor 2 and
OpenCV offers no switch for it: a hostile stream could fill a log or a terminal.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Iterator

_lock = threading.Lock()
_users = 0
_saved: int | None = None


@contextlib.contextmanager
def quiet_stderr() -> Iterator[None]:
    """Send descriptor 2 to the null device inside the block.

    Descriptors belong to the whole process, so what other threads write to
    standard error meanwhile is lost too: keep the block to a single decode.
    Threads may overlap; the last one out restores.
    """
    global _users, _saved
    with _lock:
        if _users == 0:
            _saved = _redirect()
        _users += 1
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if _users == 0 and _saved is not None:
                os.dup2(_saved, 2)
                os.close(_saved)
                _saved = None


def _redirect() -> int | None:
    """Point descriptor 2 at the null device; return a duplicate of the old one, None when there is none."""
    try:
        saved = os.dup(2)
    except OSError:  # standard error is closed: nothing to keep quiet
        return None
    try:
        null = os.open(os.devnull, os.O_WRONLY)
    except OSError:  # no descriptor left: better noise than no picture
        os.close(saved)
        return None
    os.dup2(null, 2)
    os.close(null)
    return saved
