"""Keeps count of the looks that a verdict rests on."""

from __future__ import annotations

from typing import NamedTuple

from veritile.decision.observation import Look, Pose, Size
from veritile.decision.verdict import Basis, Part, Strongest


class Tally(NamedTuple):
    """The usable looks at one face so far. Immutable: each look gives a new one."""

    frames: int = 0
    first_at: float = 0.0
    newest_at: float = 0.0
    quality: float = 0.0
    """Sum of the looks' qualities."""
    strongest: Strongest | None = None
    parts: tuple[Part, ...] = ()
    """By pose and size; the newest look's last."""

    def after(self, at: float, look: Look, weight: float, log_odds: float) -> Tally:
        """Return the tally with one more usable look, worth `weight` (over 0) clipped looks."""
        raw, strongest = look.log_odds or 0.0, self.strongest
        if strongest is None or raw * look.quality > strongest.log_odds * strongest.quality:
            strongest = Strongest(at, raw, look.quality)
        pose, size = Pose.of(look.yaw), look.size
        grown = Part(pose, size, 1, weight, log_odds)
        others = []
        for part in self.parts:
            if part.pose is pose and part.size is size:
                total = part.weight + weight
                mean = part.mean + (log_odds - part.mean) * weight / total
                grown = Part(pose, size, part.frames + 1, total, mean)
            else:
                others.append(part)
        return Tally(
            self.frames + 1,
            at if self.frames == 0 else self.first_at,
            at,
            self.quality + min(1.0, look.quality),
            strongest,
            (*others, grown),
        )

    @property
    def seconds(self) -> float:
        """From the first to the newest look."""
        return self.newest_at - self.first_at

    @property
    def mean_quality(self) -> float:
        """Of the looks, 0-1; 0 without any."""
        return self.quality / self.frames if self.frames else 0.0

    def mostly(self, kind: Pose | Size) -> bool:
        """Whether more than half of the looks are of this pose or size."""
        return 2 * sum(part.frames for part in self.parts if kind in (part.pose, part.size)) > self.frames

    @property
    def basis(self) -> Basis:
        """What a verdict tells of it."""
        return Basis(self.frames, self.seconds, self.mean_quality, self.strongest, self.parts)
