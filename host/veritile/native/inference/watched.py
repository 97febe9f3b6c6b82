"""What the worker looks at pictures with: a process that is replaced when it hangs or ends.

A look that takes over LOOK_S means a hung process: it is killed, and another is
being started before the picture is answered with an error. So the host, its port
and all evidence live on. After too many losses in a row nothing is started any
more: something is wrong that no fresh start cures.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence

from veritile.errors import InferenceError, LookingGivenUpError, LookLostError
from veritile.frame.providers import CPU
from veritile.frame.result import Box, FrameResult
from veritile.native.inference.child import COMMAND, Child, Lost
from veritile.native.inference.wire import Ready
from veritile.native.limits import HEATMAP_S, LOAD_S, LOOK_S, LOSSES, LOSSES_S
from veritile.native.log import logger


class Losses:
    """Counts processes that were lost, and says when it is enough."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._at: deque[float] = deque()

    def one_more(self) -> bool:
        """Note a loss; whether another process is worth starting."""
        self._at.append(now := self._now())
        while now - self._at[0] > LOSSES_S:
            self._at.popleft()
        return len(self._at) <= LOSSES


class WatchedAnalyzer:
    """An `Analyzer` in another process. For any number of threads."""

    def __init__(
        self, command: Sequence[str] = COMMAND, *, look_s: float = LOOK_S, load_s: float = LOAD_S
    ) -> None:
        """Nothing is started before `load`.

        Args:
            command: starts the process that looks; `--cpu` is added after a loss.
            look_s: seconds that a look may take.
            load_s: seconds that loading the model may take.
        """
        self._command = tuple(command)
        self._look_s = look_s
        self._load_s = load_s
        self._losses = Losses()
        self._lock = threading.RLock()  # a signal may end the host while its own thread is in here
        self._child: Child | None = None
        self._model: Ready | None = None
        self._given_up: LookingGivenUpError | None = None
        self._over = False

    def load(self) -> WatchedAnalyzer:
        """Start the process and wait for the model; return this.

        Raises the ModelError for which the model cannot be loaded, LookingGivenUpError when the process does
        not live for so long.
        """
        self._loaded()
        return self

    @property
    def model(self) -> Ready:
        """What the process has said of its model last."""
        if self._child is not None and self._child.model is not None:
            self._model = self._child.model
        assert self._model is not None, "load first"
        return self._model

    @property
    def pid(self) -> int | None:
        """Of the process that looks now."""
        return None if self._child is None else self._child.pid

    def analyze_encoded(
        self, data: bytes, *, last: bytes | None = None, focus: Box | None = None
    ) -> FrameResult:
        """Judge a picture; see `veritile.frame.FrameAnalyzer`.

        Raises ImageError or ModelError: LookLostError when the process was lost over it, LookingGivenUpError
        when that has happened too often.
        """
        child = self._loaded()
        try:
            return child.look(data, last, self._look_s, focus=focus)
        except Lost as lost:
            self._replace(child, lost)
            if child.model is not None and child.model.provider != CPU:
                why = lost  # its device is to blame before the picture is, and the next goes without
            else:
                raise _look_lost() from lost
        child = self._loaded()
        try:
            return child.look(data, last, self._look_s, focus=focus)
        except Lost as lost:
            self._replace(child, lost)
            raise _look_lost() from why

    def explain_encoded(self, data: bytes, box: Box) -> bytes:
        """Have a heat map drawn; see `veritile.frame.FrameAnalyzer`.

        Raises as `analyze_encoded`.
        """
        child = self._loaded()
        try:
            return child.explain(data, box, HEATMAP_S)
        except Lost as lost:
            self._replace(child, lost)
            raise _look_lost() from lost

    def kill(self) -> None:
        """End the process for good. Any thread, at any time."""
        self._over = True
        if self._child is not None:
            self._child.kill("the host ends")

    def _loaded(self) -> Child:
        with self._lock:
            child = self._child = self._child or self._start()
        while True:
            try:
                self._model = child.load(self._load_s)
            except Lost as lost:
                child = self._replace(child, lost)
            else:
                return child

    def _replace(self, lost: Child, why: Lost) -> Child:
        """Start another process unless another thread has; raises LookingGivenUpError."""
        with self._lock:
            if self._child is lost and self._given_up is None and not self._over:
                if self._losses.one_more():
                    logger.warning("the process that looks at pictures is replaced: %s", why)
                    self._child = self._start("--cpu")
                else:
                    logger.error("no more processes that look at pictures: %s", why)
                    self._given_up = LookingGivenUpError(
                        f"Looking at pictures has failed {LOSSES + 1} times within a minute: run "
                        "`veritile doctor`, then try again."
                    )
            if self._given_up is not None or self._over:
                raise self._given_up or LookingGivenUpError("The host ends.")
            assert self._child is not None
            return self._child

    def _start(self, *arguments: str) -> Child:
        try:
            return Child((*self._command, *arguments))
        except OSError as error:
            raise InferenceError(
                f"The process that looks at pictures cannot be started ({error}): install Veritile again."
            ) from error


def _look_lost() -> LookLostError:
    return LookLostError("Looking at the picture took too long or failed; it starts anew: send the next one.")
