"""What the host answers, without its process: dispatcher, worker and the frame pipeline in threads."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from msgspec import UNSET

import pictures
from native.recording import Conversation, GatedAnalyzer
from native.talk import HELLO, OPEN, as_a, frames, picture_of
from veritile.errors import InferenceError, ModelChecksumError
from veritile.frame import FrameAnalyzer
from veritile.native.codec import encode
from veritile.native.limits import BATCHES_WAITING, CHANGES_KEPT, PARTICIPANTS, REPLY_BYTES, SESSIONS
from veritile.native.messages import (
    Close,
    Configure,
    Error,
    Export,
    Exported,
    ExportFormat,
    Health,
    Hello,
    HostMessage,
    Info,
    Item,
    ListSessions,
    ModelState,
    Open,
    Peer,
    Ping,
    Pong,
    SessionList,
    Verdicts,
)
from veritile.vocabulary import Label, Reason, Sensitivity


@pytest.fixture(scope="module")
def analyzer(tiny_model: Path) -> FrameAnalyzer:
    return FrameAnalyzer.load(tiny_model)


@pytest.fixture
def talk(analyzer: FrameAnalyzer) -> Conversation:
    """Opened, with a session."""
    return opened(Conversation(lambda: analyzer))


def opened(talk: Conversation) -> Conversation:
    talk.ask(HELLO)
    talk.ask(OPEN)
    return talk


def item_of(reply: HostMessage) -> Item:
    (item,) = as_a(Verdicts, reply).items
    return item


FACE = pictures.jpeg(pictures.person())
EMPTY = pictures.jpeg(pictures.empty())


class TestHello:
    def test_answers_while_the_model_is_loading_and_tells_when_it_is_ready(
        self, analyzer: FrameAnalyzer
    ) -> None:
        gate = GatedAnalyzer()

        def load() -> FrameAnalyzer:
            assert gate.gate.wait(10)
            return analyzer

        talk = Conversation(load)
        info = as_a(Info, talk.ask(HELLO))
        assert (info.state, info.provider, info.protocols) == (ModelState.LOADING, None, (1,))
        gate.gate.set()
        pushed = as_a(Info, talk.wait(lambda: next((m for m in talk.sent if m.re is UNSET), None)))
        assert (pushed.state, pushed.provider) == (ModelState.READY, "CPUExecutionProvider")
        assert pushed.model.name == "tiny"
        assert pushed.model.sha256 == analyzer.model.sha256
        assert pushed.versions.onnxruntime is not UNSET

    def test_is_required_first(self, analyzer: FrameAnalyzer) -> None:
        talk = Conversation(lambda: analyzer)
        assert as_a(Error, talk.ask(Ping(id=9))).code == 204
        talk.ask(HELLO)
        assert as_a(Pong, talk.ask(Ping(id=10)))

    def test_without_a_common_version_opens_nothing(self, analyzer: FrameAnalyzer) -> None:
        talk = Conversation(lambda: analyzer)
        of_tomorrow = Hello(id=3, protocols=(2, 3), client=Peer(name="test", version="9"))
        assert as_a(Error, talk.ask(of_tomorrow)).code == 203
        assert as_a(Error, talk.ask(Ping(id=4))).code == 204

    def test_may_be_repeated(self, talk: Conversation) -> None:
        talk.wait(lambda: any(m.re is UNSET for m in talk.sent))
        again = Hello(id=50, protocols=(1, 2), client=Peer(name="test", version="1"))
        assert as_a(Info, talk.ask(again)).state is ModelState.READY


class TestVerdicts:
    def test_a_face_earns_a_label_after_some_frames(self, talk: Conversation) -> None:
        now = time.time() * 1000
        labels = []
        for n in range(5):
            picture = picture_of("ada", FACE, captured_at=now - 1900 + n * 450)
            item = item_of(talk.ask(frames(10 + n, picture)))
            assert not item.dropped
            assert len(item.faces) == 1
            assert item.timing.decode_ms > 0
            assert item.timing.score_ms > 0
            labels.append(item.label)
        assert labels[0] is Label.INCONCLUSIVE
        assert labels[-1] is not Label.INCONCLUSIVE
        assert item.score is not None
        assert item.confidence > 0

    def test_box_is_in_pixels_of_the_picture(self, talk: Conversation) -> None:
        x, y, width, height = item_of(talk.ask(frames(3, picture_of("ada", FACE)))).faces[0].box
        assert 200 < x < 320 < x + width < 440
        assert 60 < y < 162 < y + height < 300

    def test_no_face_says_why(self, talk: Conversation) -> None:
        item = item_of(talk.ask(frames(3, picture_of("ada", EMPTY))))
        assert (item.label, item.reason, item.score) == (Label.INCONCLUSIVE, Reason.NO_FACE, None)

    def test_one_item_per_frame_in_order_and_a_bad_one_fails_alone(self, talk: Conversation) -> None:
        batch = frames(
            3,
            picture_of("a", FACE),
            picture_of("b", FACE[:-100]),
            picture_of("c", b""),
            picture_of("d", b"GIF89a"),
            picture_of("e", EMPTY),
        )
        reply = as_a(Verdicts, talk.ask(batch))
        assert [item.participant for item in reply.items] == list("abcde")
        assert [item.captured_at for item in reply.items] == [f.captured_at for f in batch.frames]
        codes = [None if item.error is UNSET else item.error.code for item in reply.items]
        assert codes == [None, 402, 401, 401, None]
        bad = reply.items[1]
        assert (bad.label, bad.reason, bad.dropped) == (Label.INCONCLUSIVE, Reason.STARTING, False)

    def test_batch_of_nothing_is_answered(self, talk: Conversation) -> None:
        assert as_a(Verdicts, talk.ask(frames(3))).items == ()

    def test_sensitivity_moves_the_label(self) -> None:
        talk = opened(Conversation(lambda: GatedAnalyzer(is_open=True)))
        now = time.time() * 1000

        def label(request: int, at: float) -> Label:
            return item_of(talk.ask(frames(request, picture_of("ada", b"x", captured_at=at)))).label

        for n in range(4):
            last = label(10 + n, now - 1900 + n * 450)
        assert last is Label.LIKELY_REAL
        assert as_a(Health, talk.ask(Configure(id=20, threshold=0.05)))
        assert label(21, now - 50) is Label.LIKELY_FAKE
        conservative = Configure(id=22, session="call", sensitivity=Sensitivity.CONSERVATIVE)
        assert as_a(Health, talk.ask(conservative))
        assert label(23, now) is Label.LIKELY_REAL


class TestStaleness:
    def test_newest_frame_wins_under_overload(self) -> None:
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

    def test_newest_frame_wins_inside_one_batch(self) -> None:
        gated = GatedAnalyzer(is_open=True)
        talk = opened(Conversation(lambda: gated))
        old, new = picture_of("ada", b"old", age_ms=200), picture_of("ada", b"new", age_ms=100)
        reply = as_a(Verdicts, talk.ask(frames(3, new, old)))
        assert [item.dropped for item in reply.items] == [False, True]
        assert gated.looked_at == [b"new"]

    def test_others_are_not_dropped_for_it(self) -> None:
        gated = GatedAnalyzer()
        talk = opened(Conversation(lambda: gated))
        talk.say(frames(10, picture_of("ada", b"a")))
        assert gated.busy.wait(10)
        talk.say(frames(11, picture_of("bob", b"b")))
        talk.say(frames(12, picture_of("eve", b"e")))
        gated.gate.set()
        assert [item_of(talk.reply_to(n)).dropped for n in (10, 11, 12)] == [False] * 3

    def test_frame_that_has_waited_too_long_is_not_looked_at(self) -> None:
        gated = GatedAnalyzer(is_open=True)
        talk = opened(Conversation(lambda: gated))
        assert item_of(talk.ask(frames(3, picture_of("ada", b"x", age_ms=2001)))).dropped
        assert not item_of(talk.ask(frames(4, picture_of("bob", b"y", age_ms=1000)))).dropped
        assert gated.looked_at == [b"y"]

    @pytest.mark.parametrize("age_ms", [-5000, -3.6e6, 3.6e6, 1e12])
    def test_clock_that_makes_no_sense_does_not_stop_the_judging(self, age_ms: float) -> None:
        gated = GatedAnalyzer(is_open=True)
        talk = opened(Conversation(lambda: gated))
        for request in range(10, 13):
            assert not item_of(talk.ask(frames(request, picture_of("ada", b"x", age_ms=age_ms)))).dropped

    def test_oldest_batch_gives_way_and_is_answered(self) -> None:
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
        assert as_a(Health, talk.ask(Configure(id=90, threshold=0.5))).queue == BATCHES_WAITING
        gated.gate.set()
        talk.finish()
        assert gated.looked_at == [b"at work", b"p2", b"p3", b"p4", b"p5"]


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
            Configure(id=3, session="other", threshold=0.5),
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
        assert (ada["participant"], ada["name"], ada["frames"]) == ("ada", "Ada", 0)
        assert ada["changes"] == [
            {
                "at": picture.captured_at,
                "label": "inconclusive",
                "reason": "no_face",
                "score": None,
                "confidence": 0.0,
            }
        ]

    def test_fullest_session_fits_into_a_reply(self) -> None:
        """The ids and names that are longest as JSON, and more changes of label than are kept."""
        talk = opened(Conversation(lambda: GatedAnalyzer(is_open=True)))
        people = ["\x01" * 125 + f"{n:03}" for n in range(PARTICIPANTS)]
        ages_ms = [1000, 100, 50]  # evidence over long enough a time for labels
        for n in range(CHANGES_KEPT + 5):
            talk.ask(Configure(id=1000 + n, threshold=0.05 if n % 2 else 0.95))
            for part in (0, 1):
                batch = [
                    picture_of(person, b"x", age_ms=ages_ms[n] if n < 3 else 0, name="\x01" * 256)
                    for person in people[part::2]
                ]
                talk.ask(frames(2000 + 2 * n + part, *batch))
        reply = as_a(Exported, talk.ask(Export(id=9, session="call", format=ExportFormat.JSON)))
        changes = [len(p["changes"]) for p in json.loads(reply.data)["participants"]]
        assert changes == [CHANGES_KEPT] * PARTICIPANTS
        assert 500_000 < len(encode(reply)) < REPLY_BYTES


class TestFailure:
    @pytest.mark.parametrize(
        ("failure", "code"),
        [
            (ModelChecksumError("The file is another: install again."), 502),
            (InferenceError("It cannot run: install again."), 504),
            (RuntimeError("a bug"), 601),
            (MemoryError(), 601),
        ],
    )
    def test_model_that_cannot_be_loaded_is_told_to_every_request(
        self, failure: Exception, code: int
    ) -> None:
        def load() -> FrameAnalyzer:
            raise failure

        talk = opened(Conversation(load))
        talk.wait(lambda: sum(m.re is UNSET for m in talk.sent) == 2)
        error, info = (m for m in talk.sent if m.re is UNSET)
        assert as_a(Error, error).code == code
        assert as_a(Info, info).state is ModelState.FAILED
        for request in (10, 11):
            assert as_a(Error, talk.ask(frames(request, picture_of("ada", FACE)))).code == code
        assert as_a(Pong, talk.ask(Ping(id=12)))

    def test_bug_in_judging_a_frame_fails_that_frame(self) -> None:
        class Faulty(GatedAnalyzer):
            def analyze_encoded(self, data: bytes):  # type: ignore[no-untyped-def]
                if data == b"bad":
                    raise ZeroDivisionError
                return super().analyze_encoded(data)

        talk = opened(Conversation(lambda: Faulty(is_open=True)))
        reply = as_a(Verdicts, talk.ask(frames(3, picture_of("a", b"bad"), picture_of("b", b"good"))))
        first, second = reply.items
        assert first.error is not UNSET
        assert first.error.code == 601
        assert second.error is UNSET

    def test_health_counts(self, talk: Conversation) -> None:
        talk.ask(frames(3, picture_of("a", FACE), picture_of("b", b""), picture_of("c", FACE, age_ms=3000)))
        talk.ask(Close(id=4, session="other"))
        health = as_a(Health, talk.ask(Configure(id=5, threshold=0.5)))
        assert (health.processed, health.dropped, health.errors) == (1, 1, 2)
        assert (health.sessions, health.participants, health.queue) == (1, 3, 0)
        assert health.rss_bytes > 10_000_000
