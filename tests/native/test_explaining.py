"""A verdict says what it rests on and what would help, and follows what the user grants."""

from __future__ import annotations

import itertools
import json
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import UNSET

import pictures
from native.recording import Conversation, GatedAnalyzer, opened
from native.talk import HELLO, as_a, frames, item_of, picture_of
from tiny_model import write_tiny_model
from veritile.decision import Policy, Pose, Size
from veritile.frame import FrameAnalyzer, FrameResult
from veritile.native.clock import Clock
from veritile.native.messages import (
    Configure,
    Export,
    Exported,
    ExportFormat,
    Health,
    Info,
    Item,
    ModelState,
    Verdicts,
)
from veritile.native.status import MODEL_VARIABLE
from veritile.vocabulary import Advice, Label, Reason, Sensitivity


class Telling(GatedAnalyzer):
    """Finds log-odds and yaw (degrees) in the picture's own words: `-2.2 40`."""

    def __init__(self) -> None:
        super().__init__(is_open=True)

    def analyze_encoded(self, data: bytes, *, last: bytes | None = None, focus: object = None) -> FrameResult:
        result = super().analyze_encoded(data, last=last)
        if result.unchanged:
            return result
        log_odds, yaw = map(float, data.split())
        (look,) = result.looks
        return replace(result, looks=(replace(look, log_odds=log_odds, yaw=yaw),))


def watched(talk: Conversation, *looks: bytes) -> tuple[Item, list[float]]:
    """The item of the last of these pictures, taken 0.4 s apart, and when each was taken, epoch ms."""
    taken = []
    for n, look in enumerate(looks):
        picture = picture_of("ada", look, age_ms=400 * (len(looks) - 1 - n))
        taken.append(float(picture.captured_at))
        item = item_of(talk.ask(frames(10 + n, picture)))
    return item, taken


class TestBasis:
    def test_tells_the_looks_by_kind_and_when_the_worst_was_taken(self) -> None:
        talk = opened(Conversation(Telling))
        item, taken = watched(talk, b"-2.2 0", b"1.5 0", b"-2.1 40", b"-2 0")
        assert (item.basis.frames, item.people) == (4, 1)
        assert item.basis.seconds == pytest.approx(1.2, abs=0.1)
        assert item.box == (270.0, 90.0, 116.0, 144.0)
        assert [(part.pose, part.size, part.frames) for part in item.basis.parts] == [
            (Pose.TURNED, Size.MEDIUM, 1),
            (Pose.FRONTAL, Size.MEDIUM, 3),
        ]
        assert item.basis.strongest is not UNSET
        assert item.basis.strongest.captured_at == pytest.approx(taken[1], abs=20)
        assert item.basis.strongest.score == pytest.approx(0.8176, abs=1e-4)

    def test_outlives_a_picture_that_cannot_be_judged(self) -> None:
        talk = opened(Conversation(Telling))
        before, _ = watched(talk, b"-2.2 0", b"1.5 0")
        broken = item_of(talk.ask(frames(90, picture_of("ada", b"no number"))))
        assert broken.error is not UNSET
        stale = item_of(talk.ask(frames(91, picture_of("ada", b"-2 0", age_ms=5000))))
        assert stale.dropped
        for item in (broken, stale):
            assert (item.basis.frames, item.evidence, item.box) == (2, before.evidence, before.box)

    def test_is_in_the_document_too(self) -> None:
        talk = opened(Conversation(Telling))
        item, taken = watched(talk, b"1.5 0", b"-2.2 0")
        reply = as_a(Exported, talk.ask(Export(id=90, session="call", format=ExportFormat.JSON)))
        document = json.loads(reply.data)
        (ada,) = document["participants"]
        assert ada["basis"]["strongest"]["captured_at"] == pytest.approx(taken[0], abs=20)
        assert (ada["basis"]["frames"], ada["evidence"]) == (2, item.evidence)
        assert document["alarm"] == pytest.approx(Policy().alarm, abs=0.01)

    def test_evidence_grows_to_the_alarm_that_the_budget_asks_for(self) -> None:
        now = 1.8e9
        talk = opened(Conversation(Telling, Clock(monotonic=lambda: now, epoch=lambda: now)))
        talk.ask(Configure(id=5, session="call", sensitivity=Sensitivity.SENSITIVE))
        evidence = [0.0]
        for n, log_odds in enumerate([b"-2", b"-2", b"-2", *[b"2"] * 10]):
            now += 10.0
            picture = picture_of("ada", log_odds + b" %d" % (n % 2), captured_at=now * 1000)
            reply = as_a(Verdicts, talk.ask(frames(10 + n, picture)))
            evidence.append(reply.items[0].evidence)
            is_alarm = reply.items[0].label is Label.LIKELY_FAKE
            assert is_alarm == (evidence[-1] >= reply.alarm)
        assert evidence[:4] == [0.0] * 4
        assert evidence[4:] == pytest.approx([2.0 * n for n in range(1, 11)], abs=0.01)
        assert reply.alarm == pytest.approx(Policy.for_sensitivity("sensitive").alarm, abs=0.01)


def test_a_small_face_is_told_how_to_be_judged(talk: Conversation) -> None:
    far_away = pictures.jpeg(pictures.person(face_px=28))
    item = item_of(talk.ask(frames(10, picture_of("ada", far_away))))
    assert (item.label, item.reason, item.advice) == (
        Label.INCONCLUSIVE,
        Reason.FACE_TOO_SMALL,
        Advice.PIN,
    )
    assert (item.basis.frames, item.basis.strongest, item.people) == (0, UNSET, 1)


class TestMachine:
    def next_sample_ms(self, *settings: Configure, work_s: float = 0.0) -> int:
        """How soon a newcomer is looked at again, when a look takes so much CPU time."""
        spent = itertools.count()
        talk = opened(Conversation(Telling, Clock(work=lambda: next(spent) * work_s)))
        for setting in settings:
            assert as_a(Health, talk.ask(setting))
        return watched(talk, b"-2.2 0")[0].next_sample_ms

    def test_a_battery_is_saved_by_half_and_only_while_it_is_asked_for(self) -> None:
        saver, off = Configure(id=5, battery_saver=True), Configure(id=6, battery_saver=False)
        usual = self.next_sample_ms()
        assert self.next_sample_ms(saver) == 2 * usual
        assert self.next_sample_ms(saver, off) == usual

    def test_a_smaller_share_of_the_machine_is_a_longer_wait(self) -> None:
        small, large = Configure(id=5, cpu_share=0.005), Configure(id=5, cpu_share=0.5)
        waits = [self.next_sample_ms(setting, work_s=0.05) for setting in (large, small)]
        assert waits[0] < waits[1] <= 30_000

    def test_a_share_leaves_the_budget_of_alarms_as_it_is(self) -> None:
        talk = opened(Conversation(Telling))
        talk.ask(Configure(id=5, alarms_per_hour=2.5))
        talk.ask(Configure(id=6, cpu_share=0.1))
        reply = as_a(Verdicts, talk.ask(frames(7, picture_of("ada", b"-2 0"))))
        assert reply.alarm == pytest.approx(Policy(2.5).alarm, abs=0.01)


@pytest.mark.parametrize("people", [0, 399])
def test_the_model_tells_the_strictest_budget_that_it_supports(
    people: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """1 / (people + 1) of all people, in calls of an hour, with the comparison's margin of 0.75."""
    model = write_tiny_model(tmp_path)
    analyzer = FrameAnalyzer.load(model)
    if people:
        known = {"sha256": analyzer.model.sha256, "tau_s": 1.0, "people": {">=200": [-1.0] * people}}
        model.with_suffix(".people.json").write_text(json.dumps(known))
    monkeypatch.setenv(MODEL_VARIABLE, str(model))
    talk = Conversation(lambda: analyzer)
    assert as_a(Info, talk.ask(HELLO)).least_alarms_per_hour is None
    ready = talk.wait(
        lambda: next((m for m in talk.sent if isinstance(m, Info) and m.state is ModelState.READY), None)
    )
    assert ready.least_alarms_per_hour == (pytest.approx(1 / (400 * 0.75), abs=1e-5) if people else None)
