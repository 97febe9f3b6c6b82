"""Many scored frames of one participant -> a label, and when to look again.

The rule of this version: a quality-weighted mean of clipped log-odds that
fades with time, bounds with hysteresis, and `inconclusive` until there is
enough to go by. Frames of one person are strongly correlated, so the mean is
not a product of probabilities and its confidence is not one either.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from veritile.decision.policy import Policy
from veritile.odds import logit, probability
from veritile.vocabulary import Label, Reason


@dataclass(frozen=True, slots=True)
class Observation:
    """One frame of one participant, as the frame pipeline saw it."""

    at: float
    """When it was captured, seconds on any clock that does not jump; older than the last counts as equal."""
    log_odds: float | None
    """Calibrated log-odds of fake; None when the frame could not be judged."""
    quality: float
    """Weight of the frame, 0-1."""
    reason: Reason | None
    """Why `log_odds` is None."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is shown of one participant."""

    label: Label
    score: float | None
    """P(fake) over the evidence, 0-1; None while no frame could be judged."""
    confidence: float
    """0-1: how far the mean lies from the threshold, times how much evidence there is. Not a probability."""
    quality: float
    """Quality of the newest frame, 0-1."""
    reason: Reason | None
    """Why the label is `inconclusive`, else None."""
    next_sample_ms: int
    """How soon the next frame of this participant is wanted."""
    frames: int
    """Usable frames so far."""
    seconds: float
    """Time from the first to the newest usable frame."""


class Evidence:
    """The evidence about one participant; feed it observations in the order of capture."""

    def __init__(self, policy: Policy | None = None) -> None:
        self._policy = policy or Policy()
        self._sum = 0.0
        self._weight = 0.0
        self._usable = 0
        self._seen = 0
        self._first_at = 0.0
        self._usable_at = 0.0
        self._now = -math.inf
        self._last: Observation | None = None
        self._label = Label.INCONCLUSIVE

    @property
    def policy(self) -> Policy:
        """The policy in force; a new one takes effect on the evidence already gathered."""
        return self._policy

    @policy.setter
    def policy(self, policy: Policy) -> None:
        self._policy = policy
        self._label = self._decide()

    def observe(self, observation: Observation) -> Verdict:
        """Add one frame and return the verdict with it.

        Raises ValueError when a number of the observation is not finite; the evidence then stays as it was.
        """
        if not all(map(math.isfinite, (observation.at, observation.quality, observation.log_odds or 0.0))):
            raise ValueError("an observation's time, quality and log-odds must be finite numbers")
        now = max(observation.at, self._now)
        if self._seen:
            fade = math.exp((self._now - now) / self._policy.memory_s)
            self._sum *= fade
            self._weight *= fade
        self._now, self._last, self._seen = now, observation, self._seen + 1
        if observation.log_odds is not None:
            clip = self._policy.clip
            weight = min(1.0, max(0.0, observation.quality))
            self._sum += weight * min(clip, max(-clip, observation.log_odds))
            self._weight += weight
            if self._usable == 0:
                self._first_at = now
            self._usable += 1
            self._usable_at = now
        self._label = self._decide()
        return self.verdict

    @property
    def verdict(self) -> Verdict:
        """The verdict on what has been observed so far."""
        mean = self._mean()
        return Verdict(
            label=self._label,
            score=None if mean is None else probability(mean),
            confidence=0.0 if self._label is Label.INCONCLUSIVE else self._confidence(mean),
            quality=self._last.quality if self._last else 0.0,
            reason=self._reason() if self._label is Label.INCONCLUSIVE else None,
            next_sample_ms=self._next_sample_ms(),
            frames=self._usable,
            seconds=self._usable_at - self._first_at,
        )

    def _mean(self) -> float | None:
        # Every weight can have been 0: usable frames that count for nothing give no mean.
        return self._sum / self._weight if self._weight > 1e-9 else None

    def _decide(self) -> Label:
        policy, mean = self._policy, self._mean()
        if (
            mean is None
            or self._usable < policy.min_frames
            or self._usable_at - self._first_at < policy.min_span_s
            or self._now - self._usable_at > policy.max_age_s
            or self._weight < policy.min_weight
        ):
            return Label.INCONCLUSIVE
        fake = logit(policy.threshold)
        suspect = fake - policy.suspect_band
        # Enter a worse label at its bound, leave it only below the bound by the hysteresis.
        if self._label is Label.LIKELY_FAKE:
            fake -= policy.hysteresis
        if self._label in (Label.LIKELY_FAKE, Label.SUSPECT):
            suspect -= policy.hysteresis
        if mean >= fake:
            return Label.LIKELY_FAKE
        return Label.SUSPECT if mean >= suspect else Label.LIKELY_REAL

    def _confidence(self, mean: float | None) -> float:
        if mean is None:
            return 0.0
        amount = 1.0 - math.exp(-self._weight / self._policy.confident_weight)
        distance = 2.0 * probability(abs(mean - logit(self._policy.threshold))) - 1.0
        return amount * distance

    def _reason(self) -> Reason:
        if self._last is not None and self._last.reason is not None:
            return self._last.reason
        return Reason.STARTING

    def _next_sample_ms(self) -> int:
        policy = self._policy
        if self._label is Label.INCONCLUSIVE:
            unusable = self._last is not None and self._last.log_odds is None
            bursting = not unusable or self._seen < policy.burst_frames
            return policy.burst_ms if bursting else policy.unusable_ms
        if self._last is not None and self._last.log_odds is None:
            return policy.unusable_ms
        newest = self._last.log_odds if self._last else None
        calm = self._label is Label.LIKELY_REAL and (newest is None or newest < logit(policy.threshold))
        return policy.settled_ms if calm else policy.suspicious_ms
