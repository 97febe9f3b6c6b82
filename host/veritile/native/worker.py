"""The thread that loads the model and looks at pictures, with a helper for large batches.

Every batch that it is given is answered exactly once, whatever happens to its
frames.
"""

from __future__ import annotations

import math
import os
import sys
import threading
from collections.abc import Callable
from functools import partial

from msgspec import UNSET, UnsetType

from veritile.decision import Pacer, Scorer
from veritile.errors import (
    InternalError,
    LookingGivenUpError,
    SessionError,
    UnknownSessionError,
    VeritileError,
)
from veritile.looks import glimpse, observation
from veritile.native.analyzer import Analyzer
from veritile.native.batches import Batch, BatchQueue, WaitingFrame
from veritile.native.clock import SYSTEM, Clock
from veritile.native.counters import Counters
from veritile.native.items import judged, unjudged
from veritile.native.journal import Journal
from veritile.native.log import logger
from veritile.native.messages import Error, HostMessage, Item, Model, ModelState, Verdicts
from veritile.native.noting import Note
from veritile.native.sessions import Sighting
from veritile.native.sharing import Helper
from veritile.native.status import ModelStatus, chosen_model, info, model_on_card
from veritile.scorer import read_scorer


class Worker:
    """Takes batches off a queue and sends their verdicts."""

    def __init__(
        self,
        batches: BatchQueue,
        send: Callable[[HostMessage], None],
        counters: Counters,
        load: Callable[[], Analyzer],
        clock: Clock = SYSTEM,
        journal: Journal | None = None,
    ) -> None:
        self._batches = batches
        self._send = send
        self._counters = counters
        self._load = load
        self._clock = clock
        self._journal = journal or Journal(None)
        self._analyzer: Analyzer | None = None
        self._scorer = Scorer()
        self._cores = os.cpu_count() or 1
        self._pacer = Pacer(self._cores)
        self._helper = Helper()
        self._thread = threading.Thread(target=self._run, name="veritile-worker", daemon=True)
        self.status = ModelStatus(model_on_card())
        """How far the model is; replaced whole, so any thread may read it."""

    @property
    def analyzer(self) -> Analyzer | None:
        """What looks at pictures, once it is loaded. Any thread."""
        return self._analyzer

    def start(self, after: Callable[[], None] = lambda: None) -> None:
        """Call `after` in the worker's thread, load the model and begin; later calls do nothing."""
        if self._thread.ident is None:
            self._after = after
            self._thread.start()

    def join(self, timeout: float) -> None:
        """Wait up to `timeout` seconds for the last batch of a closed queue to be answered."""
        if self._thread.ident is not None:
            self._thread.join(timeout)

    def grant(self, share: float) -> None:
        """Let the looks take this share of the machine's cores, over 0 to 1. Any thread."""
        self._pacer.budget = share * self._cores

    def save_battery(self, saving: bool) -> None:
        """Look half as often, at half the share, while the machine runs on its battery. Any thread."""
        self._pacer.saving = saving

    def answer_unseen(self, batch: Batch) -> None:
        """Answer a batch that had to give way to newer ones. Any thread."""
        self._counters.count(dropped=len(batch.frames))
        queue_ms = self._ms_since(batch.arrived)
        items = tuple(unjudged(frame, queue_ms) for frame in batch.frames)
        self._send(_verdicts(batch, items))

    def _run(self) -> None:
        self._after()
        self._prepare()
        while (batch := self._batches.take()) is not None:
            try:
                reply = self._answer(batch)
            except Exception:
                logger.exception("a batch could not be answered")
                reply = self._refusal(internal_error(), batch.request)
            self._send(reply)

    def _prepare(self) -> None:
        started = self._clock.monotonic()
        try:
            self._analyzer = self._load()
            self._scorer = read_scorer(chosen_model())
        except Exception as error:
            if not isinstance(error, VeritileError):
                logger.exception("the model could not be loaded")
            reason = error if isinstance(error, VeritileError) else internal_error()
            self._fail(reason)
        else:
            self._ready(self._analyzer)
            logger.info("ready in %.0f ms", self._ms_since(started))

    def _ready(self, analyzer: Analyzer) -> None:
        """Tell which model judges, and where."""
        model, people = analyzer.model, self._scorer.reference
        runtime = sys.modules.get("onnxruntime")
        self._tell(
            ModelStatus(
                Model(name=model.name, version=model.version, sha256=model.sha256),
                ModelState.READY,
                provider=model.provider,
                least_budget=people.smallest_budget if people else None,
                onnxruntime=getattr(model, "onnxruntime", None) or getattr(runtime, "__version__", None),
            )
        )
        logger.info("model %s %s on %s", model.name, model.version, model.provider)

    def _fail(self, reason: VeritileError) -> None:
        """Tell that nothing can be judged any more, and why."""
        logger.error("model failed: %d %s", reason.code, reason)
        self._send(self._refusal(reason))
        self._tell(ModelStatus(self.status.model, ModelState.FAILED, error=reason))

    def _tell(self, status: ModelStatus) -> None:
        self.status = status
        self._journal.model(status)
        self._send(info(status, self._journal.told))

    def _answer(self, batch: Batch) -> HostMessage:
        if self._analyzer is None or self.status.state is ModelState.FAILED:
            return self._refusal(self.status.error or internal_error(), batch.request)
        if batch.session.closed:
            closed = UnknownSessionError(
                "The session was closed while the frames were waiting: open it again."
            )
            return self._refusal(closed, batch.request)
        notes: list[Note] = []
        try:
            reply = _verdicts(batch, self._look_at_all(self._analyzer, batch, notes))
        except LookingGivenUpError as error:
            self._fail(error)
            return self._refusal(error, batch.request)
        if self._analyzer.model.provider != self.status.provider:
            self._ready(self._analyzer)
        self._journal.judged(batch.session, reply.alarm, notes)
        return reply

    def _look_at_all(self, analyzer: Analyzer, batch: Batch, notes: list[Note]) -> tuple[Item, ...]:
        """One item a frame. A participant's frames stay in order, and with one thread at a time.

        Who was looked at longest ago comes first: under too heavy a load the rest of a batch grows stale
        before its turn, and must not be the same people every time.
        """
        items: dict[int, Item] = {}
        frames_of: dict[str, list[int]] = {}
        for place, frame in enumerate(batch.frames):
            frames_of.setdefault(frame.key, []).append(place)

        def look(places: list[int]) -> None:
            for place in places:
                items[place] = self._look(analyzer, batch.frames[place], batch, notes)

        turns = sorted(frames_of.values(), key=lambda places: _last_look(batch.frames[places[0]]))
        self._helper.share([partial(look, places) for places in turns])
        return tuple(items[place] for place in range(len(batch.frames)))

    def _look(self, analyzer: Analyzer, frame: WaitingFrame, batch: Batch, notes: list[Note]) -> Item:
        queue_ms = self._ms_since(batch.arrived)
        if frame.is_stale(self._clock.monotonic()):
            self._counters.count(dropped=1)
            return unjudged(frame, queue_ms)
        if isinstance(frame.participant, SessionError):
            self._counters.error(frame.participant.code)
            return unjudged(frame, queue_ms, frame.participant)
        person, policy = frame.participant, batch.session.policy
        try:
            started = self._clock.work()  # work, not waiting: a busy machine makes no look dearer
            live = person.challenge if person.challenge is not None and person.challenge.active else None
            focus = live.focus if live else None
            result = analyzer.analyze_encoded(frame.jpeg, last=person.thumbnail, focus=focus)
            self._pacer.spent((self._clock.work() - started) * 1000 + result.timing.cpu_ms)
            person.thumbnail, person.looked = result.thumbnail, self._clock.monotonic()
            seen, before = observation(frame.captured, result), person.changes
            verdict = person.observe(seen, frame.captured_at, policy, self._scorer, self._pacer)
            item = judged(frame, verdict, result, queue_ms)
            judgeable = [look for look in result.looks if look.log_odds is not None]
            if judgeable:
                worst = max(judgeable, key=lambda look: look.log_odds or 0.0)
                person.saw(Sighting(frame.jpeg, frame.captured_at, frame.captured, worst))
            if live is not None:
                live.see(glimpse(frame.captured, result), frame.jpeg, frame.captured_at)
                self._send(live.told(batch.session.key, frame.key))
            if self._journal.on:
                note = self._journal.note(frame, person, item, changed=person.changes is not before)
                notes.extend([note] if note else [])
        except LookingGivenUpError:
            raise
        except VeritileError as error:
            self._counters.error(error.code)
            return unjudged(frame, queue_ms, error)
        except Exception:
            logger.exception("a frame could not be judged")
            self._counters.error(InternalError.code)
            return unjudged(frame, queue_ms, internal_error())
        self._counters.count(processed=1)
        return item

    def _ms_since(self, start: float) -> float:
        return (self._clock.monotonic() - start) * 1000

    def _refusal(self, error: VeritileError, request: int | UnsetType = UNSET) -> Error:
        self._counters.error(error.code)
        return Error(re=request, code=error.code, text=str(error))


def _last_look(frame: WaitingFrame) -> float:
    return -math.inf if isinstance(frame.participant, SessionError) else frame.participant.looked


def _verdicts(batch: Batch, items: tuple[Item, ...]) -> Verdicts:
    session = batch.session
    return Verdicts(re=batch.request, session=session.key, alarm=round(session.policy.alarm, 2), items=items)


def internal_error() -> InternalError:
    """What the client is told of a bug; the log has the traceback."""
    return InternalError(
        "This is a fault of Veritile: please report it with the log file that `veritile doctor` names."
    )
