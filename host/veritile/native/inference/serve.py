"""The process that looks at pictures: `python -m veritile.native.inference.serve`, started by the host.

It loads the model, answers what it is asked on standard input, and ends with
it. One thread reads, so that the end is seen whatever the others do; two look,
the second only once two pictures are asked for at a time.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from typing import BinaryIO, NoReturn

from veritile.errors import FramingError, InternalError, VeritileError
from veritile.frame.card import DEFAULT_MODEL
from veritile.native import stdio
from veritile.native.analyzer import Analyzer, load_analyzer
from veritile.native.framing import FrameReader, write_whole
from veritile.native.inference.wire import (
    Answer,
    Asked,
    Drawn,
    Failed,
    Look,
    Ready,
    Refused,
    Seen,
    frame,
    read_asked,
)
from veritile.native.limits import LOOKS_AT_ONCE, MESSAGE_BYTES


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default=DEFAULT_MODEL, help="name in models/, or path of an .onnx file")
    parser.add_argument("--cpu", action="store_true", help="use no other device, whatever there is")
    chosen = parser.parse_args(arguments)
    serve(lambda: load_analyzer(chosen.model, cpu_only=chosen.cpu))


def serve(load: Callable[[], Analyzer]) -> NoReturn:
    """Answer what standard input asks with what `load` returns."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal; the host decides when this ends
    reader, writer = stdio.claim()
    eye = _Eye(load, writer)
    looks = FrameReader(reader, MESSAGE_BYTES)
    try:
        while (payload := looks.read()) is not None:
            eye.do(read_asked(payload))
    except FramingError:
        pass  # the host has ended in the middle of a word
    os._exit(0)


class _Eye:
    def __init__(self, load: Callable[[], Analyzer], writer: BinaryIO) -> None:
        self._load = load
        self._writer = writer
        self._writing = threading.Lock()
        self._threads = ThreadPoolExecutor(LOOKS_AT_ONCE, thread_name_prefix="veritile-look")
        self._told: Ready | None = None
        self._loaded: Future[Analyzer | None] = self._threads.submit(self._prepare)

    def do(self, asked: Asked) -> None:
        """Look at a picture in one of the threads."""
        self._threads.submit(self._answer, asked)

    def _prepare(self) -> Analyzer | None:
        try:
            analyzer = self._load()
        except VeritileError as error:
            self._say(Failed(error.code, str(error)))
        except BaseException:
            self._say(Failed(InternalError.code, _last_line()))
        else:
            self._say(self._ready(analyzer))
            return analyzer
        return None

    def _answer(self, asked: Asked) -> None:
        try:
            analyzer = self._loaded.result()
            if analyzer is None:
                return  # which has been told
            if not isinstance(asked, Look):
                self._say(Drawn(asked.id, analyzer.explain_encoded(asked.picture, asked.box)))
                return
            began = time.thread_time()
            result = analyzer.analyze_encoded(asked.picture, last=asked.last, focus=asked.focus)
            spent = (time.thread_time() - began) * 1000
            told = Seen(asked.id, replace(result, timing=replace(result.timing, cpu_ms=spent)))
            if self._ready(analyzer) != self._told:
                self._say(self._ready(analyzer))
            self._say(told)
        except VeritileError as error:
            self._say(Refused(asked.id, error.code, str(error)))
        except BaseException:
            self._say(Refused(asked.id, InternalError.code, _last_line()))

    def _ready(self, analyzer: Analyzer) -> Ready:
        model = analyzer.model
        runtime = getattr(sys.modules.get("onnxruntime"), "__version__", "")
        return Ready(model.name, model.version, model.sha256, model.provider, runtime)

    def _say(self, answer: Answer) -> None:
        with self._writing:
            if isinstance(answer, Ready):
                self._told = answer
            try:
                write_whole(self._writer, frame(answer))
            except (OSError, ValueError):  # the host has ended
                os._exit(0)


def _last_line() -> str:
    """What went wrong, with its place, for the host's log."""
    lines = traceback.format_exc().strip().splitlines()
    return " | ".join(line.strip() for line in lines[-3:])[:500]


if __name__ == "__main__":
    main()
