"""Veritile: who on this call is really who they look like?

The public interface of the package::

    from veritile import Detector
    Detector().analyze_image("face.jpg").score  # P(fake), or None with a .reason

Importing this package costs nothing: numpy, OpenCV and ONNX Runtime are
imported when a :class:`Detector` is first asked for, because the browser
waits for the host's first answer.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from veritile.detector import Detector

# Official builds of ONNX Runtime report to their maker: a device id and a queue of events
# in ~/.cache, then an upload. Only this, set before its import, keeps that from starting.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

__version__ = "0.1.0"
__all__ = ["Detector", "__version__"]


def __getattr__(name: str) -> Any:
    if name == "Detector":
        from veritile.detector import Detector

        return Detector
    raise AttributeError(f"module 'veritile' has no attribute {name!r}")
