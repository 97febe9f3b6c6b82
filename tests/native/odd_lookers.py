"""Processes that look at pictures and misbehave: `python odd_lookers.py KIND [--cpu]`.

What is odd about them cannot be had of the real pipeline; the process around it is the real one.
"""

from __future__ import annotations

import os
import sys
import threading
from dataclasses import dataclass

from veritile.frame import FrameResult, Timing
from veritile.native.inference.serve import serve

CPU_ONLY = "--cpu" in sys.argv


@dataclass(frozen=True)
class Model:
    name: str = "odd"
    version: str = "1"
    sha256: str = ""
    provider: str = "CPUExecutionProvider"


class Sound:
    """Sees nobody in any picture, at once."""

    model = Model()

    def analyze_encoded(self, data: bytes, *, last: bytes | None = None, focus: object = None) -> FrameResult:
        return FrameResult((), (), 640, 360, Timing(0.1, 0.2, 0.3), data)


class Moody(Sound):
    """Does to each picture what it says: hang, end, speak nonsense, or fail."""

    def analyze_encoded(self, data: bytes, **asked: object) -> FrameResult:
        match data:
            case b"hang":
                threading.Event().wait()
            case b"end":
                os._exit(7)
            case b"babble":
                os.write(babble_to, b"\x05\x00\x00\x00hello")
                threading.Event().wait()
            case b"print":
                print("stray")  # noqa: T201
            case b"fault":
                raise RuntimeError("a bug of the pipeline")
        return super().analyze_encoded(data)


class Device(Sound):
    """Runs on a device, where it ends with the first picture; on the CPU all is well."""

    model = Model() if CPU_ONLY else Model(provider="DeviceProvider")

    def analyze_encoded(self, data: bytes, **asked: object) -> FrameResult:
        if not CPU_ONLY:
            os._exit(7)
        return super().analyze_encoded(data)


class Switching(Sound):
    """Leaves its device for the CPU with picture 11, by itself."""

    model = Model(provider="DeviceProvider")

    def analyze_encoded(self, data: bytes, **asked: object) -> FrameResult:
        if data == b"11":
            self.model = Model()
        return super().analyze_encoded(data)


class Stillborn(Sound):
    """Does not live until the model is loaded."""

    def __init__(self) -> None:
        os._exit(7)


KINDS = {kind.__name__.lower(): kind for kind in (Sound, Moody, Device, Switching, Stillborn)}

if __name__ == "__main__":
    babble_to = os.dup(1)
    serve(KINDS[sys.argv[1]])
