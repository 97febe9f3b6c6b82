"""What the host does with each message: answers at once, or hands it to the worker."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from msgspec import UNSET, UnsetType

from veritile.decision import Policy
from veritile.errors import HelloMissingError, SessionError, UnsupportedVersionError, VeritileError
from veritile.native.batches import Batch, BatchQueue, WaitingFrame, captured_on
from veritile.native.clock import SYSTEM, Clock
from veritile.native.codec import decode_client, recover_id
from veritile.native.counters import Counters
from veritile.native.export import document_of, written
from veritile.native.heatmaps import Heatmaps
from veritile.native.journal import Journal
from veritile.native.limits import PROTOCOL
from veritile.native.listing import logged_document, logged_sessions, open_sessions
from veritile.native.log import logger
from veritile.native.messages import (
    ChallengeRequest,
    ClientMessage,
    Close,
    Configure,
    Error,
    Export,
    Exported,
    ExportFormat,
    Frames,
    Health,
    HeatmapRequest,
    Hello,
    HostMessage,
    ListSessions,
    Open,
    PictureRequest,
    Ping,
    Pong,
)
from veritile.native.sessions import Sessions
from veritile.native.status import info
from veritile.native.worker import Worker, internal_error


class Dispatcher:
    """Answers every message exactly once, itself or through the worker. Used from one thread."""

    def __init__(
        self,
        batches: BatchQueue,
        worker: Worker,
        send: Callable[[HostMessage], None],
        counters: Counters,
        *,
        greeted: Callable[[], None] = lambda: None,
        clock: Clock = SYSTEM,
        journal: Journal | None = None,
        processes: Callable[[], Sequence[int]] = lambda: [os.getpid()],
    ) -> None:
        self._batches = batches
        self._worker = worker
        self._send = send
        self._counters = counters
        self._on_hello = greeted
        self._clock = clock
        self._journal = journal or Journal(None)
        self._processes = processes
        self._greeted = False
        self._sessions = Sessions()
        self._heatmaps = Heatmaps(send, self._no_heatmap, lambda: worker.analyzer)

    def handle(self, payload: bytes) -> None:
        """Answer one message, whatever it holds; raises nothing."""
        request: int | UnsetType = UNSET
        try:
            try:
                message = decode_client(payload)
            except VeritileError:
                request = recover_id(payload)
                raise
            request = message.id
            reply = self._answer(message)
        except VeritileError as error:
            self.refuse(error, request)
        except Exception:
            logger.exception("a message could not be answered")
            self.refuse(internal_error(), request)
        else:
            if reply is not None:
                self._send(reply)
            if isinstance(message, Hello):
                self.greeted(message)

    def greeted(self, hello: Hello) -> None:
        """Go on from a `hello` that was answered: any message may come now, and the model is loaded."""
        self._greeted = True
        logger.info("hello from %r %r", hello.client.name, hello.client.version)
        self._on_hello()

    def hang_up(self) -> None:
        """Close every session: the client has gone without a word, and others still use the log."""
        for session in self._sessions.all():
            self._journal.session_closed(self._sessions.close(session.key))

    def refuse(self, error: VeritileError, request: int | UnsetType = UNSET) -> None:
        """Tell the client of an error."""
        self._counters.error(error.code)
        self._send(Error(re=request, code=error.code, text=str(error)))

    def _answer(self, message: ClientMessage) -> HostMessage | None:
        """The reply; None for what others answer: the worker frames, a thread of its own heat maps."""
        if not self._greeted and not isinstance(message, Hello):
            raise HelloMissingError("The conversation has not been opened: send `hello` first.")
        match message:
            case Hello():
                return self._hello(message)
            case Open(session=key, platform=platform):
                self._journal.session_opened(self._sessions.open(key, platform))
            case Frames():
                self._queue(message)
                return None
            case Configure():
                self._configure(message)
            case Close(session=key):
                self._journal.session_closed(self._sessions.close(key))
            case Ping():
                return Pong(re=message.id)
            case ListSessions(logged=True):
                return logged_sessions(message.id, self._journal)
            case ListSessions():
                return open_sessions(message.id, self._sessions)
            case Export(session=key, format=form):
                return Exported(re=message.id, session=key, format=form, data=self._export(key, form))
            case HeatmapRequest(session=key):
                self._heatmaps.ask(message, self._sessions.get(key))
                return None
            case ChallengeRequest() | PictureRequest():
                return self._challenge(message)
        return self._health(message.id)

    def _challenge(self, message: ChallengeRequest | PictureRequest) -> HostMessage:
        from veritile.native.challenging import asked, picture  # which `hello` need not wait for

        session = self._sessions.get(message.session)
        if isinstance(message, PictureRequest):
            return picture(message, session)
        return asked(message, session, self._journal, self._clock)

    def _no_heatmap(self, error: Exception, request: int) -> None:
        self.refuse(error if isinstance(error, VeritileError) else internal_error(), request)

    def _hello(self, message: Hello) -> HostMessage:
        if PROTOCOL not in message.protocols:
            raise UnsupportedVersionError(
                f"The client speaks protocols {list(message.protocols)}, this host {PROTOCOL}: "
                "update the older of extension and host."
            )
        return info(self._worker.status, self._journal.told, message.id)

    def _queue(self, message: Frames) -> None:
        session = self._sessions.get(message.session)
        epoch, now = self._clock.epoch(), self._clock.monotonic()
        frames = []
        for frame in message.frames:
            captured = captured_on(frame.captured_at, epoch, now)
            try:
                participant = session.admit(frame.participant, frame.name or None, captured, now)
            except SessionError as error:
                frames.append(WaitingFrame(frame.participant, error, frame.captured_at, captured, frame.jpeg))
            else:
                frames.append(
                    WaitingFrame(frame.participant, participant, frame.captured_at, captured, frame.jpeg)
                )
        pushed_out = self._batches.put(Batch(message.id, session, tuple(frames), now))
        if pushed_out is not None:
            self._worker.answer_unseen(pushed_out)

    def _configure(self, message: Configure) -> None:
        session = None if message.session is UNSET else message.session
        if message.sensitivity is not UNSET:
            self._sessions.configure(Policy.for_sensitivity(message.sensitivity), session)
        if message.alarms_per_hour is not UNSET:
            self._sessions.configure(Policy(message.alarms_per_hour), session)
        if message.cpu_share is not UNSET:
            self._worker.grant(message.cpu_share)
        if message.battery_saver is not UNSET:
            self._worker.save_battery(message.battery_saver)
        self._journal.configure(message, self._sessions.all())

    def _export(self, key: str, form: ExportFormat) -> str:
        session = self._sessions.find(key)
        if session is not None:
            document = document_of(session, self._worker.status.model, self._clock)
        else:
            document = logged_document(key, self._journal, self._clock)
        return written(document, form)

    def _health(self, request: int) -> Health:
        sessions = self._sessions.all()
        return Health(
            re=request,
            queue=len(self._batches),
            dropped=self._counters.dropped,
            processed=self._counters.processed,
            errors=self._counters.errors,
            sessions=len(sessions),
            participants=sum(len(session.participants) for session in sessions),
            rss_bytes=sum(map(_resident, self._processes())),
            uptime_ms=self._counters.uptime_ms,
            log=self._journal.told,
        )


def _resident(pid: int) -> int:
    """Bytes of memory that a process holds; 0 when it has just ended."""
    import psutil  # costs 10 ms, which `hello` need not wait for

    try:
        return psutil.Process(pid).memory_info().rss
    except psutil.Error:
        return 0
