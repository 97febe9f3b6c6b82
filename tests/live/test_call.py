"""A clip played as a call: when it is looked at, and what is said of it."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from veritile.errors import HostError
from veritile.frame import FrameAnalyzer
from veritile.live.call import Call, Scene, play
from veritile.live.figures import figures, mostly
from veritile.live.host import HELLO, PlayedHost
from veritile.live.reel import Clip, Line
from veritile.live.sources import find
from veritile.native.messages import Error, Item, Ping, Pong, Timing
from veritile.vocabulary import Label, Sensitivity

NO_TIME = Timing(queue_ms=0.0, decode_ms=0.0, detect_ms=0.0, score_ms=0.0)


@pytest.fixture(scope="module")
def pair(clips: Path) -> tuple[Clip, Clip]:
    """Real and fake."""
    fake, real = find([clips], 2.5).sources
    return Clip(real, Line()), Clip(fake, Line())


def played(analyzer: FrameAnalyzer, scene: Scene, seconds: float = 60.0, freeze: float = 0.0) -> Call:
    with PlayedHost(analyzer) as host:
        return play(host, scene, Sensitivity.BALANCED, seconds=seconds, freeze=freeze)


def without_time(call: Call) -> list[Item]:
    return [msgspec.structs.replace(shown.item, timing=NO_TIME) for shown in call.shown]


def test_real_person_is_looked_at_when_the_host_asks_for_it(
    analyzer: FrameAnalyzer, pair: tuple[Clip, Clip]
) -> None:
    call = played(analyzer, Scene("anna", pair[0], None))
    times = [shown.s for shown in call.shown]
    waits = [shown.item.next_sample_ms / 1000 for shown in call.shown]
    assert times[0] == 0.0
    assert [b - a for a, b in pairwise(times)] == pytest.approx(waits[:-1])
    assert times[-1] + waits[-1] >= call.seconds == 60.0
    assert waits[0] == 0.4
    assert waits[-1] == 5.0
    assert call.shown[0].item.label is Label.INCONCLUSIVE
    assert call.shown[-1].item.label is Label.LIKELY_REAL
    assert not any(shown.item.dropped for shown in call.shown)


def test_fake_from_the_start_is_found(analyzer: FrameAnalyzer, pair: tuple[Clip, Clip]) -> None:
    call = played(analyzer, Scene("anna", None, pair[1], 0.0))
    assert call.shown[-1].item.label is Label.LIKELY_FAKE
    (everybody, *groups) = figures([call])
    assert everybody.missed == 0
    assert everybody.detect_p50 is not None
    assert 1.0 < everybody.detect_p50 < 60.0
    assert {group.group for group in groups} == set(mostly(call)) == {"100-200", "frontal"}
    assert everybody.cpu_s_per_minute > 0.0


def test_swap_in_mid_call_is_found_after_it_begins(analyzer: FrameAnalyzer, pair: tuple[Clip, Clip]) -> None:
    call = played(analyzer, Scene("anna", *pair, 30.0), 120.0)
    before = [shown.item for shown in call.shown if shown.s < 30.0]
    assert before[-1].label is Label.LIKELY_REAL
    assert not any(item.label is Label.LIKELY_FAKE for item in before)
    assert call.shown[-1].item.label is Label.LIKELY_FAKE
    (everybody, *_) = figures([call])
    assert (everybody.real_minutes, everybody.false_alarms, everybody.missed) == (0.5, 0, 0)


def test_frozen_line_says_nothing_new(analyzer: FrameAnalyzer, pair: tuple[Clip, Clip]) -> None:
    calls = [played(analyzer, Scene("anna", pair[0], None), freeze=share) for share in (0.0, 0.8)]
    fresh, repeated = ([shown.item.quality > 0.0 for shown in call.shown] for call in calls)
    assert all(fresh)
    assert not all(repeated)
    assert calls[1].shown[-1].item.basis.frames == sum(repeated)


def test_the_same_call_says_the_same(analyzer: FrameAnalyzer, pair: tuple[Clip, Clip]) -> None:
    scene = Scene("anna", *pair, 20.0)
    first, second = (without_time(played(analyzer, scene, freeze=0.2)) for _ in range(2))
    assert first == second


def test_host_answers_in_no_time_of_the_call(analyzer: FrameAnalyzer, pair: tuple[Clip, Clip]) -> None:
    call = played(analyzer, Scene("anna", pair[0], None), 5.0)
    assert {shown.item.timing.queue_ms for shown in call.shown} == {0.0}
    assert min(shown.item.timing.detect_ms for shown in call.shown) > 0.0  # the work is real


def test_host_speaks_the_protocol(analyzer: FrameAnalyzer) -> None:
    heard = []
    with PlayedHost(analyzer, heard=lambda ms, question, reply: heard.append((ms, question, reply))) as host:
        assert isinstance(host.ask(0, Ping(id=5)), Error)  # no hello yet
        host.ask(3, HELLO)
        assert isinstance(host.ask(7, Ping(id=5)), Pong)
    assert [(ms, type(question)) for ms, question, _ in heard] == [(0, Ping), (3, type(HELLO)), (7, Ping)]


def test_refusal_is_told(analyzer: FrameAnalyzer, pair: tuple[Clip, Clip]) -> None:
    nameless = Scene("", pair[0], None)
    with PlayedHost(analyzer) as host, pytest.raises(HostError, match="refused"):
        play(host, nameless, Sensitivity.BALANCED, seconds=1.0, freeze=0.0)


@pytest.mark.parametrize(
    ("real", "fake", "swap_s"), [(True, True, 0.0), (False, True, 3.0), (True, False, 3.0)]
)
def test_scene_needs_a_clip_for_every_time(
    pair: tuple[Clip, Clip], real: bool, fake: bool, swap_s: float
) -> None:
    with pytest.raises(ValueError, match="together"):
        Scene("anna", pair[0] if real else None, pair[1] if fake else None, swap_s)
