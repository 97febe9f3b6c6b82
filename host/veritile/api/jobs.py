"""Videos that are judged one after the other, with progress, cancel, and results that stay for a while."""

from __future__ import annotations

import asyncio
import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Literal

from veritile.analyze import Choices, analyse
from veritile.api.shapes import ErrorText, JobState
from veritile.detector import Detector
from veritile.errors import (
    ImageTooLargeError,
    InternalError,
    TooManyRequestsError,
    UnknownJobError,
    VeritileError,
)
from veritile.native.log import logger

_OVER = ("done", "failed", "cancelled")
_STEP_S = 0.1
"""Progress is told this often at most."""


class _CancelledError(Exception):
    """The job was cancelled while it ran."""


@dataclass(slots=True, eq=False)
class Job:
    """One video."""

    id: str
    name: str
    """As the client called it: to be shown, never a path."""
    path: Path
    choices: Choices
    state: Literal["queued", "running", "done", "failed", "cancelled"] = "queued"
    progress: float | None = 0.0
    seconds: float = 0.0
    took_s: float = 0.0
    result: dict[str, Any] | None = None
    error: VeritileError | None = None
    cancelled: threading.Event = field(default_factory=threading.Event)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def over(self) -> bool:
        """Whether nothing will change any more."""
        return self.state in _OVER

    def told(self) -> JobState:
        """What is told of it."""
        error = None if self.error is None else ErrorText(code=self.error.code, text=str(self.error))
        return JobState(
            id=self.id,
            name=self.name,
            state=self.state,
            progress=self.progress,
            seconds=round(self.seconds, 2),
            result=self.result,
            error=error,
        )


class Jobs:
    """All videos of this service; its methods are for the event loop's thread."""

    def __init__(
        self,
        detector: Detector,
        model: str,
        most: int,
        minutes: float = 60,
        looked: Callable[[int], None] = lambda frames: None,
    ) -> None:
        """Judge with `detector`, of that model, and keep `most` videos for at most `minutes` of work each.

        `looked` is told, in another thread, how many frames of a video were looked at.
        """
        self._detector = detector
        self._model = model
        self._most = most
        self._minutes = minutes
        self._looked = looked
        self._jobs: dict[str, Job] = {}
        self._folder = Path(tempfile.mkdtemp(prefix="veritile-"))  # 0700
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="veritile-job")

    @property
    def waiting(self) -> int:
        """How many have not begun."""
        return sum(job.state == "queued" for job in self._jobs.values())

    def get(self, key: str) -> Job:
        """Return a job; raises UnknownJobError."""
        job = self._jobs.get(key)
        if job is None:
            raise UnknownJobError("There is no such job, or its results are gone: send the video again.")
        return job

    def all(self) -> list[Job]:
        """Every job, the oldest first."""
        return list(self._jobs.values())

    async def add(self, name: str, file: BinaryIO, *, fps: float, quick: bool) -> Job:
        """Take a video and judge it when its turn comes.

        Raises TooManyRequestsError when as many as may be are waiting or running; the oldest that is over
        makes room.
        """
        if len(self._jobs) >= self._most:
            oldest = next((job for job in self._jobs.values() if job.over), None)
            if oldest is None:
                raise TooManyRequestsError(f"{self._most} videos wait already: come back when one is done.")
            self.remove(oldest.id)
        key = secrets.token_urlsafe(12)
        path = self._folder / key
        shown = "".join(c if c.isprintable() else "�" for c in Path(name.replace("\\", "/")).name)[:200]
        job = Job(key, shown or "video", path, Choices(model=self._model, fps=fps, quick=quick))
        self._jobs[key] = job
        try:
            await asyncio.to_thread(_save, file, path)
        except BaseException:
            self._jobs.pop(key, None)
            path.unlink(missing_ok=True)
            raise
        loop = asyncio.get_running_loop()

        def tell() -> None:
            loop.call_soon_threadsafe(_wake, job)

        self._pool.submit(self._run, job, tell)
        return job

    def remove(self, key: str) -> Job:
        """Cancel a job and forget it; raises UnknownJobError."""
        job = self.get(key)
        del self._jobs[key]
        job.cancelled.set()
        if not job.over:
            job.state = "cancelled"
        _wake(job)
        job.path.unlink(missing_ok=True)
        return job

    async def follow(self, job: Job) -> AsyncIterator[Job]:
        """Yield the job now, whenever it has changed, and at its end."""
        while True:
            changed, over = job.changed, job.over
            yield job
            if over:
                return
            await changed.wait()

    def close(self) -> None:
        """Cancel all, and delete every file."""
        for key in list(self._jobs):
            self.remove(key)
        self._pool.shutdown(cancel_futures=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, job: Job, tell: Callable[[], None]) -> None:
        if job.cancelled.is_set():
            return
        job.state, began, told_at = "running", time.monotonic(), 0.0
        tell()

        def progress(t: float, seconds: float | None) -> None:
            nonlocal told_at
            if job.cancelled.is_set():
                raise _CancelledError
            if time.monotonic() - began > 60 * self._minutes:
                raise ImageTooLargeError(
                    f"{job.name} takes over {self._minutes:g} minutes: send a part of it, or see job_minutes."
                )
            job.seconds = t
            job.progress = None if seconds is None else min(1.0, t / seconds)
            if time.monotonic() - told_at >= _STEP_S:
                told_at = time.monotonic()
                tell()

        try:
            result = analyse(self._detector, job.path, job.choices, progress)
            self._looked(len(result["frames"]))
            job.result, job.progress, job.state = result | {"path": job.name}, 1.0, "done"
        except _CancelledError:
            job.state = "cancelled"
        except VeritileError as error:
            text = str(error).replace(str(job.path), job.name)
            job.error, job.state = type(error)(text), "failed"
        except Exception:
            logger.exception("a video could not be judged")
            job.error, job.state = InternalError("This is a fault of Veritile: its log says more."), "failed"
        job.took_s = time.monotonic() - began
        tell()


def _save(file: BinaryIO, path: Path) -> None:
    with path.open("xb") as out:
        path.chmod(0o600)
        shutil.copyfileobj(file, out, 1 << 20)


def _wake(job: Job) -> None:
    """Tell all who follow; who follows from now on waits for the next change."""
    job.changed.set()
    job.changed = asyncio.Event()
