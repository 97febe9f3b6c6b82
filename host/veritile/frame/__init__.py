"""One picture -> faces -> quality -> score. Knows nothing of calls, browsers or time.

::

    from veritile.frame import FrameAnalyzer
    result = FrameAnalyzer.load().analyze_encoded(jpeg_bytes)
    result.score  # P(fake), 0-1, or None with result.reason

Importing this package costs nothing, so that the host can read a model's card
for its first answer; numpy, OpenCV and ONNX Runtime come with FrameAnalyzer and ModelInfo.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from veritile.frame.model import ModelInfo
    from veritile.frame.pipeline import FrameAnalyzer
    from veritile.frame.result import Face, FaceResult, FrameResult, Timing

__all__ = ["Face", "FaceResult", "FrameAnalyzer", "FrameResult", "ModelInfo", "Timing"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from importlib import import_module

        light = name not in ("FrameAnalyzer", "ModelInfo")
        return getattr(import_module(f"veritile.frame.{'result' if light else 'pipeline'}"), name)
    raise AttributeError(f"module 'veritile.frame' has no attribute {name!r}")
