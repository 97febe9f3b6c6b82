"""A dispatcher and a worker in this process, with everything they send collected."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from typing import Any

from msgspec import UNSET

from native.talk import HELLO, OPEN, frames, item_of, picture_of
from veritile.frame import Face, FaceResult, FrameResult, ModelInfo, Timing
from veritile.frame.quality import Gate
from veritile.native.analyzer import Analyzer
from veritile.native.batches import BatchQueue
from veritile.native.clock import SYSTEM, Clock
from veritile.native.codec import encode
from veritile.native.counters import Counters
from veritile.native.dispatcher import Dispatcher
from veritile.native.journal import Journal
from veritile.native.messages import ClientMessage, HostMessage, Item
from veritile.native.worker import Worker
from veritile.vocabulary import Label


class Conversation:
    """The host without its process: what is said to it, and what it sends."""

    def __init__(
        self, load: Callable[[], Analyzer], clock: Clock = SYSTEM, journal: Journal | None = None
    ) -> None:
        self.sent: list[HostMessage] = []
        self._arrived = threading.Condition()
        self.batches = BatchQueue()
        self.counters = Counters()
        self.worker = Worker(self.batches, self._send, self.counters, load, clock, journal)
        if journal is not None:
            self.counters.noticed = journal.error
        self.dispatcher = Dispatcher(
            self.batches,
            self.worker,
            self._send,
            self.counters,
            greeted=self.worker.start,
            clock=clock,
            journal=journal,
        )

    def say(self, message: ClientMessage) -> None:
        self.dispatcher.handle(encode(message))

    def ask(self, message: ClientMessage) -> HostMessage:
        """Send a message and wait for its reply."""
        self.say(message)
        return self.reply_to(message.id)

    def reply_to(self, request: int) -> HostMessage:
        return self.wait(lambda: next((m for m in self.sent if m.re == request), None))

    def wait(self, found: Callable[[], Any]) -> Any:
        with self._arrived:
            assert self._arrived.wait_for(found, timeout=10), self.sent
            return found()

    def finish(self) -> None:
        """End the input, and wait until all is answered."""
        self.batches.close()
        self.worker.join(10)

    def answers(self) -> dict[int, list[HostMessage]]:
        """What was sent in reply, by request."""
        by_request: dict[int, list[HostMessage]] = {}
        for message in self.sent:
            if message.re is not UNSET:
                by_request.setdefault(message.re, []).append(message)
        return by_request

    def _send(self, message: HostMessage) -> None:
        with self._arrived:
            self.sent.append(message)
            self._arrived.notify_all()


def opened(talk: Conversation) -> Conversation:
    """`talk`, greeted, with the session "call" open."""
    talk.ask(HELLO)
    talk.ask(OPEN)
    return talk


def items_until_labelled(talk: Conversation, take: Callable[[int], bytes]) -> list[Item]:
    """Send pictures until one that was looked at is labelled, for as long as the rule of decision wants.

    `take` gives the picture of a number, another for each.
    """
    items: list[Item] = []
    while not items or items[-1].label is Label.INCONCLUSIVE:
        request = next(_request_ids)
        item = item_of(talk.ask(frames(request, picture_of("ada", take(request)))))
        if not item.dropped:
            items.append(item)
    return items


_request_ids = itertools.count(10_000)


class GatedAnalyzer:
    """Stands in for the frame pipeline where a test decides how long a picture takes: none real can be told.

    Every picture shows one face, a clear case of real unless told otherwise; `looked_at` lists them in order.
    The same bytes as the participant's last are an unchanged picture, which is not looked at.
    """

    model = ModelInfo(
        name="gated",
        version="1",
        sha256="",
        licence="MIT",
        provider="none",
        input_size=32,
        crop_margin=1.0,
        colour="RGB",
        layout="NHWC",
        output="log_odds_fake",
        gate=Gate(),
    )

    def __init__(self, *, is_open: bool = False, log_odds: float = -2.2) -> None:
        self.log_odds = log_odds
        self.looked_at: list[bytes] = []
        self.gate = threading.Event()
        self.busy = threading.Event()
        """Set once a picture is being looked at."""
        if is_open:
            self.gate.set()

    def analyze_encoded(self, data: bytes, *, last: bytes | None = None, focus: object = None) -> FrameResult:
        if data == last:
            return FrameResult((), (), 640, 360, Timing(0.1, 0.0, 0.0), data, unchanged=True)
        self.looked_at.append(data)
        self.busy.set()
        assert self.gate.wait(10)
        face = Face((270.0, 90.0, 116.0, 144.0), ((0.0, 0.0),) * 5, 0.9)
        return FrameResult(
            looks=(FaceResult(face, self.log_odds, 1.0, None, 0.0, ()),),
            faces=(),
            width=640,
            height=360,
            timing=Timing(0.1, 0.2, 0.3),
            thumbnail=data,
        )
