"""A guided challenge as the client sees it."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from msgspec import UNSET

from head3d import Scene
from native.conftest import Start
from native.recording import Conversation, opened
from native.talk import OPEN, as_a, begin, frames, item_of, picture_of
from performances import Room, film, perform
from veritile.decision.challenge.words import Answer, State, StepState, Why
from veritile.errors import NoChallengeError, UnknownSessionError
from veritile.frame import FrameAnalyzer
from veritile.native.challenge_parts import Action
from veritile.native.clock import Clock
from veritile.native.journal import Journal
from veritile.native.limits import SHOWN_BYTES
from veritile.native.messages import (
    ChallengeRequest,
    ChallengeTold,
    Close,
    Error,
    Export,
    Exported,
    ExportFormat,
    Item,
    ListSessions,
    PictureRequest,
    PictureTold,
    SessionList,
)
from veritile.vocabulary import Label

ROOM = Room()
_ids = itertools.count(100)


class Caller:
    """Somebody in a call whose pictures are a fifth of a second apart, on a clock of their own."""

    def __init__(
        self,
        analyzer: FrameAnalyzer,
        journal: Journal | None = None,
        work: Callable[[], float] = time.thread_time,
    ) -> None:
        self.now = 1_000.0
        clock = Clock(lambda: self.now, lambda: self.now, work)
        self.talk = opened(Conversation(lambda: analyzer, clock, journal))
        self.random = np.random.default_rng(3)

    def send(self, scene: Scene | None = None, participant: str = "ada", jpeg: bytes | None = None) -> Item:
        self.now += 0.2
        data = jpeg or film(scene or Scene(yaw=self.random.normal(0, 2)), ROOM, self.random)
        picture = picture_of(participant, data, captured_at=self.now * 1000)
        return item_of(self.talk.ask(frames(next(_ids), picture)))

    def ask(self, action: Action, participant: str = "ada", **rest: Any) -> ChallengeTold:
        return as_a(ChallengeTold, self.refused_or_told(action, participant, **rest))

    def refused_or_told(self, action: Action, participant: str = "ada", **rest: Any) -> Any:
        request = ChallengeRequest(
            id=next(_ids), session="call", participant=participant, action=action, **rest
        )
        return self.talk.ask(request)

    def picture(self, step: int | None = None) -> PictureTold | Error:
        rest = {} if step is None else {"step": step}
        reply = self.talk.ask(PictureRequest(id=next(_ids), session="call", participant="ada", **rest))
        assert isinstance(reply, PictureTold | Error)
        return reply

    def begun(self) -> ChallengeTold:
        """A challenge whose first step runs."""
        self.send()
        self.ask(Action.START)
        for _ in range(4):
            self.send()
        told = self.ask(Action.STATUS)
        assert told.state is State.RUNNING
        return told

    def act(self, told: ChallengeTold) -> ChallengeTold:
        """Do what the running step asks for, until another runs or none."""
        assert isinstance(told.step, int)
        step = told.steps[told.step]
        for scene in perform(step.step, step.seconds + 1, self.random, ROOM):
            self.send(scene)
            now = self.ask(Action.STATUS)
            if now.step != told.step:
                return now
        return now


@pytest.fixture
def caller(analyzer: FrameAnalyzer) -> Caller:
    return Caller(analyzer)


def test_from_start_to_judgement(caller: Caller) -> None:
    told = caller.begun()
    while told.state is State.RUNNING:
        told = caller.act(told)
    assert told.state is State.ASKING
    assert told.reference
    pictures = {index: caller.picture(index) for index, step in enumerate(told.steps) if step.picture}
    assert pictures
    for picture in (caller.picture(), *pictures.values()):
        assert isinstance(picture, PictureTold)
        assert picture.jpeg.startswith(b"\xff\xd8")
        assert picture.box is not UNSET
    judged = caller.ask(Action.ANSWER, answer=Answer.CANNOT_TELL)
    assert judged.state is State.JUDGED
    assert judged.judgement is not UNSET
    assert [share.source for share in judged.judgement.shares] == ["answer", "compliance", "model"]
    assert judged.judgement.shares[2].log_odds < 0  # the tiny model calls everybody real
    assert not any(step.picture for step in judged.steps)
    assert as_a(Error, caller.picture()).code == NoChallengeError.code


def test_pictures_are_wanted_five_times_a_second_while_it_runs_and_from_nobody_else(caller: Caller) -> None:
    caller.begun()
    assert caller.send().next_sample_ms == 200
    assert caller.send(participant="ben").next_sample_ms >= 400
    caller.ask(Action.CANCEL)
    assert caller.send().next_sample_ms >= 400


def test_the_budget_comes_first(analyzer: FrameAnalyzer) -> None:
    work = itertools.count(0.0, 1.0)  # every look costs a second
    caller = Caller(analyzer, work=lambda: next(work))
    caller.begun()
    assert caller.send().next_sample_ms > 1000


def test_every_picture_of_it_is_followed_by_how_it_stands(caller: Caller) -> None:
    caller.begun()
    before = [message for message in caller.talk.sent if isinstance(message, ChallengeTold)]
    item = caller.send()
    assert not item.dropped
    *_, pushed, verdicts = caller.talk.sent
    assert isinstance(pushed, ChallengeTold)
    assert pushed.re is UNSET
    assert verdicts.re is not UNSET
    caller.send(participant="ben")
    after = [message for message in caller.talk.sent if isinstance(message, ChallengeTold)]
    assert len(after) == len(before) + 1


@pytest.mark.parametrize("why", [Why.CANCELLED, Why.REFUSED, Why.LEFT, Why.CAMERA_OFF])
def test_an_early_end_keeps_what_was_gathered(caller: Caller, why: Why) -> None:
    caller.begun()
    ended = caller.ask(Action.CANCEL, why=why)
    assert (ended.state, ended.why) == (State.ENDED, why)
    assert isinstance(caller.picture(), PictureTold)
    judged = caller.ask(Action.ANSWER, answer=Answer.REFUSED)
    assert judged.judgement is not UNSET
    assert judged.judgement.label in (Label.INCONCLUSIVE, Label.SUSPECT)


def test_a_camera_that_stays_off_runs_out_of_time(caller: Caller) -> None:
    told = caller.begun()
    for step in told.steps:
        caller.now += step.seconds + 0.1
        told = caller.ask(Action.STATUS)
    assert told.state is State.ASKING
    assert {step.state for step in told.steps} == {StepState.NOT_DONE}
    assert {found.finding for found in told.findings} == {"not_done"}


def test_without_a_face_it_ends(caller: Caller) -> None:
    caller.send()
    caller.ask(Action.START)
    caller.now += 7
    assert caller.ask(Action.STATUS).why is Why.NO_FACE


def test_more_time_and_skip(caller: Caller) -> None:
    first = caller.begun()
    caller.now += 3
    assert caller.ask(Action.STATUS).remaining_ms < 1000 * first.steps[0].seconds - 2900
    assert caller.ask(Action.MORE_TIME).remaining_ms == 1000 * first.steps[0].seconds
    second = caller.ask(Action.SKIP)
    assert second.step == 1
    assert second.steps[0].state is StepState.SKIPPED


def test_forgetting_and_closing_leave_nothing(caller: Caller) -> None:
    caller.begun()
    caller.ask(Action.FORGET)
    assert as_a(Error, caller.refused_or_told(Action.STATUS)).code == NoChallengeError.code
    caller.begun()
    caller.talk.ask(Close(id=next(_ids), session="call"))
    assert as_a(Error, caller.picture()).code == UnknownSessionError.code
    caller.talk.ask(OPEN)
    assert as_a(Error, caller.picture()).code == NoChallengeError.code


def test_a_challenge_for_somebody_unseen_is_refused(caller: Caller) -> None:
    assert as_a(Error, caller.refused_or_told(Action.START, "nobody")).code == NoChallengeError.code


def test_a_picture_too_large_to_be_shown_is_measured_but_not_kept(caller: Caller) -> None:
    caller.send()
    caller.ask(Action.START)
    for _ in range(4):
        small = film(Scene(), ROOM, caller.random)
        comment = b"\xff\xfe\xff\xff" + bytes(65533)  # a JPEG may carry any number of those
        caller.send(jpeg=small[:2] + comment * (SHOWN_BYTES // 65000 + 1) + small[2:])
    told = caller.ask(Action.STATUS)
    assert told.state is State.RUNNING
    assert not told.reference


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = Journal(tmp_path / "log" / "calls.db")
    yield journal
    journal.stop("the test is over", 5)


@pytest.mark.parametrize("keep", [True, False])
def test_it_is_logged_only_where_the_user_says_so(
    analyzer: FrameAnalyzer, journal: Journal, tmp_path: Path, keep: bool
) -> None:
    caller = Caller(analyzer, journal)
    caller.begun()
    caller.ask(Action.ANSWER, answer=Answer.LOOKS_WRONG, keep=keep)
    journal.flush(5)
    caller.talk.ask(Close(id=next(_ids), session="call"))
    journal.flush(5)
    (session,) = as_a(SessionList, caller.talk.ask(ListSessions(id=next(_ids), logged=True))).items
    told = caller.talk.ask(Export(id=next(_ids), session=session.session, format=ExportFormat.JSON))
    events = json.loads(as_a(Exported, told).data)["events"]
    kept = [event["told"] for event in events if event["kind"] == "challenge"]
    assert len(kept) == keep
    if keep:
        assert kept[0]["answer"] == "looks_wrong"
        assert kept[0]["judgement"]["shares"][0] == {"source": "answer", "log_odds": 1.4}


def test_a_real_host_sees_the_face_through_the_process_that_looks(start: Start) -> None:
    host = start()
    begin(host)
    random = np.random.default_rng(0)
    for number in range(6):
        host.request(frames(10 + number, picture_of("ada", film(Scene(), ROOM, random))))
        if number == 0:
            request = ChallengeRequest(id=50, session="call", participant="ada", action=Action.START)
            assert as_a(ChallengeTold, host.request(request)).state is State.PREPARING
    status = ChallengeRequest(id=60, session="call", participant="ada", action=Action.STATUS)
    assert as_a(ChallengeTold, host.request(status)).state is State.RUNNING
