"""Which pictures are looked at when there are more than the worker can look at."""

from __future__ import annotations

import time

import pytest

from native.recording import Conversation, GatedAnalyzer, opened
from native.talk import as_a, frames, item_of, picture_of
from veritile.native.limits import BATCHES_WAITING
from veritile.native.messages import (
    Configure,
    Health,
    Verdicts,
)
from veritile.vocabulary import Reason


def test_newest_frame_wins_under_overload() -> None:
    gated = GatedAnalyzer()
    talk = opened(Conversation(lambda: gated))
    now = time.time() * 1000
    for n in range(4):
        talk.say(frames(10 + n, picture_of("ada", b"%d" % n, captured_at=now - 40 + 10 * n)))
        assert gated.busy.wait(10)  # the first is at work before the others come
    gated.gate.set()
    dropped = [item_of(talk.reply_to(10 + n)).dropped for n in range(4)]
    assert dropped == [False, True, True, False]
    assert gated.looked_at == [b"0", b"3"]
    assert talk.counters.dropped == 2


def test_newest_frame_wins_inside_one_batch() -> None:
    gated = GatedAnalyzer(is_open=True)
    talk = opened(Conversation(lambda: gated))
    old, new = picture_of("ada", b"old", age_ms=200), picture_of("ada", b"new", age_ms=100)
    reply = as_a(Verdicts, talk.ask(frames(3, new, old)))
    assert [item.dropped for item in reply.items] == [False, True]
    assert gated.looked_at == [b"new"]


def test_others_are_not_dropped_for_it() -> None:
    gated = GatedAnalyzer()
    talk = opened(Conversation(lambda: gated))
    talk.say(frames(10, picture_of("ada", b"a")))
    assert gated.busy.wait(10)
    talk.say(frames(11, picture_of("bob", b"b")))
    talk.say(frames(12, picture_of("eve", b"e")))
    gated.gate.set()
    assert [item_of(talk.reply_to(n)).dropped for n in (10, 11, 12)] == [False] * 3


def test_frame_that_has_waited_too_long_is_not_looked_at() -> None:
    gated = GatedAnalyzer(is_open=True)
    talk = opened(Conversation(lambda: gated))
    assert item_of(talk.ask(frames(3, picture_of("ada", b"x", age_ms=2001)))).dropped
    assert not item_of(talk.ask(frames(4, picture_of("bob", b"y", age_ms=1000)))).dropped
    assert gated.looked_at == [b"y"]


@pytest.mark.parametrize("age_ms", [-5000, -3.6e6, 3.6e6, 1e12])
def test_clock_that_makes_no_sense_does_not_stop_the_judging(age_ms: float) -> None:
    gated = GatedAnalyzer(is_open=True)
    talk = opened(Conversation(lambda: gated))
    for request in range(10, 13):
        picture = picture_of("ada", b"%d" % request, age_ms=age_ms)
        assert not item_of(talk.ask(frames(request, picture))).dropped
    assert gated.looked_at == [b"10", b"11", b"12"]


def test_oldest_batch_gives_way_and_is_answered() -> None:
    gated = GatedAnalyzer()
    talk = opened(Conversation(lambda: gated))
    talk.say(frames(10, picture_of("first", b"at work")))
    assert gated.busy.wait(10)
    people = [f"p{n}" for n in range(BATCHES_WAITING + 2)]
    for n, person in enumerate(people):
        talk.say(frames(20 + n, picture_of(person, person.encode())))
    for request in (20, 21):  # answered while the worker is still busy
        item = item_of(talk.reply_to(request))
        assert item.dropped
        assert item.reason is Reason.STARTING
    assert as_a(Health, talk.ask(Configure(id=90, alarms_per_hour=0.5))).queue == BATCHES_WAITING
    gated.gate.set()
    talk.finish()
    assert gated.looked_at == [b"at work", b"p2", b"p3", b"p4", b"p5"]
