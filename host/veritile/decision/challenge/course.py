"""The course of one challenge: reference pictures, one step after the other, the question, the judgement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from veritile.decision.challenge.findings import Found, SideViews
from veritile.decision.challenge.glimpse import Glimpse
from veritile.decision.challenge.judgement import Evidence, Judgement, judge
from veritile.decision.challenge.reference import ENOUGH, Reference
from veritile.decision.challenge.tracker import StepTracker
from veritile.decision.challenge.views import Viewed, Views
from veritile.decision.challenge.words import Answer, Finding, State, Step, StepState, Why
from veritile.vocabulary import Label

PREPARING_S: Final = 6.0
"""Without a face for so long, there is nothing to begin with."""


class StepFinding(NamedTuple):
    """What was noticed at a step."""

    finding: Finding
    value: float
    step: int
    """Index."""
    unusual: bool
    """Whether hardly any real head shows it."""


class Challenge:
    """One person's; feed it pictures in the order of capture. For one thread."""

    def __init__(self, steps: Sequence[Step], at: float, *, mirrored: bool = False) -> None:
        """Begin at `at` seconds; ValueError without steps.

        Args:
            steps: see `drawing.draw`.
            at: on the pictures' clock.
            mirrored: whether the pictures show the person as a mirror does.
        """
        if not steps:
            raise ValueError("a challenge needs a step")
        self.trackers = tuple(StepTracker(step, mirrored=mirrored) for step in steps)
        self.mirrored = mirrored
        self.state = State.PREPARING
        self.why: Why | None = None
        self.judgement: Judgement | None = None
        self._began = self._now = at
        self._before: list[Glimpse] = []
        self._reference: Reference | None = None
        self._sides = tuple(SideViews() for _ in steps)
        self._views = Views()
        self._evidence = Evidence()

    @property
    def active(self) -> bool:
        """Whether pictures are wanted."""
        return self.state in (State.PREPARING, State.RUNNING)

    @property
    def step(self) -> int | None:
        """Index of the step that runs now."""
        if self.state is not State.RUNNING:
            return None
        return next((i for i, tracker in enumerate(self.trackers) if not tracker.over), None)

    @property
    def remaining_s(self) -> float:
        """Seconds left of the step that runs now."""
        return 0.0 if self.step is None else self.trackers[self.step].remaining(self._now)

    @property
    def findings(self) -> tuple[StepFinding, ...]:
        """What was noticed so far, by step."""
        told: list[StepFinding] = []
        for index, (tracker, sides) in enumerate(zip(self.trackers, self._sides, strict=True)):
            undone = [Found(Finding.NOT_DONE, 1.0)] if tracker.state is StepState.NOT_DONE else []
            told += [StepFinding(*found, index, found.unusual) for found in (*undone, *sides.findings())]
        return tuple(told)

    @property
    def views(self) -> tuple[Viewed, ...]:
        """What the network says of the face from the front and from the side."""
        return self._views.told()

    def see(self, glimpse: Glimpse) -> int | None:
        """Take in a picture; return the index of the step that it shows best so far, -1 for the reference."""
        if not self.active:
            return None
        self._now = max(self._now, glimpse.at)
        if glimpse.log_odds is not None and not glimpse.unchanged:
            self._evidence.add(glimpse.log_odds, glimpse.quality)
        index = self.step
        if self._reference is None or index is None:
            return self._prepare(glimpse)
        best = self.trackers[index].see(glimpse, self._reference)
        self._sides[index].see(glimpse, self._reference)
        self._views.see(glimpse, self._reference)
        self._go_on()
        return index if best else None

    def pass_time(self, at: float) -> None:
        """Note that it is `at` seconds, whether pictures come or not."""
        self._now = max(self._now, at)
        if self.state is State.PREPARING and self._now - self._began > PREPARING_S:
            self.end(Why.NO_FACE)
        elif self.step is not None:
            self.trackers[self.step].pass_time(self._now)
            self._go_on()

    def more_time(self) -> None:
        """Let the seconds of the step that runs begin again."""
        if self.step is not None:
            self.trackers[self.step].begin(self._now)

    def skip(self) -> None:
        """Go on to the next step."""
        if self.step is not None:
            self.trackers[self.step].skip()
            self._go_on()

    def end(self, why: Why) -> None:
        """Come to an early end; nothing where it is over already."""
        if self.active:
            for tracker in self.trackers:
                tracker.skip()
            self.state, self.why = State.ENDED, why

    def answer(self, answer: Answer, standing: Label) -> Judgement:
        """Take the user's answer, also to an early end or once more, and return the judgement.

        `standing` is the label by the evidence of the call.
        """
        self.end(Why.REFUSED if answer is Answer.REFUSED else Why.CANCELLED)
        steps = [(tracker.step, tracker.state) for tracker in self.trackers]
        self.judgement = judge(answer, steps, self._evidence.log_odds, standing)
        self.state = State.JUDGED
        return self.judgement

    def _prepare(self, glimpse: Glimpse) -> int | None:
        if not glimpse.found or glimpse.unchanged:
            self.pass_time(glimpse.at)
            return None
        self._before.append(glimpse)
        if len(self._before) == ENOUGH:
            self._reference = Reference.of(self._before)
            self.state = State.RUNNING
            self.trackers[0].begin(self._now)
        return -1 if len(self._before) == 1 or self._straightest() is glimpse else None

    def _straightest(self) -> Glimpse:
        return min(self._before, key=lambda g: abs(g.attitude[0]) if g.attitude else 90.0)

    def _go_on(self) -> None:
        index = self.step
        if index is None:
            self.state = State.ASKING
        elif self.trackers[index].state is StepState.WAITING:
            self.trackers[index].begin(self._now)
