"""Hosts whose analyzer misbehaves, for tests of the process around it: `python odd_hosts.py KIND`.

The real pipeline cannot be made to hang or to print; everything else here is the real host.
"""

from __future__ import annotations

import ctypes
import hashlib
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from native.recording import GatedAnalyzer
from veritile.frame import FrameResult
from veritile.native.host import run
from veritile.store import writer


class Looping(GatedAnalyzer):
    """Is busy in Python for ever."""

    def analyze_encoded(self, data: bytes, *, last: bytes | None = None, focus: object = None) -> FrameResult:
        while True:
            pass


class Computing(GatedAnalyzer):
    """Is busy in native code, as inference is, for far longer than a test waits."""

    def analyze_encoded(self, data: bytes, *, last: bytes | None = None, focus: object = None) -> FrameResult:
        hashlib.pbkdf2_hmac("sha256", b"", b"", 2**31 - 1)
        raise AssertionError("nobody waits for this")


class Printing(GatedAnalyzer):
    """Prints by all the ways there are, and reads standard input."""

    def __init__(self) -> None:
        super().__init__(is_open=True)

    def analyze_encoded(self, data: bytes, *, last: bytes | None = None, focus: object = None) -> FrameResult:
        print("stray: print")  # noqa: T201
        os.write(1, b"stray: descriptor\n")
        subprocess.run([sys.executable, "-c", "print('stray: child')"], check=True)
        libc = ctypes.CDLL(None)
        libc.puts(b"stray: C library")
        libc.fflush(None)
        assert sys.stdin.read() == ""
        return super().analyze_encoded(data, last=last)


class Flipping(GatedAnalyzer):
    """Sees a face in every other picture: the verdict changes with each."""

    def __init__(self) -> None:
        super().__init__(is_open=True)

    def analyze_encoded(self, data: bytes, *, last: bytes | None = None, focus: object = None) -> FrameResult:
        result = super().analyze_encoded(data, last=last)
        return result if data[-1] % 2 else replace(result, looks=())


def endless_load() -> GatedAnalyzer:
    """Never has the model loaded."""
    while True:
        pass


KINDS = {
    "looping": Looping,
    "computing": Computing,
    "printing": Printing,
    "flipping": Flipping,
    "loading": endless_load,
}

if __name__ == "__main__":
    if sys.argv[1] == "flipping":
        # What is told before it is on the disk, on a slow one, is no loss that a kill brought about.
        vars(writer).update(PATIENCE_S=60.0, OPENING_S=60.0)
    run(KINDS[sys.argv[1]])
