"""What the host needs of that which looks at pictures, and the usual one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from veritile.errors import InferenceError
from veritile.frame.card import DEFAULT_MODEL

if TYPE_CHECKING:
    from veritile.frame import FrameResult
    from veritile.frame.result import Box


class LoadedModel(Protocol):
    """What the worker needs of veritile.frame.ModelInfo."""

    @property
    def name(self) -> str:
        """As on its card."""

    @property
    def version(self) -> str:
        """As on its card."""

    @property
    def sha256(self) -> str:
        """As on its card."""

    @property
    def provider(self) -> str:
        """Execution provider that runs it now."""


class Analyzer(Protocol):
    """What the worker needs of veritile.frame.FrameAnalyzer."""

    @property
    def model(self) -> LoadedModel:
        """What judges the faces, and where."""

    def analyze_encoded(
        self, data: bytes, *, last: bytes | None = None, focus: Box | None = None
    ) -> FrameResult:
        """Judge one JPEG or WebP, against the thumbnail of the participant's last; see FrameAnalyzer.

        Raises an ImageError or a ModelError. Called from two threads at once.
        """

    def explain_encoded(self, data: bytes, box: Box) -> bytes:
        """Return a JPEG of where in the face at `box` the score comes from; see FrameAnalyzer.

        Raises an ImageError or a ModelError. Called from a thread of its own.
        """


def load_analyzer(model: str | Path = DEFAULT_MODEL, *, cpu_only: bool = False) -> Analyzer:
    """Load a model; this is where numpy, OpenCV and ONNX Runtime are imported.

    `model` is a name in `models/`, or an .onnx file with its card beside it. With `cpu_only`, which is asked
    for after something has failed, it runs on the CPU, now and at the next starts.

    Raises a ModelError.
    """
    # numpy's BLAS, which nothing here uses, starts a spinning thread a core: half the CPU of a start.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        from veritile.frame import FrameAnalyzer
    except ImportError as error:
        raise InferenceError(
            f"A library is missing or broken ({error}): install Veritile again, then run `veritile doctor`."
        ) from error
    if not cpu_only:
        return FrameAnalyzer.load(model)
    from veritile.frame.providers import CPU, named, note_failure

    analyzer = FrameAnalyzer.load(model, named(CPU))
    note_failure(analyzer.model.sha256)
    return analyzer
