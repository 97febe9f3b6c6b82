"""All that follows the greeting: wires reader, dispatcher, worker and outbox, and knows when to end.

The reader's thread is the one that began, so that the end of input is seen whatever the
others do; the worker decides, and has pictures looked at by a process of their own, which
may hang or crash; the outbox writes; the session log has a thread once there is a call.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, BinaryIO, NoReturn

from veritile import __version__
from veritile.errors import FramingError
from veritile.native import log
from veritile.native.analyzer import Analyzer
from veritile.native.batches import BatchQueue
from veritile.native.counters import Counters
from veritile.native.dispatcher import Dispatcher
from veritile.native.journal import Journal
from veritile.native.limits import DRAIN_S, LOG_END_S
from veritile.native.opening import Hello
from veritile.native.outbox import Outbox
from veritile.native.signals import on_signals
from veritile.native.status import chosen_model, info, log_file
from veritile.native.worker import Worker
from veritile.store.folder import DATA_DIR_VARIABLE

if TYPE_CHECKING:
    from veritile.native.inference.watched import WatchedAnalyzer


def converse(
    messages: Iterable[bytes | FramingError],
    stream_out: BinaryIO,
    hello: Hello | None,
    load: Callable[[], Analyzer] | None,
    looker: Sequence[str],
) -> NoReturn:
    """Serve until `messages` end.

    Args:
        messages: that have not been answered; see `FrameReader`.
        stream_out: unbuffered, to the client.
        hello: with which the client opened the conversation, where it has been answered already.
        load: makes what looks at pictures, in this process; without it, a process of its own does.
        looker: the command of that process, where it is not the usual one.
    """
    log.start()
    log.logger.info("veritile %s started", __version__)
    path = log_file()
    if path is None:
        log.logger.warning("no session log: set HOME or %s", DATA_DIR_VARIABLE)
    counters = Counters()
    journal = Journal(path, changed=lambda: outbox.send(info(worker.status, journal.told)))
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

    on_signals(end)
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
        if hello is not None:
            dispatcher.greeted(hello)
        serve(messages, dispatcher)
        batches.close()
        worker.join(DRAIN_S)
        outbox.flush(DRAIN_S)
        end("end of input")
    except Exception:
        log.logger.exception("the host failed")
        end("failure")


def serve(messages: Iterable[bytes | FramingError], dispatcher: Dispatcher) -> None:
    """Hand every message to the dispatcher, and tell what was in the place of one."""
    for message in messages:
        if isinstance(message, FramingError):
            dispatcher.refuse(message)
        else:
            dispatcher.handle(message)
