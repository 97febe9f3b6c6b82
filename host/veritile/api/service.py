"""What all parts of the service share: the detector, the log, the open sessions, the jobs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import psutil

from veritile.api.jobs import Jobs
from veritile.api.settings import Settings
from veritile.api.shapes import Session
from veritile.detector import Detector
from veritile.errors import InferenceError, TooManyRequestsError
from veritile.frame.card import read_card
from veritile.frame.providers import CPU, available, chosen
from veritile.native.counters import Counters
from veritile.native.journal import Journal
from veritile.native.messages import Configure
from veritile.store import folder
from veritile.vocabulary import THRESHOLDS, Label, Sensitivity

GPUS: Final = frozenset(
    {"CUDAExecutionProvider", "TensorrtExecutionProvider", "DmlExecutionProvider", "CoreMLExecutionProvider"}
)
"""Execution providers of ONNX Runtime that `gpu` is about."""
_THREADS: Final = 2
"""That look at single pictures of `/analyze/frame`, and make heat maps."""


@dataclass(slots=True, eq=False)
class Live:
    """One open WebSocket session."""

    id: str
    kind: Literal["stream", "veritile.v1"]
    opened_at: int
    """Epoch ms."""
    frames: int = 0
    label: Label = Label.INCONCLUSIVE
    score: float | None = None

    def told(self) -> Session:
        """What `/sessions` tells of it."""
        return Session(
            session_id=self.id,
            kind=self.kind,
            opened_at=self.opened_at,
            frames=self.frames,
            label=self.label,
            authenticity_score=None if self.score is None else round(1.0 - self.score, 4),
        )


class Service:
    """One running service. Its methods are for the event loop's thread."""

    def __init__(self, settings: Settings, token: str) -> None:
        """Load the model; raises ModelError."""
        self.settings = settings
        self.token = token
        self.detector = detector(settings)
        self.counters = Counters()
        self.jobs = Jobs(
            self.detector,
            settings.model,
            settings.jobs,
            settings.job_minutes,
            lambda frames: self.counters.count(processed=frames),
        )
        self.journal = Journal(log_file(settings))
        self.journal.configure(Configure(id=0, retention_days=settings.retention_days), ())
        self.live: dict[str, Live] = {}
        self.pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="veritile-picture")
        self.started = time.monotonic()

    @contextmanager
    def session(self, key: str, kind: Literal["stream", "veritile.v1"]) -> Iterator[Live]:
        """A WebSocket session for as long as the block; raises TooManyRequestsError."""
        if len(self.live) >= self.settings.sessions:
            raise TooManyRequestsError(f"{self.settings.sessions} sessions are open already: close one.")
        live = self.live[key] = Live(key, kind, int(time.time() * 1000))
        try:
            yield live
        finally:
            del self.live[key]

    @property
    def threshold(self) -> float:
        """Score from which a face looks swapped."""
        return self.settings.threshold or THRESHOLDS[Sensitivity.BALANCED]

    @property
    def memory(self) -> int:
        """Resident bytes."""
        return int(psutil.Process().memory_info().rss)

    def close(self) -> None:
        """End all work, and delete every video."""
        self.jobs.close()
        self.pool.shutdown(cancel_futures=True)
        self.journal.stop("the service ended", 2.0)


def detector(settings: Settings) -> Detector:
    """Return what judges, on the device that `gpu` names.

    Raises ModelError: InferenceError where a GPU is insisted on and none runs the network.
    """
    provider = CPU if settings.gpu == "off" else None
    if settings.gpu == "on":
        offered = [each.name for each in available() if each.name in GPUS]
        best = chosen(read_card(settings.model).sha256).name
        provider = best if best in offered else next(iter(offered), CPU)
    made = Detector(
        settings.model, threshold=settings.threshold, provider=provider, temporal=settings.temporal
    )
    if settings.gpu == "on" and made.model.provider not in GPUS:
        raise InferenceError(
            "gpu is on, and ONNX Runtime runs the network on the CPU: see docs/api.md on GPUs, or set auto."
        )
    return made


def log_file(settings: Settings) -> Path | None:
    """Where the log of calls is; None for a user without a home."""
    if settings.database is not None:
        return settings.database.absolute()
    try:
        return folder.file()
    except RuntimeError:
        return None
