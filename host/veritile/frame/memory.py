"""Give memory that has been freed back to the system: C libraries keep it for later.

Opening a network passes through several copies of its weights, and glibc keeps what
was freed of them: next to nothing of a small network, more than its file of a large one.
"""

from __future__ import annotations

import ctypes
import sys


def give_back() -> None:
    """Return what glibc holds back; other C libraries have no such call, or need none."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none
        if trim is not None:
            trim(0)
