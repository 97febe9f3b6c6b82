"""What a verdict rests on, in the protocol's words."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from veritile import decision
from veritile.decision import Pose, Size
from veritile.native.fields import Count, EpochMs, Measure, Unit
from veritile.odds import probability


class Strongest(Struct, frozen=True, kw_only=True):
    """The look that spoke most for fake."""

    captured_at: EpochMs
    score: Unit
    quality: Unit


class Part(Struct, frozen=True, kw_only=True):
    """The looks of one pose and size."""

    pose: Pose
    size: Size
    frames: Count
    weight: Measure
    score: Unit


class Basis(Struct, frozen=True, kw_only=True):
    """All usable looks at one face."""

    frames: Count
    seconds: Measure
    quality: Unit
    strongest: Strongest | UnsetType = UNSET
    parts: tuple[Part, ...]


def told(basis: decision.Basis, zero_ms: float) -> Basis:
    """Return a basis as it is told.

    Args:
        basis: with times in seconds of the observations' clock.
        zero_ms: epoch ms at which that clock stood at 0.
    """
    strongest = basis.strongest
    return Basis(
        frames=basis.frames,
        seconds=round(basis.seconds, 1),
        quality=round(basis.quality, 3),
        strongest=UNSET
        if strongest is None
        else Strongest(
            captured_at=max(0, round(zero_ms + strongest.at * 1000)),
            score=round(probability(strongest.log_odds), 4),
            quality=round(min(1.0, strongest.quality), 3),
        ),
        parts=tuple(
            Part(
                pose=part.pose,
                size=part.size,
                frames=part.frames,
                weight=round(part.weight, 2),
                score=round(probability(part.mean), 4),
            )
            for part in basis.parts
        ),
    )
