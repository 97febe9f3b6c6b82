"""The same picture sent again: a still picture, or a stuck video, must not add up to evidence."""

from __future__ import annotations

from functools import partial

from msgspec import UNSET

import pictures
from native.recording import Conversation, GatedAnalyzer, items_until_labelled, opened
from native.talk import as_a, frames, item_of, picture_of, retaken
from veritile.native.messages import Configure, Health, Item
from veritile.vocabulary import Label, Reason

FACE = pictures.jpeg(pictures.person())
EMPTY = pictures.jpeg(pictures.empty())


def sent(talk: Conversation, request: int, *data: bytes, who: str = "ada") -> Item:
    """The item of the last of these pictures, sent one by one, taken 0.4 s apart."""
    for n, jpeg in enumerate(data):
        age_ms = 400 * (len(data) - 1 - n)
        item = item_of(talk.ask(frames(request + n, picture_of(who, jpeg, age_ms=age_ms))))
    return item


def test_it_earns_no_label_and_says_that_it_is_frozen(talk: Conversation) -> None:
    """Three frames over 0.8 s are enough where each is another: see the last test."""
    item = sent(talk, 10, *[FACE] * 4)
    assert (item.label, item.reason) == (Label.INCONCLUSIVE, Reason.FROZEN)
    assert (item.quality, item.faces, item.dropped, item.error) == (0.0, (), False, UNSET)
    assert item.timing.decode_ms > 0.0
    assert (item.timing.detect_ms, item.timing.score_ms) == (0.0, 0.0)


def test_it_is_not_judged_again_but_counted() -> None:
    gated = GatedAnalyzer(is_open=True)
    talk = opened(Conversation(lambda: gated))
    sent(talk, 10, b"a", b"a", b"b", b"a")
    sent(talk, 20, b"a", who="bob")
    assert gated.looked_at == [b"a", b"b", b"a", b"a"]
    assert as_a(Health, talk.ask(Configure(id=90, alarms_per_hour=0.5))).processed == 5


def test_it_leaves_the_label_that_was_earned(talk: Conversation) -> None:
    before = items_until_labelled(talk, partial(retaken, FACE))[-1]
    face = retaken(FACE, 0)
    sent(talk, 10, face)
    item = sent(talk, 20, face)
    assert item.label is before.label
    assert item.reason is UNSET


def test_what_could_not_be_judged_keeps_its_reason(talk: Conversation) -> None:
    assert sent(talk, 10, EMPTY, EMPTY).reason is Reason.NO_FACE


def test_what_is_damaged_is_told_each_time(talk: Conversation) -> None:
    item = sent(talk, 10, FACE[:-100], FACE[:-100])
    assert item.error is not UNSET
    assert item.error.code == 402


def test_a_picture_of_its_own_each_time_earns_a_label(talk: Conversation) -> None:
    assert sent(talk, 10, *(retaken(FACE, n) for n in range(4))).label is not Label.INCONCLUSIVE
