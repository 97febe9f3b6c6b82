"""The process that looks at pictures: it may hang or end at any time, and the host lives on."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

import pictures
from native.conftest import Start
from native.talk import as_a, begin, frames, item_of, picture_of, retaken
from veritile.errors import CorruptImageError, InternalError, LookingGivenUpError, LookLostError
from veritile.frame import Face, FaceResult, FrameResult, Timing
from veritile.native.client import HostClient
from veritile.native.framing import encode_frame
from veritile.native.inference import wire
from veritile.native.inference.child import COMMAND
from veritile.native.inference.watched import Losses, WatchedAnalyzer
from veritile.native.limits import LOSSES, LOSSES_S
from veritile.native.messages import Error, Info, ModelState, Ping, Pong, Verdicts
from veritile.vocabulary import Reason

FACE = pictures.jpeg(pictures.person(320, 180, face_px=80))
LOOKERS = Path(__file__).with_name("odd_lookers.py")
SHORT_S = 1.0


@pytest.fixture
def watched(request: pytest.FixtureRequest) -> Iterator[WatchedAnalyzer]:
    analyzer = WatchedAnalyzer((sys.executable, str(LOOKERS), request.param), look_s=SHORT_S)
    yield analyzer
    analyzer.kill()


def odd(start: Start, kind: str) -> HostClient:
    """A host whose pictures are looked at by an odd process."""
    command = (sys.executable, str(LOOKERS), kind)
    return start(sys.executable, "-c", f"from veritile.native.host import run; run(looker={command})")


def looker(host: HostClient) -> psutil.Process:
    (child,) = psutil.Process(host.process.pid).children()
    return child


class TestAnalyzer:
    @pytest.mark.parametrize("watched", ["moody"], indirect=True)
    @pytest.mark.parametrize("picture", [b"hang", b"end", b"babble"])
    def test_a_loss_costs_its_picture_and_no_other(self, watched: WatchedAnalyzer, picture: bytes) -> None:
        watched.load()
        first = watched.pid
        with pytest.raises(LookLostError):
            watched.analyze_encoded(picture)
        assert watched.analyze_encoded(b"next").thumbnail == b"next"
        assert watched.pid != first

    @pytest.mark.parametrize("watched", ["moody"], indirect=True)
    def test_what_is_printed_and_what_fails_costs_no_process(self, watched: WatchedAnalyzer) -> None:
        watched.load()
        first = watched.pid
        assert watched.analyze_encoded(b"print").thumbnail == b"print"
        with pytest.raises(InternalError, match="a bug of the pipeline"):
            watched.analyze_encoded(b"fault")
        assert watched.pid == first

    @pytest.mark.parametrize("watched", ["moody"], indirect=True)
    def test_a_picture_larger_than_a_pipe_does_not_hang_its_sender(self, watched: WatchedAnalyzer) -> None:
        """A stopped process reads nothing."""
        watched.load()
        assert watched.pid is not None
        os.kill(watched.pid, signal.SIGSTOP)
        with pytest.raises(LookLostError):
            watched.analyze_encoded(bytes(4 << 20))

    @pytest.mark.parametrize("watched", ["device"], indirect=True)
    def test_a_device_that_fails_loses_no_picture(self, watched: WatchedAnalyzer) -> None:
        assert watched.load().model.provider == "DeviceProvider"
        assert watched.analyze_encoded(b"x").thumbnail == b"x"
        assert watched.model.provider == "CPUExecutionProvider"

    @pytest.mark.parametrize("watched", ["stillborn"], indirect=True)
    def test_one_that_never_lives_is_given_up(self, watched: WatchedAnalyzer) -> None:
        with pytest.raises(LookingGivenUpError):
            watched.load()

    def test_the_real_one_judges_as_the_pipeline_does(self, tiny_model: Path) -> None:
        from veritile.frame import FrameAnalyzer

        analyzer = WatchedAnalyzer((*COMMAND, "--model", str(tiny_model)))
        try:
            seen = analyzer.load().analyze_encoded(FACE)
            here = FrameAnalyzer.load(tiny_model).analyze_encoded(FACE)
            assert seen.timing.cpu_ms > 0
            assert (seen.looks, seen.faces, seen.thumbnail) == (here.looks, here.faces, here.thumbnail)
            assert analyzer.analyze_encoded(FACE, last=seen.thumbnail).unchanged
            with pytest.raises(CorruptImageError):
                analyzer.analyze_encoded(FACE[:-200])
        finally:
            analyzer.kill()


class TestHost:
    @pytest.mark.skipif(sys.platform == "win32", reason="Windows cannot stop a process")
    def test_a_hung_process_is_replaced_while_the_host_answers(self, start: Start) -> None:
        host = start()
        begin(host)
        assert item_of(host.request(frames(10, picture_of("ada", FACE)))).basis.frames == 1
        hung = looker(host)
        hung.suspend()
        host.send(frames(11, picture_of("ada", retaken(FACE, 1))))
        assert as_a(Pong, host.request(Ping(id=12)))
        lost = item_of(host.wait_for(lambda m: m.re == 11, 20))
        assert lost.error
        assert lost.error.code == LookLostError.code
        assert lost.basis.frames == 1, "what is known of somebody does not hang on the process"
        after = item_of(host.request(frames(13, picture_of("ada", retaken(FACE, 2))), 20))
        assert not after.error
        assert (after.dropped, after.basis.frames) == (False, 2)
        assert not hung.is_running()

    def test_a_process_that_keeps_ending_is_given_up_and_told(self, start: Start) -> None:
        host = odd(start, "moody")
        begin(host)
        for request in range(10, 10 + LOSSES):
            error = item_of(host.request(frames(request, picture_of("ada", b"end")), 20)).error
            assert error
            assert error.code == LookLostError.code
        given_up = as_a(Error, host.request(frames(30, picture_of("ada", b"end")), 20))
        assert given_up.code == LookingGivenUpError.code
        told = host.wait_for(lambda m: isinstance(m, Info) and m.state is ModelState.FAILED)
        assert as_a(Info, told).provider is None
        assert as_a(Error, host.request(frames(31, picture_of("ada", b"x")))).code == LookingGivenUpError.code
        assert as_a(Pong, host.request(Ping(id=32)))

    @pytest.mark.parametrize("kind", ["device", "switching"])
    def test_a_change_of_device_is_told(self, start: Start, kind: str) -> None:
        host = odd(start, kind)
        assert begin(host).provider == "DeviceProvider"
        for request in (10, 11):
            item = item_of(host.request(frames(request, picture_of("ada", b"%d" % request)), 20))
            assert not item.error
        assert host.wait_for(lambda m: isinstance(m, Info) and m.provider == "CPUExecutionProvider")

    @pytest.mark.parametrize("hung", [False, True])
    def test_nothing_is_left_of_a_host_that_has_ended(self, start: Start, hung: bool) -> None:
        host = odd(start, "sound")
        begin(host)
        child = looker(host)
        if hung:
            child.suspend()
        assert host.close() == 0
        assert gone(child)

    def test_nothing_is_left_of_a_host_that_was_killed(self, start: Start) -> None:
        host = odd(start, "moody")
        begin(host)
        child = looker(host)
        host.send(frames(10, picture_of("ada", b"hang")))
        host.request(Ping(id=11))
        host.process.kill()
        assert gone(child)

    def test_a_large_batch_is_looked_at_whole(self, start: Start) -> None:
        host = odd(start, "sound")
        begin(host)
        reply = as_a(Verdicts, host.request(frames(3, *(picture_of(f"p{n}", b"%d" % n) for n in range(49)))))
        assert [item.participant for item in reply.items] == [f"p{n}" for n in range(49)]
        assert not any(item.dropped or item.error for item in reply.items)


def gone(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        process.wait(10)
    return not process.is_running()


def test_losses_are_forgotten_with_time() -> None:
    now = 0.0
    losses = Losses(lambda: now)
    assert all(losses.one_more() for _ in range(LOSSES))
    assert not losses.one_more()
    now = LOSSES_S + 1
    assert losses.one_more()


numbers = st.floats(-1e6, 1e6)
boxes = st.tuples(numbers, numbers, numbers, numbers)
faces = st.builds(Face, boxes, st.lists(st.tuples(numbers, numbers), max_size=5).map(tuple), numbers)
looks = st.builds(
    FaceResult,
    faces,
    st.none() | numbers,
    numbers,
    st.none() | st.sampled_from(Reason),
    numbers,
    st.lists(numbers, max_size=36).map(tuple),
)
timings = st.builds(Timing, numbers, numbers, numbers, numbers)
results = st.builds(
    FrameResult,
    st.lists(looks, max_size=8).map(tuple),
    st.lists(faces, max_size=16).map(tuple),
    st.integers(1, 4096),
    st.integers(1, 4096),
    timings,
    st.binary(max_size=1164),
    st.booleans(),
)


@given(results)
def test_what_a_picture_shows_arrives_as_it_was(result: FrameResult) -> None:
    sent = wire.frame(wire.Seen(7, result))
    assert sent == encode_frame(sent[4:], len(sent))
    assert wire.read_answer(sent[4:]) == wire.Seen(7, result)
