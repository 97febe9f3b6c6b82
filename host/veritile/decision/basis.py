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
    parts: tuple[tuple[Pose, Size, int, float, float], ...] = ()
    """Pose, size, frames, weight, weighted sum of log-odds; in the order of their names."""

    def after(self, at: float, look: Look, weight: float, log_odds: float) -> Tally:
        """Return the tally with one more usable look, worth `weight` looks of these clipped log-odds."""
        assert look.log_odds is not None
        strongest = self.strongest
        if strongest is None or look.log_odds * look.quality > strongest.log_odds * strongest.quality:
            strongest = Strongest(at, look.log_odds, look.quality)
        pose, size = Pose.of(look.yaw), look.size
        frames, total_weight, total = 1, weight, weight * log_odds
        others = []
        for part in self.parts:
            if part[0] is pose and part[1] is size:
                frames, total_weight, total = frames + part[2], total_weight + part[3], total + part[4]
            else:
                others.append(part)
        return Tally(
            self.frames + 1,
            at if self.frames == 0 else self.first_at,
            at,
            self.quality + min(1.0, look.quality),
            strongest,
            (*others, (pose, size, frames, total_weight, total)),
        )

    @property
    def seconds(self) -> float:
        """From the first to the newest look."""
        return self.newest_at - self.first_at

    def share(self, *, pose: Pose | None = None, size: Size | None = None) -> float:
        """Return the share of frames of this pose or size, 0-1; 0 without frames."""
        frames = sum(part[2] for part in self.parts if pose in (None, part[0]) and size in (None, part[1]))
        return frames / self.frames if self.frames else 0.0

    @property
    def basis(self) -> Basis:
        """What a verdict tells of it."""
        return Basis(
            frames=self.frames,
            seconds=self.seconds,
            quality=self.quality / self.frames if self.frames else 0.0,
            strongest=self.strongest,
            parts=tuple(
                Part(pose, size, frames, weight, total / weight if weight > 0.0 else 0.0)
                for pose, size, frames, weight, total in sorted(self.parts)
            ),
        )
