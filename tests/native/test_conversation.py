"""What the host answers, without its process: dispatcher, worker and the frame pipeline in threads."""

from __future__ import annotations

from functools import partial

import pytest
from msgspec import UNSET

import pictures
from native.logged import Logged
from native.recording import Conversation, GatedAnalyzer, items_until_labelled, opened
from native.talk import HELLO, as_a, frames, item_of, picture_of, retaken
from veritile.errors import InferenceError, ModelChecksumError
from veritile.frame import FrameAnalyzer, FrameResult
from veritile.native.messages import (
    Close,
    Configure,
    Error,
    Health,
    Hello,
    Info,
    ModelState,
    Peer,
    Ping,
    Pong,
    Verdicts,
)
from veritile.vocabulary import Label, Reason, Sensitivity

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
        first, *_, last = items_until_labelled(talk, partial(retaken, FACE))
        assert (first.label, first.reason) == (Label.INCONCLUSIVE, Reason.STARTING)
        assert last.reason is UNSET
        assert last.score is not None
        assert last.confidence > 0
        for item in (first, last):
            assert len(item.faces) == 1
            assert item.timing.decode_ms > 0
            assert item.timing.score_ms > 0

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
        """What is enough for an alarm with one budget of false alarms is too little with a stricter one."""
        talk = Logged(GatedAnalyzer(is_open=True, log_odds=2.2))
        opened(talk)
        assert as_a(Health, talk.ask(Configure(id=20, alarms_per_hour=10)))
        for _ in range(100):
            label = talk.show("ada").items[0].label
            if label is not Label.INCONCLUSIVE:
                break
        assert label is Label.LIKELY_FAKE
        conservative = Configure(id=22, session="call", sensitivity=Sensitivity.CONSERVATIVE)
        assert as_a(Health, talk.ask(conservative))
        undecided = talk.show("ada").items[0]
        assert (undecided.label, undecided.reason) == (Label.INCONCLUSIVE, Reason.STARTING)
        talk.end()


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
            def analyze_encoded(
                self, data: bytes, *, last: bytes | None = None, focus: object = None
            ) -> FrameResult:
                if data == b"bad":
                    raise ZeroDivisionError
                return super().analyze_encoded(data, last=last)

        talk = opened(Conversation(lambda: Faulty(is_open=True)))
        reply = as_a(Verdicts, talk.ask(frames(3, picture_of("a", b"bad"), picture_of("b", b"good"))))
        first, second = reply.items
        assert first.error is not UNSET
        assert first.error.code == 601
        assert second.error is UNSET

    def test_health_counts(self, talk: Conversation) -> None:
        talk.ask(frames(3, picture_of("a", FACE), picture_of("b", b""), picture_of("c", FACE, age_ms=3000)))
        talk.ask(Close(id=4, session="other"))
        health = as_a(Health, talk.ask(Configure(id=5, alarms_per_hour=0.5)))
        assert (health.processed, health.dropped, health.errors) == (1, 1, 2)
        assert (health.sessions, health.participants, health.queue) == (1, 3, 0)
        assert health.rss_bytes > 10_000_000
