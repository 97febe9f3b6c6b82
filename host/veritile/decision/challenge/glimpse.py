"""What one picture shows of somebody who is asked to move, in the words that following it needs."""

from __future__ import annotations

from dataclasses import dataclass

from veritile.decision.observation import Box


@dataclass(frozen=True, slots=True)
class Glimpse:
    """One picture of the face."""

    at: float
    """When it was captured, seconds on the observations' clock."""
    box: Box | None = None
    """Of the face, or where it was last when there is none; pixels of the picture. None before the first."""
    attitude: tuple[float, float, float] | None = None
    """Yaw, pitch and roll of the head, degrees; yaw positive towards the picture's right, pitch upwards. None
    when no face was found."""
    cells: bytes = b""
    """RGB of n x n cells, row by row: a square of 1.8 times the long side of the box, centred on it."""
    width: int = 0
    """Of the picture, pixels."""
    outline: tuple[float, ...] = ()
    """How sharply the face is drawn around, by direction, 0 to about 1; empty without a face."""
    log_odds: float | None = None
    """Calibrated ln(P(fake) / P(real)) of the face; None when it could not be judged."""
    quality: float = 0.0
    """How much that should count, 0-1."""
    unchanged: bool = False
    """The picture shows nothing that the last one did not show."""

    @property
    def found(self) -> bool:
        """Whether a face was found."""
        return self.attitude is not None and self.box is not None and bool(self.cells)

    @property
    def size(self) -> float:
        """Long side of the face / width of the picture; 0 when it is not known."""
        return max(self.box[2:]) / self.width if self.box and self.width else 0.0
