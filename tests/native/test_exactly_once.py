"""Whatever is asked in whatever order, each request is answered once, each frame of it by one item."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from native.recording import Conversation, GatedAnalyzer
from native.talk import HELLO, frames, picture_of
from veritile.native.limits import BATCHES_WAITING
from veritile.native.messages import (
    ClientMessage,
    Close,
    Configure,
    Error,
    Frames,
    ListSessions,
    Open,
    Ping,
    Verdicts,
)

sessions = st.sampled_from(["a", "b"])
pictures = st.lists(
    st.tuples(st.sampled_from("pqr"), st.sampled_from([0, 100, 2500, -1000]), st.sampled_from([b"x", b"y"])),
    max_size=4,
)


class Requests(RuleBasedStateMachine):
    """The worker is held up at times, so that batches wait, are overtaken and pushed out."""

    def __init__(self) -> None:
        super().__init__()
        self.analyzer = GatedAnalyzer()
        self.talk = Conversation(lambda: self.analyzer)
        self.talk.ask(HELLO)
        self.asked: dict[int, ClientMessage] = {}

    def say(self, message: ClientMessage) -> None:
        self.asked[message.id] = message
        self.talk.say(message)

    @property
    def next_id(self) -> int:
        return len(self.asked) + 100

    @rule(session=sessions)
    def open(self, session: str) -> None:
        self.say(Open(id=self.next_id, session=session, platform="meet"))

    @rule(session=sessions)
    def close(self, session: str) -> None:
        self.say(Close(id=self.next_id, session=session))

    @rule(session=sessions, pictures=pictures)
    def frames(self, session: str, pictures: list[tuple[str, int, bytes]]) -> None:
        batch = [picture_of(person, taken, age_ms=age) for person, age, taken in pictures]
        self.say(frames(self.next_id, *batch, session=session))

    @rule(budget=st.floats(0.001, 10), share=st.floats(0.005, 0.5), saving=st.booleans())
    def configure(self, budget: float, share: float, saving: bool) -> None:
        self.say(Configure(id=self.next_id, alarms_per_hour=budget, cpu_share=share, battery_saver=saving))

    @rule(kind=st.sampled_from([Ping, ListSessions]))
    def ask(self, kind: type[Ping] | type[ListSessions]) -> None:
        self.say(kind(id=self.next_id))

    @rule()
    def let_the_worker_work(self) -> None:
        self.analyzer.gate.set()

    @rule()
    def hold_the_worker_up(self) -> None:
        self.analyzer.gate.clear()

    @invariant()
    def what_waits_is_bounded(self) -> None:
        assert len(self.talk.batches) <= BATCHES_WAITING

    def teardown(self) -> None:
        self.analyzer.gate.set()
        self.talk.finish()
        answers = self.talk.answers()
        assert answers.keys() == {HELLO.id, *self.asked}
        for request, replies in answers.items():
            (reply,) = replies
            message = self.asked.get(request)
            if isinstance(message, Frames) and not isinstance(reply, Error):
                assert isinstance(reply, Verdicts)
                assert [(i.participant, i.captured_at) for i in reply.items] == [
                    (f.participant, f.captured_at) for f in message.frames
                ]


TestRequests = Requests.TestCase
TestRequests.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
