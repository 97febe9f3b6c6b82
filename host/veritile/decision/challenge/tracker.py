"""A sequence of steps as they are done, one picture after the other: ticked, not done, or skipped."""

from __future__ import annotations

from veritile.decision.challenge.glimpse import Glimpse
from veritile.decision.challenge.reference import Reference
from veritile.decision.challenge.seen import Seen
from veritile.decision.challenge.steps import LIBRARY
from veritile.decision.challenge.watchers import watcher
from veritile.decision.challenge.words import Hint, Step, StepState


class StepTracker:
    """Follows one step."""

    def __init__(self, step: Step, *, mirrored: bool = False) -> None:
        self.step = step
        self.state = StepState.WAITING
        self.best = 0.0
        """How well the best picture shows what was asked for, 0-1."""
        self._watcher = watcher(step, mirrored=mirrored)
        self._deadline = 0.0
        self._frozen = False

    @property
    def progress(self) -> float:
        """How far the movement has got, 0-1."""
        return 1.0 if self.state is StepState.DONE else self._watcher.progress

    @property
    def hint(self) -> Hint | None:
        """What keeps it from being ticked now."""
        if self.state is not StepState.NOW:
            return None
        return Hint.FROZEN if self._frozen else self._watcher.hint

    @property
    def over(self) -> bool:
        """Whether nothing more is expected of it."""
        return self.state not in (StepState.WAITING, StepState.NOW)

    def remaining(self, at: float) -> float:
        """Seconds that are left of it; 0 unless it runs."""
        return max(0.0, self._deadline - at) if self.state is StepState.NOW else 0.0

    def begin(self, at: float) -> None:
        """Let its seconds run from now, also once more."""
        self.state, self._deadline = StepState.NOW, at + LIBRARY[self.step].seconds

    def pass_time(self, at: float) -> None:
        """Note that it is `at` seconds."""
        if self.state is StepState.NOW and at >= self._deadline:
            self.state = StepState.NOT_DONE

    def skip(self) -> None:
        """Go on without it."""
        if not self.over:
            self.state = StepState.SKIPPED

    def see(self, glimpse: Glimpse, reference: Reference) -> bool:
        """Take in a picture; return whether it is the best yet of what was asked for."""
        if self.state is not StepState.NOW:
            return False
        self._frozen = glimpse.unchanged
        if glimpse.unchanged:
            self.pass_time(glimpse.at)
            return False
        worth = self._watcher.see(Seen.of(glimpse, reference))
        if self._watcher.progress >= 1.0:
            self.state = StepState.DONE
        else:
            self.pass_time(glimpse.at)
        if worth <= self.best:
            return False
        self.best = worth
        return True
