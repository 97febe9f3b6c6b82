"""One picture measured against the reference: what the steps are ticked by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from veritile.decision.challenge.cells import alike, light, skin_beside, skin_inside
from veritile.decision.challenge.glimpse import Glimpse
from veritile.decision.challenge.reference import Reference

STILL: Final = 15.0
"""Degrees of measured yaw up to which a head looks into the camera."""


@dataclass(frozen=True, slots=True)
class Seen:
    """All angles and shares are differences from the reference's."""

    at: float
    """Seconds."""
    found: bool
    """Whether there is a face."""
    yaw: float = 0.0
    """Degrees, positive towards the picture's right; 0 without a face."""
    pitch: float = 0.0
    """Degrees, positive upwards."""
    ratio: float = 0.0
    """Size of the face against the reference's; 0 without a face."""
    alike: float = 0.0
    """-1 to 1, see `cells.alike`."""
    skin: float = 0.0
    """Share of the face's place that has the colour of skin, 0-1; not a difference."""
    beside: tuple[float, float] = (0.0, 0.0)
    """Skin beside the cheeks, the picture's left and right, -1 to 1."""
    across: float = 0.0
    """Light of the right half less the left half, as a share."""

    @property
    def still(self) -> bool:
        """Whether a face looks into the camera as it did before."""
        return self.found and abs(self.yaw) <= STILL

    @classmethod
    def of(cls, glimpse: Glimpse, reference: Reference) -> Seen:
        """Measure a picture."""
        if not glimpse.cells:
            return cls(glimpse.at, found=False)
        left, right = skin_beside(glimpse.cells, reference.skin)
        yaw, pitch = glimpse.attitude[:2] if glimpse.attitude else (reference.yaw, reference.pitch)
        return cls(
            at=glimpse.at,
            found=glimpse.found,
            yaw=yaw - reference.yaw,
            pitch=pitch - reference.pitch,
            ratio=glimpse.size / reference.size if glimpse.found else 0.0,
            alike=alike(glimpse.cells, reference.cells),
            skin=skin_inside(glimpse.cells, reference.skin),
            beside=(left - reference.beside[0], right - reference.beside[1]),
            across=light(glimpse.cells).across - reference.light.across,
        )
