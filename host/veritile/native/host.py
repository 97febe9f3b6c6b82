"""The process that the browser starts: wires reader, dispatcher, worker and outbox, and knows when to end.

This thread reads, so that the end of input is seen whatever the others do; the
worker decides, and has pictures looked at by a process of their own, which may hang
or crash; the outbox writes; the session log has a thread once there is a call.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, NoReturn

from veritile import __version__
from veritile.errors import FramingError, TruncatedError
from veritile.native import log, stdio
from veritile.native.analyzer import Analyzer
from veritile.native.batches import BatchQueue
from veritile.native.counters import Counters
from veritile.native.dispatcher import Dispatcher
from veritile.native.framing import FrameReader
from veritile.native.journal import Journal
from veritile.native.limits import DRAIN_S, LOG_END_S
from veritile.native.outbox import Outbox
from veritile.native.status import chosen_model, info
from veritile.native.worker import Worker
from veritile.store import folder

if TYPE_CHECKING:
    from veritile.native.inference.watched import WatchedAnalyzer

_BY_HAND: Final = """\
This program is started by the browser, which talks to it over standard input and output.
  veritile doctor     checks that the browser can start it
  veritile install    registers it with your browsers
"""


def main() -> None:
    """Entry point of `veritile-host` and `veritile host`; never returns.

    The browser's arguments (the extension's origin; on Windows also a window)
    are not needed. Exit status 2 when a person starts it in a terminal.
    """
    if sys.stdin is not None and sys.stdin.isatty():
        sys.stderr.write(_BY_HAND)
        sys.exit(2)
    run()


def run(load: Callable[[], Analyzer] | None = None, looker: Sequence[str] = ()) -> NoReturn:
    """Serve standard input until it ends.

    Args:
        load: makes what looks at pictures, in this process; without it, a process of its own does.
        looker: the command of that process, where it is not the usual one.
    """
    stream_in, stream_out = stdio.claim()
    log.start()
    log.logger.info("veritile %s started", __version__)
    counters = Counters()
    journal = Journal(_log_file(), changed=lambda: outbox.send(info(worker.status, journal.told)))
    counters.noticed = journal.error
    watched: list[WatchedAnalyzer] = []

    def load_watched() -> Analyzer:
        from veritile.native.inference.child import COMMAND
        from veritile.native.inference.watched import WatchedAnalyzer

        watched.append(WatchedAnalyzer(looker or (*COMMAND, "--model", chosen_model())))
        return watched[0].load()

    def end(why: str) -> NoReturn:
        # Straight to the system: a thread deep in native code must not delay the end.
        journal.stop(why, LOG_END_S, processed=counters.processed, dropped=counters.dropped)
        log.logger.info("ended: %s; %s", why, counters)
        logging.shutdown()
        for analyzer in watched:
            analyzer.kill()
        os._exit(0)

    for name in ("SIGTERM", "SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda number, _: end(signal.Signals(number).name))

    outbox = Outbox(stream_out, on_gone=end)
    batches = BatchQueue()
    worker = Worker(batches, outbox.send, counters, load or load_watched, journal=journal)
    dispatcher = Dispatcher(
        batches,
        worker,
        outbox.send,
        counters,
        # The heavy imports begin when `info` is out: they would hold up its writing.
        greeted=lambda: worker.start(after=outbox.flush),
        journal=journal,
        processes=lambda: [os.getpid(), *(analyzer.pid for analyzer in watched if analyzer.pid)],
    )
    try:
        serve(FrameReader(stream_in), dispatcher)
        batches.close()
        worker.join(DRAIN_S)
        outbox.flush(DRAIN_S)
        end("end of input")
    except Exception:
        log.logger.exception("the host failed")
        end("failure")


def _log_file() -> Path | None:
    """Where the session log is; None for a user without a home."""
    try:
        return folder.file()
    except RuntimeError:
        log.logger.warning("no session log: set HOME or %s", folder.DATA_DIR_VARIABLE)
        return None


def serve(reader: FrameReader, dispatcher: Dispatcher) -> None:
    """Hand every message to the dispatcher until the stream ends."""
    while True:
        try:
            payload = reader.read()
        except FramingError as error:
            dispatcher.refuse(error)
            if isinstance(error, TruncatedError):
                return
            continue
        if payload is None:
            return
        dispatcher.handle(payload)


if __name__ == "__main__":
    main()
