"""Where a participant's score comes from: of the strongest picture, drawn while looks go on."""

from __future__ import annotations

import threading
from dataclasses import replace

import cv2
import numpy as np
import pytest

import pictures
from native.conftest import Start
from native.recording import Conversation, GatedAnalyzer, opened
from native.talk import as_a, begin, frames, item_of, picture_of, retaken
from veritile.errors import (
    CorruptImageError,
    InternalError,
    NothingSeenError,
    TooManyRequestsError,
    UnknownSessionError,
)
from veritile.frame import FrameResult
from veritile.frame.pipeline import HEATMAP_SIDE, FrameAnalyzer
from veritile.native.clock import Clock
from veritile.native.limits import HEATMAPS_WAITING, STRONGEST_S
from veritile.native.messages import Error, HeatmapRequest, HeatmapTold, Ping, Pong, Verdicts

FACE = pictures.jpeg(pictures.person(320, 180, face_px=90))


def ask(request: int, participant: str = "ada", session: str = "call") -> HeatmapRequest:
    return HeatmapRequest(id=request, session=session, participant=participant)


class Drawing(GatedAnalyzer):
    """Finds log-odds in the picture's own words, and draws a map when it is let."""

    def __init__(self) -> None:
        super().__init__(is_open=True)
        self.drawn: list[bytes] = []
        self.pen = threading.Event()
        self.pen.set()

    def analyze_encoded(self, data: bytes, *, last: bytes | None = None, focus: object = None) -> FrameResult:
        result = super().analyze_encoded(data, last=last)
        (look,) = result.looks
        return replace(result, looks=(replace(look, log_odds=float(data)),))

    def explain_encoded(self, data: bytes, box: object) -> bytes:
        assert self.pen.wait(10)
        if data == b"3":
            raise CorruptImageError("The picture is damaged: send it anew.")
        if data == b"4":
            raise RuntimeError("a bug of the pipeline")
        self.drawn.append(data)
        return b"map of " + data


class Clocked:
    """A conversation whose clock a test sets."""

    def __init__(self) -> None:
        self.now = 1.8e9
        self.eye = Drawing()
        self.talk = opened(Conversation(lambda: self.eye, Clock(lambda: self.now, lambda: self.now)))
        self._request = 10

    def see(self, log_odds: str, after_s: float = 1.0, participant: str = "ada") -> float:
        """Send a picture, and return when it was taken, epoch ms."""
        self.now += after_s
        self._request += 1
        picture = picture_of(participant, log_odds.encode(), captured_at=self.now * 1000)
        item_of(self.talk.ask(frames(self._request, picture)))
        return self.now * 1000


def test_it_is_of_the_picture_that_speaks_most_for_fake() -> None:
    call = Clocked()
    call.see("-2")
    strongest = call.see("1.5")
    call.see("-1")
    told = as_a(HeatmapTold, call.talk.ask(ask(5)))
    assert (told.jpeg, told.captured_at) == (b"map of 1.5", strongest)
    assert told.score == pytest.approx(0.8176, abs=1e-4)
    assert (told.session, told.participant) == ("call", "ada")


def test_what_is_long_past_gives_way_to_what_is_seen_now() -> None:
    call = Clocked()
    call.see("1.5")
    call.see("-2", after_s=STRONGEST_S - 1)
    assert as_a(HeatmapTold, call.talk.ask(ask(5))).jpeg == b"map of 1.5"
    call.see("-1", after_s=2)
    assert as_a(HeatmapTold, call.talk.ask(ask(6))).jpeg == b"map of -1"


def test_whoever_was_not_judged_has_none(talk: Conversation) -> None:
    assert as_a(Error, talk.ask(ask(5, "nobody"))).code == NothingSeenError.code
    far_away = pictures.jpeg(pictures.person(face_px=28))
    assert as_a(Verdicts, talk.ask(frames(6, picture_of("ada", far_away))))
    assert as_a(Error, talk.ask(ask(7))).code == NothingSeenError.code
    assert as_a(Error, talk.ask(ask(8, session="other"))).code == UnknownSessionError.code


@pytest.mark.parametrize(("picture", "code"), [("3", CorruptImageError.code), ("4", InternalError.code)])
def test_one_that_cannot_be_drawn_is_told(picture: str, code: int) -> None:
    call = Clocked()
    call.see(picture)
    assert as_a(Error, call.talk.ask(ask(5))).code == code
    call.see("5")
    assert as_a(HeatmapTold, call.talk.ask(ask(6)))


def test_others_are_looked_at_and_answered_meanwhile_and_few_wait() -> None:
    call = Clocked()
    call.see("1")
    call.eye.pen.clear()
    for request in range(100, 100 + HEATMAPS_WAITING):
        call.talk.say(ask(request))
    assert as_a(Error, call.talk.ask(ask(200))).code == TooManyRequestsError.code
    assert as_a(Pong, call.talk.ask(Ping(id=201)))
    call.see("0", participant="bob")
    call.eye.pen.set()
    for request in range(100, 100 + HEATMAPS_WAITING):
        assert as_a(HeatmapTold, call.talk.reply_to(request))
    assert as_a(HeatmapTold, call.talk.ask(ask(202)))
    assert len(call.eye.drawn) == HEATMAPS_WAITING + 1


def test_a_real_host_draws_one_of_a_real_face_and_keeps_nothing(start: Start) -> None:
    host = start()
    begin(host)
    item = item_of(host.request(frames(10, picture_of("ada", FACE))))
    assert item.score is not None
    told = as_a(HeatmapTold, host.request(ask(11)))
    shown = cv2.imdecode(np.frombuffer(told.jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert shown is not None
    assert shown.shape == (HEATMAP_SIDE, HEATMAP_SIDE, 3)
    assert np.ptp(shown.astype(int), axis=2).max() > 60  # grey where nothing comes from, red where it does
    assert as_a(Verdicts, host.request(frames(12, picture_of("ada", retaken(FACE, 2)))))
    assert host.close() == 0


def test_a_box_outside_the_picture_is_told(analyzer: FrameAnalyzer) -> None:
    with pytest.raises(CorruptImageError):
        analyzer.explain_encoded(FACE, (1e6, 1e6, 10.0, 10.0))
