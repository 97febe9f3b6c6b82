"""The numbers that the decision rests on, in one immutable place."""

from __future__ import annotations

from dataclasses import dataclass

from veritile.vocabulary import THRESHOLDS, Sensitivity


@dataclass(frozen=True, slots=True)
class Policy:
    """How much evidence a label needs, where the labels part, and how often to look.

    Log-odds are natural logarithms of P(fake)/P(real); times are in the unit that their name ends in.
    """

    threshold: float = THRESHOLDS[Sensitivity.BALANCED]
    """Score at and above which a participant is `likely_fake`; 0-1, both ends excluded."""
    suspect_band: float = 0.6
    """Width, in log-odds below the threshold, of the band called `suspect`."""
    hysteresis: float = 0.25
    """Log-odds that the mean must pass a bound by before a label, once given, is taken back."""
    clip: float = 3.0
    """One frame's log-odds count for at most this much: no single frame decides."""
    memory_s: float = 30.0
    """Time constant with which older evidence fades."""
    min_frames: int = 3
    """Usable frames before any label but `inconclusive`."""
    min_weight: float = 1.0
    """Sum of the (faded) quality weights before any label but `inconclusive`."""
    confident_weight: float = 2.0
    """Sum of the weights at which the amount of evidence lets confidence reach 63 % of its bound."""
    min_span_s: float = 0.8
    """Time between first and newest usable frame before any label but `inconclusive`."""
    max_age_s: float = 15.0
    """A label is withdrawn when the newest usable frame is older than this."""
    burst_ms: int = 400
    """Wait between frames at the start, and while evidence is being gathered."""
    burst_frames: int = 15
    """Frames after which a start that brought nothing usable stops bursting."""
    suspicious_ms: int = 1_500
    """Wait while the label is not `likely_real`, or the newest frame speaks against it."""
    unusable_ms: int = 2_500
    """Wait while the frames cannot be judged."""
    settled_ms: int = 5_000
    """Wait once a participant is settled as `likely_real`."""

    def __post_init__(self) -> None:
        if not 0.0 < self.threshold < 1.0:
            raise ValueError(f"threshold must lie between 0 and 1, both excluded, not {self.threshold}")

    @classmethod
    def for_sensitivity(cls, sensitivity: Sensitivity | str) -> Policy:
        """Return the policy of a preset; ValueError when there is none of that name."""
        return cls(threshold=THRESHOLDS[Sensitivity(sensitivity)])
