"""Give memory that has been freed back to the system: C libraries keep it for later.

Opening a network of 13 MB passes through several copies of its weights; glibc
keeps 31 MB of what was freed, a third of the host's memory in a call.
"""

from __future__ import annotations

import ctypes
import sys


def give_back() -> None:
    """Return what glibc holds back (2 ms); other C libraries have no such call, or need none."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none
        if trim is not None:
            trim(0)
