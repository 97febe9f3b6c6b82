"""Sessions over the protocol: opened, listed, exported, closed, and how many there may be."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest
from msgspec import UNSET

import pictures
from native.recording import Conversation, GatedAnalyzer, opened
from native.talk import as_a, frames, item_of, picture_of
from veritile.frame import FrameResult
from veritile.native.codec import encode
from veritile.native.limits import CHANGES_KEPT, PARTICIPANTS, REPLY_BYTES, SESSIONS
from veritile.native.messages import (
    Close,
    Configure,
    Error,
    Export,
    Exported,
    ExportFormat,
    Health,
    ListSessions,
    Open,
    SessionList,
    Verdicts,
)
from veritile.vocabulary import Label

FACE = pictures.jpeg(pictures.person())
EMPTY = pictures.jpeg(pictures.empty())


class AllKinds(GatedAnalyzer):
    """Shows faces of each pose and size in turn."""

    def analyze_encoded(self, data: bytes, *, last: bytes | None = None, focus: object = None) -> FrameResult:
        result = super().analyze_encoded(data, last=last)
        if result.unchanged:
            return result
        (look,) = result.looks
        n = int(data)
        face = replace(look.face, box=(10.0, 10.0, 90.0 + n % 3 * 60, 90.0 + n % 3 * 60))
        return replace(result, looks=(replace(look, face=face, yaw=40.0 * (n // 3 % 2)),))


class TestSessions:
    def test_frames_need_an_open_session(self, talk: Conversation) -> None:
        assert as_a(Error, talk.ask(frames(3, picture_of("ada", FACE), session="other"))).code == 301

    def test_frames_that_wait_when_their_session_closes_are_answered(self) -> None:
        gated = GatedAnalyzer()
        talk = opened(Conversation(lambda: gated))
        talk.say(frames(10, picture_of("ada", b"a")))
        assert gated.busy.wait(10)
        talk.say(frames(11, picture_of("ada", b"b")))
        assert as_a(Health, talk.ask(Close(id=12, session="call"))).sessions == 0
        gated.gate.set()
        assert as_a(Error, talk.reply_to(11)).code == 301

    @pytest.mark.parametrize(
        "message",
        [
            Close(id=3, session="other"),
            Configure(id=3, session="other", alarms_per_hour=0.5),
            Export(id=3, session="other", format=ExportFormat.JSON),
        ],
    )
    def test_what_is_not_open_cannot_be_used(self, talk: Conversation, message: Close) -> None:
        assert as_a(Error, talk.ask(message)).code == 301

    def test_opening_again_keeps_what_is_known(self, talk: Conversation) -> None:
        talk.ask(frames(3, picture_of("ada", EMPTY)))
        health = as_a(Health, talk.ask(Open(id=4, session="call", platform="zoom")))
        assert (health.sessions, health.participants) == (1, 1)

    def test_as_many_as_the_limit(self, talk: Conversation) -> None:
        for n in range(SESSIONS - 1):
            assert as_a(Health, talk.ask(Open(id=10 + n, session=f"s{n}", platform="meet")))
        assert as_a(Error, talk.ask(Open(id=90, session="one more", platform="meet"))).code == 302
        talk.ask(Close(id=91, session="s0"))
        assert as_a(Health, talk.ask(Open(id=92, session="one more", platform="meet")))

    def test_list_tells_who_is_there(self, talk: Conversation) -> None:
        talk.ask(frames(3, picture_of("ada", EMPTY, name="Ada"), picture_of("bob", EMPTY)))
        (session,) = as_a(SessionList, talk.ask(ListSessions(id=4))).items
        assert (session.session, session.platform) == ("call", "meet")
        assert abs(session.opened_at - time.time() * 1000) < 60_000
        told = [(p.participant, p.name, p.label, p.score) for p in session.participants]
        assert told == [
            ("ada", "Ada", Label.INCONCLUSIVE, None),
            ("bob", UNSET, Label.INCONCLUSIVE, None),
        ]

    def test_too_many_participants_fail_alone(self) -> None:
        talk = opened(Conversation(lambda: GatedAnalyzer(is_open=True)))
        people = [f"p{n}" for n in range(PARTICIPANTS + 1)]
        for start in range(0, len(people), 50):
            batch = [picture_of(person, b"x") for person in people[start : start + 50]]
            items = as_a(Verdicts, talk.ask(frames(10 + start, *batch))).items
        assert items[-1].error is not UNSET
        assert items[-1].error.code == 303
        assert not item_of(talk.ask(frames(900, picture_of("p0", b"y")))).dropped


class TestExport:
    def test_tells_what_was_shown_and_when_it_changed(self, talk: Conversation) -> None:
        picture = picture_of("ada", EMPTY, name="Ada")
        talk.ask(frames(3, picture))
        reply = as_a(Exported, talk.ask(Export(id=4, session="call", format=ExportFormat.JSON)))
        document = json.loads(reply.data)
        assert document["session"] == "call"
        assert document["model"]["name"] == "tiny"
        (ada,) = document["participants"]
        assert (ada["participant"], ada["name"], ada["basis"]["frames"]) == ("ada", "Ada", 0)
        assert ada["changes"] == [
            {
                "at": picture.captured_at,
                "label": "inconclusive",
                "reason": "no_face",
                "score": None,
                "confidence": 0.0,
                "evidence": 0.0,
            }
        ]

    def test_fullest_session_fits_into_a_reply(self) -> None:
        """The longest ids, names and bases as JSON, and more changes of label or reason than are kept."""
        talk = opened(Conversation(lambda: AllKinds(is_open=True, log_odds=0.0)))
        ids = ["\x01" * 125 + f"{n:03}" for n in range(PARTICIPANTS)]
        for n in range(CHANGES_KEPT + 5):
            for part in (0, 1):
                # Each picture is sent twice: new, then frozen.
                batch = [picture_of(person, b"%d" % (n // 2), name="\x01" * 256) for person in ids[part::2]]
                talk.ask(frames(2000 + 2 * n + part, *batch))
        reply = as_a(Exported, talk.ask(Export(id=9, session="call", format=ExportFormat.JSON)))
        people = json.loads(reply.data)["participants"]
        assert [len(p["changes"]) for p in people] == [CHANGES_KEPT] * PARTICIPANTS
        assert [len(p["basis"]["parts"]) for p in people] == [6] * PARTICIPANTS
        assert 500_000 < len(encode(reply)) < REPLY_BYTES
