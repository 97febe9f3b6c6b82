"""Large batches are shared between two threads, and nobody can tell but by the time they take."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial

import pytest

import pictures
from native.recording import Conversation, GatedAnalyzer, opened
from native.talk import as_a, frames, picture_of
from veritile.native.messages import Verdicts
from veritile.native.sharing import WORTH_A_HELPER, Helper
from veritile.vocabulary import Reason

PEOPLE = [f"p{n}" for n in range(2 * WORTH_A_HELPER)]
FACES = [pictures.jpeg(pictures.dark(pictures.person(320, 180, face_px=80), 1 - n / 100)) for n in range(20)]


def ids_of_threads(pieces: int) -> set[int]:
    """Of the threads that did so many pieces of work, when the first two may not end before each other."""
    seen: set[int] = set()
    together = threading.Barrier(2)

    def piece(first: bool) -> None:
        if first and pieces >= WORTH_A_HELPER:
            together.wait(10)
        seen.add(threading.get_ident())

    Helper().share([partial(piece, n < 2) for n in range(pieces)])
    return seen


@pytest.mark.parametrize(("pieces", "threads"), [(1, 1), (WORTH_A_HELPER - 1, 1), (WORTH_A_HELPER, 2)])
def test_only_large_work_is_shared(pieces: int, threads: int) -> None:
    seen = ids_of_threads(pieces)
    assert len(seen) == threads
    assert threading.get_ident() in seen


@pytest.mark.parametrize("pieces", [0, 1, 50])
def test_every_piece_is_done_once(pieces: int) -> None:
    helper, done = Helper(), list[int]()
    for _ in range(2):
        done.clear()
        helper.share([partial(done.append, n) for n in range(pieces)])
        assert sorted(done) == list(range(pieces))


@pytest.mark.parametrize("mine", [True, False])
def test_what_a_piece_raises_is_raised(mine: bool) -> None:
    caller, together = threading.get_ident(), threading.Barrier(2)

    def piece() -> None:
        together.wait(10)
        if (threading.get_ident() == caller) is mine:
            raise ZeroDivisionError

    rest: list[Callable[[], None]] = [lambda: None] * WORTH_A_HELPER
    with pytest.raises(ZeroDivisionError):
        Helper().share([piece, piece, *rest])


def test_items_are_in_the_batches_order_and_a_persons_frames_in_theirs() -> None:
    gated = GatedAnalyzer(is_open=True)
    talk = opened(Conversation(lambda: gated))
    batch = [
        picture_of(person, f"{person} {n}".encode(), age_ms=100 - n) for n in range(3) for person in PEOPLE
    ]
    # The newest frame of each is the only one that counts, so all are given the same time.
    batch = [picture_of(f.participant, f.jpeg, captured_at=batch[-1].captured_at) for f in batch]
    reply = as_a(Verdicts, talk.ask(frames(3, *batch)))
    assert [item.participant for item in reply.items] == PEOPLE * 3
    for person in PEOPLE:
        mine = [data for data in gated.looked_at if data.startswith(f"{person} ".encode())]
        assert mine == [f"{person} {n}".encode() for n in range(3)]
    assert talk.counters.processed == len(batch)


def test_a_repeated_picture_is_seen_as_one_within_a_batch() -> None:
    gated = GatedAnalyzer(is_open=True)
    talk = opened(Conversation(lambda: gated))
    at = picture_of("", b"").captured_at
    batch = [picture_of(person, b"the same", captured_at=at) for _ in range(2) for person in PEOPLE]
    reply = as_a(Verdicts, talk.ask(frames(3, *batch)))
    assert len(gated.looked_at) == len(PEOPLE)
    assert {item.reason for item in reply.items[len(PEOPLE) :]} == {Reason.FROZEN}


def test_two_threads_give_the_answers_of_one(talk: Conversation) -> None:
    alone = [
        as_a(Verdicts, talk.ask(frames(100 + n, picture_of(f"alone {n}", face)))).items[0]
        for n, face in enumerate(FACES)
    ]
    together = as_a(
        Verdicts,
        talk.ask(frames(200, *(picture_of(f"beside {n}", face) for n, face in enumerate(FACES)))),
    ).items
    assert len({item.quality for item in alone}) > 10
    for one, other in zip(alone, together, strict=True):
        assert (one.quality, one.faces, one.score) == (other.quality, other.faces, other.score)


def test_who_was_looked_at_longest_ago_comes_first() -> None:
    """The rest of a batch may be stale before its turn: it must not be the same people every time."""
    analyzer = GatedAnalyzer(is_open=True)
    talk = opened(Conversation(lambda: analyzer))
    talk.ask(frames(10, *(picture_of(who, who.encode() + b"1") for who in "abc")))
    talk.ask(frames(11, picture_of("a", b"a2"), picture_of("b", b"b2")))
    reply = as_a(Verdicts, talk.ask(frames(12, *(picture_of(who, who.encode() + b"3") for who in "abcd"))))
    assert analyzer.looked_at[-4:] == [b"d3", b"c3", b"a3", b"b3"]
    assert [item.participant for item in reply.items] == list("abcd"), "answered in the order of the request"
