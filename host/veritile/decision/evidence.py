"""The evidence about one face: looks in, a label with what it rests on out."""

from __future__ import annotations

import math
from operator import mul
from typing import Final, NamedTuple

from veritile.decision.advising import advice
from veritile.decision.basis import Tally
from veritile.decision.labels import Standing, confidence, judge
from veritile.decision.observation import Box, Look
from veritile.decision.policy import Policy
from veritile.decision.reference import Scorer
from veritile.decision.sequential import Sums, temper
from veritile.decision.verdict import Verdict
from veritile.odds import probability
from veritile.vocabulary import Label, Reason

MOMENT_S: Final = 0.1
"""Looks closer together are one moment: their log-odds are averaged by quality, in any order."""
MOMENT_LOOKS: Final = 16
"""Looks of one moment that are heard."""


class _State(NamedTuple):
    """What is known after a moment."""

    sums: Sums = Sums()
    tally: Tally = Tally()
    standing: Standing = Standing()
    score_sum: float = 0.0
    score_weight: float = 0.0
    at: float = -math.inf
    """Of the newest moment, seconds."""

    @property
    def mean(self) -> float | None:
        """Log-odds of the newest looks; None without any, or when every weight has faded to nothing."""
        return _mean(self.score_sum, self.score_weight)


class Evidence:
    """About one face; feed it what each frame of its tile shows of it, in the order of capture."""

    __slots__ = ("_before", "_moment", "_now", "_quality", "_reason", "_state", "newest", "seen")

    def __init__(self) -> None:
        self._state = _State()
        self._before = self._state  # the newest moment, which is not counted in it
        self._moment: list[Look] = []
        self._now = -math.inf
        self._quality = 0.0
        self._reason: Reason | None = None
        self.newest: float | None = None
        """Log-odds of the newest frame; None when it could not be judged."""
        self.seen = 0
        """Frames so far, usable or not."""

    def look(self, at: float, look: Look, policy: Policy, scorer: Scorer) -> None:
        """Add a look at `at` seconds, not before the last; all its numbers are finite."""
        if not look.usable:
            self.miss(at, look.reason, policy, scorer)
            self._quality = _clipped(look.quality, 0.0, 1.0)
            return
        self._now, self.seen = at, self.seen + 1
        self._reason, self._quality, self.newest = None, _clipped(look.quality, 0.0, 1.0), look.log_odds
        if at - self._state.at >= MOMENT_S:
            self._before, self._moment = self._state, []
        if len(self._moment) < MOMENT_LOOKS:
            self._moment.append(look)
        moment_at = at if len(self._moment) == 1 else self._state.at
        self._state = _after(self._before, moment_at, self._moment, policy, scorer)

    def miss(self, at: float, reason: Reason | None, policy: Policy, scorer: Scorer) -> None:
        """Note a frame at `at` seconds that says nothing of this face, and why."""
        self._now, self.seen = at, self.seen + 1
        self._reason, self._quality, self.newest = reason, 0.0, None
        self._stand(self._state.standing, policy, scorer)

    def reconsider(self, policy: Policy, scorer: Scorer) -> None:
        """Judge what is there anew and show it at once: the policy has changed."""
        self._stand(Standing(), policy, scorer)

    @property
    def suspicion(self) -> float:
        """Log-odds gathered since they last spoke for real, 0 and up."""
        return self._state.sums.evidence

    @property
    def weight(self) -> float:
        """Independent looks of full quality in it."""
        return sum(self._state.sums.weights)

    @property
    def label(self) -> Label:
        """What is shown."""
        return self._state.standing.shown

    @property
    def undecided(self) -> bool:
        """Whether the tests have had their time, and support no label."""
        return self._state.standing.undecided

    def verdict(self, policy: Policy, *, box: Box, people: int, next_sample_ms: int, urgent: bool) -> Verdict:
        """Return what is shown of this face."""
        state = self._state
        label, tally = state.standing.shown, state.tally
        mean, undecided = state.mean, state.standing.undecided
        # A glance away withdraws no label, nor that there is none.
        reason = Reason.UNDECIDED if undecided else self._reason or Reason.STARTING
        blind = label is Label.INCONCLUSIVE and reason not in (Reason.STARTING, Reason.UNDECIDED)
        return Verdict(
            label=label,
            score=None if mean is None else probability(mean),
            confidence=0.0 if blind else confidence(state.sums, state.standing, policy),
            quality=self._quality,
            reason=reason if label is Label.INCONCLUSIVE else None,
            next_sample_ms=next_sample_ms,
            frames=tally.frames,
            seconds=tally.seconds,
            evidence=state.sums.evidence,
            p=state.standing.p,
            advice=advice(label, None if undecided else self._reason, tally),
            basis=tally.basis,
            box=box,
            people=people,
            urgent=urgent,
        )

    def _stand(self, before: Standing, policy: Policy, scorer: Scorer) -> None:
        state = self._state
        standing = _standing(state.sums, state.tally, state.mean, before, self._now, policy, scorer)
        self._state = state._replace(standing=standing)


def _after(before: _State, at: float, moment: list[Look], policy: Policy, scorer: Scorer) -> _State:
    """The state with one more moment, of one look or several."""
    qualities = [_clipped(look.quality, 0.0, 1.0) for look in moment]
    clipped = [_clipped(look.log_odds or 0.0, -policy.clip, policy.clip) for look in moment]
    together = sum(qualities)
    log_odds = sum(map(mul, qualities, clipped)) / together
    weight = max(qualities) * temper(at - before.at, scorer.tau_s)
    sums = before.sums.after(weight, log_odds, max(moment, key=_prominence).size, policy.start_real)
    tally = before.tally
    for look, quality, own in zip(moment, qualities, clipped, strict=True):
        tally = tally.after(at, look, weight * quality / together, own)
    fade = math.exp((before.at - at) / policy.memory_s) if before.tally.frames else 0.0
    score_sum = before.score_sum * fade + weight * log_odds
    score_weight = before.score_weight * fade + weight
    mean = _mean(score_sum, score_weight)
    standing = _standing(sums, tally, mean, before.standing, at, policy, scorer)
    return _State(sums, tally, standing, score_sum, score_weight, at)


def _standing(
    sums: Sums,
    tally: Tally,
    mean: float | None,
    before: Standing,
    now: float,
    policy: Policy,
    scorer: Scorer,
) -> Standing:
    seconds = tally.seconds
    enough = (
        tally.frames >= policy.min_frames
        and seconds >= policy.min_span_s
        and now - tally.newest_at <= policy.max_age_s
    )
    return judge(
        sums,
        mean,
        enough=enough,
        late=seconds >= policy.patience_s,
        before=before,
        policy=policy,
        scorer=scorer,
        at=now,
    )


def _mean(total: float, weight: float) -> float | None:
    """None without a weight: all of them can have faded to nothing."""
    return total / weight if weight > 1e-9 else None


def _prominence(look: Look) -> tuple[float, float]:
    return look.face_px or max(look.box[2:]), look.quality


def _clipped(value: float, low: float, high: float) -> float:
    return min(high, max(low, value))
