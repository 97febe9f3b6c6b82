"""The person as they looked before the first step: what every movement is measured against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from veritile.decision.challenge.cells import Light, complexion, light, skin_beside
from veritile.decision.challenge.glimpse import Glimpse

ENOUGH: Final = 4
"""Pictures with a face that a reference is made of."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Medians over a few pictures."""

    yaw: float
    """Degrees, as `Glimpse.attitude`."""
    pitch: float
    size: float
    """Long side of the face / width of the picture."""
    cells: bytes
    """Of the middle one by yaw."""
    skin: tuple[float, float]
    """Colour of the face."""
    beside: tuple[float, float]
    """Share of skin beside the cheeks, the picture's left and right."""
    light: Light
    outline: tuple[float, ...]
    """How sharply the face was drawn around, by direction; empty where no picture told it."""

    @classmethod
    def of(cls, glimpses: Sequence[Glimpse]) -> Reference:
        """Make one of pictures with a face; ValueError without any."""
        attitudes = [glimpse.attitude for glimpse in glimpses if glimpse.attitude is not None]
        if not attitudes:
            raise ValueError("a reference needs a picture with a face")
        yaw, pitch = (_middle([attitude[axis] for attitude in attitudes]) for axis in (0, 1))
        middle = min(glimpses, key=lambda g: abs(g.attitude[0] - yaw) if g.attitude else 1e9)
        skin = complexion(middle.cells)
        outlines = [glimpse.outline for glimpse in glimpses if glimpse.outline]
        return cls(
            yaw=yaw,
            pitch=pitch,
            size=_middle([glimpse.size for glimpse in glimpses if glimpse.found]),
            cells=middle.cells,
            skin=skin,
            beside=skin_beside(middle.cells, skin),
            light=light(middle.cells),
            outline=tuple(_middle(ray) for ray in zip(*outlines, strict=True)),
        )


def _middle(values: Sequence[float]) -> float:
    """The median, the upper one of two."""
    return sorted(values)[len(values) // 2]
