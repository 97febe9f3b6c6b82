"""One running process that looks at pictures, as the host sees it."""

from __future__ import annotations

import itertools
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from typing import IO, Any, Final, TypeVar, cast

import msgspec

from veritile.errors import FramingError
from veritile.frame.result import Box, FrameResult
from veritile.native.framing import FrameReader, write_whole
from veritile.native.inference.wire import (
    Asked,
    Explain,
    Failed,
    Look,
    Ready,
    Refused,
    error_of,
    frame,
    read_answer,
)
from veritile.native.limits import MESSAGE_BYTES

COMMAND: Final = (sys.executable, "-P", "-m", "veritile.native.inference.serve")
"""-P: nothing is imported from the folder in which the browser happens to have started the host."""
_TICK_S: Final = 0.25
_Told = TypeVar("_Told")


class Lost(Exception):
    """The process hung, or has ended; it says how."""


class Child:
    """The process, from its start to its end. For any number of threads."""

    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        """Start it; raises OSError."""
        no_window = getattr(subprocess, "CREATE_NO_WINDOW", 0)  # Windows would open one for it
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            creationflags=no_window,
            # glibc would keep a store of memory for each thread.
            env={**os.environ, "MALLOC_ARENA_MAX": "1"},
        )
        self._ids = itertools.count()
        self._asked: dict[int, Future[Any]] = {}
        self._lock = threading.Lock()
        self._ready: Future[Ready] = Future()
        self._ended: str | None = None
        # A process that hangs reads nothing, and a picture is more than a pipe holds: writing it would wait.
        self._out: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self.model: Ready | None = None
        """What it has said of its model last."""
        threading.Thread(target=self._write, name="veritile-ask", daemon=True).start()
        threading.Thread(target=self._read, name="veritile-hear", daemon=True).start()

    @property
    def pid(self) -> int:
        """Of the process."""
        return self._process.pid

    def load(self, timeout: float) -> Ready:
        """Wait until the model is loaded.

        Raises Lost, also after `timeout` seconds; the VeritileError for which it cannot be loaded.
        """
        return self._within(timeout, self._ready, "loading the model")

    def look(
        self, picture: bytes, last: bytes | None, timeout: float, *, focus: Box | None = None
    ) -> FrameResult:
        """Have a picture judged.

        Raises Lost, also after `timeout` seconds; the VeritileError for which it cannot be judged.
        """
        told: Future[FrameResult] = Future()
        self._ask(lambda number: Look(number, picture, last, focus), told)
        return self._within(timeout, told, "looking at a picture")

    def explain(self, picture: bytes, box: Box, timeout: float) -> bytes:
        """Have a heat map drawn, a JPEG; raises as `look`."""
        told: Future[bytes] = Future()
        self._ask(lambda number: Explain(number, picture, box), told)
        return self._within(timeout, told, "drawing a heat map")

    def kill(self, why: str) -> None:
        """End it at once, whatever it is doing; whoever waits for it gets Lost."""
        self._over(why)
        self._process.kill()

    def _ask(self, make: Callable[[int], Asked], told: Future[Any]) -> None:
        with self._lock:
            if self._ended is not None:
                raise Lost(self._ended)
            number = next(self._ids)
            self._asked[number] = told
        self._out.put(frame(make(number)))

    def _within(self, timeout: float, told: Future[_Told], doing: str) -> _Told:
        left = timeout
        while left > 0:
            began = time.monotonic()
            try:
                return told.result(min(left, _TICK_S))
            except TimeoutError:
                # Of a time in which the whole machine stood still (asleep, or starved) only a little counts.
                left -= min(time.monotonic() - began, 2 * _TICK_S)
        self.kill(f"it was {doing} for over {timeout:g} s")
        return told.result(0)

    def _write(self) -> None:
        with suppress(OSError, ValueError):  # it has ended, which its reader finds out
            while (data := self._out.get()) is not None:
                write_whole(cast(IO[bytes], self._process.stdin), data)

    def _read(self) -> None:
        reader = FrameReader(cast(IO[bytes], self._process.stdout), MESSAGE_BYTES)
        try:
            while (payload := reader.read()) is not None:
                self._hear(payload)
            why = ""
        except (FramingError, msgspec.DecodeError, OSError, ValueError) as error:
            why = f"it said what is no answer ({error})"
        self._process.kill()
        status = self._process.wait()
        self._over(why or f"it ended with status {status}")
        for stream in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                cast(IO[bytes], stream).close()

    def _hear(self, payload: bytes) -> None:
        answer = read_answer(payload)
        if isinstance(answer, Ready):
            self.model = answer
            _settle(self._ready, answer)
        elif isinstance(answer, Failed):
            _settle(self._ready, error_of(answer.code, answer.text))
        else:
            with self._lock:
                told = self._asked.pop(answer.id, None)
            if told is not None:
                _settle(
                    told, error_of(answer.code, answer.text) if isinstance(answer, Refused) else answer.result
                )

    def _over(self, why: str) -> None:
        with self._lock:
            self._ended = self._ended or why
            waiting, self._asked = list(self._asked.values()), {}
        lost = Lost(self._ended)
        self._out.put(None)
        _settle(self._ready, lost)
        for told in waiting:
            _settle(told, lost)


def _settle(told: Future[_Told], outcome: _Told | Exception) -> None:
    """Whoever comes first decides: an answer may meet the end of the process."""
    with suppress(InvalidStateError):
        if isinstance(outcome, Exception):
            told.set_exception(outcome)
        else:
            told.set_result(outcome)
