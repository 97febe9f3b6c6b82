"""Where in a face a score comes from, found by covering parts of it: no gradient is needed.

The network judges the fine texture of face and surroundings against each other. So a
part is not painted over, which would be a texture of its own: it is replaced by
itself, once smoothed (median) and once sharpened, fading into what is around it. The
more the log-odds change, in either direction, the more of the score comes from there:
smoothing a swapped part can raise the score as well as lower it. This is no proof,
and no outline of a swap.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from veritile.frame.crop import crop_face, crop_square
from veritile.frame.model import Model

CAPTION: Final = (
    "Where this score came from: the redder, the more it depends on the fine texture there. "
    "It is no proof, and not the outline of a swap."
)
CELLS: Final = 10
"""Cells along each side of the map."""
WINDOW: Final = 3
"""Cells along each side of a part that is covered; parts overlap."""
_MEDIAN: Final = 7 / 160
"""Side of the smoothing median, as a share of the crop's side."""
_EDGE: Final = 1 / 64
"""Standard deviation of a part's edge, as a share of the crop's side."""


@dataclass(frozen=True, slots=True, eq=False)
class HeatMap:
    """How much of a face's score comes from each part of its crop."""

    values: NDArray[np.float32]
    """(CELLS, CELLS): by how much changing the part changes the log-odds, 0 and up."""
    log_odds: float
    """Of the crop, nothing covered."""
    crop: NDArray[np.uint8]
    """(H, W, 3) uint8 RGB: what the network saw."""
    square: tuple[int, int, int]
    """Left, top and side of the crop in pixels of the picture; it may leave the picture."""

    @property
    def shares(self) -> NDArray[np.float32]:
        """(CELLS, CELLS), 0-1: the same with the strongest part 1; all 0 when nothing matters."""
        most = float(self.values.max())
        return self.values / most if most > 0.0 else self.values

    def overlay(self, side: int = 384) -> NDArray[np.uint8]:
        """Return the crop with the map over it, (side, side, 3) uint8 RGB: the weakest part clear, the rest
        over yellow to red."""
        size = (side, side)
        grey = cv2.cvtColor(cv2.resize(self.crop, size), cv2.COLOR_RGB2GRAY)[..., None].repeat(3, axis=2)
        least = float(self.shares.min())
        above = (self.shares - least) / max(1e-6, 1.0 - least)
        heat = np.clip(cv2.resize(above, size, interpolation=cv2.INTER_CUBIC), 0.0, 1.0)[..., None]
        red = np.full_like(heat, 235.0)
        colour = np.concatenate([red, 200.0 * (1.0 - heat), 40.0 * (1.0 - heat)], axis=2)
        alpha = 0.75 * np.sqrt(heat)
        return np.asarray(np.rint(grey * (1.0 - alpha) + colour * alpha), np.uint8)


def heat_map(model: Model, rgb: NDArray[np.uint8], box: Sequence[float]) -> HeatMap:
    """Return the heat map of one face.

    Args:
        model: whose score it is.
        rgb: (H, W, 3) uint8.
        box: of the face: x, y, width, height in pixels.

    Raises:
        ValueError: the box does not fit the picture (see `veritile.frame.crop.crop_face`).
        InferenceError: the model cannot be run.
    """
    info = model.info
    crop = crop_face(rgb, box, margin=info.crop_margin, size=info.input_size)
    base = model.log_odds(crop)
    moved, times = np.zeros((CELLS, CELLS)), np.zeros((CELLS, CELLS))
    others = _smoothed(crop), _sharpened(crop)
    edges = np.linspace(0, info.input_size, CELLS + 1).round().astype(int)
    for row in range(CELLS - WINDOW + 1):
        for column in range(CELLS - WINDOW + 1):
            hard = np.zeros(crop.shape[:2], np.float32)
            hard[edges[row] : edges[row + WINDOW], edges[column] : edges[column + WINDOW]] = 1.0
            part = cv2.GaussianBlur(hard, (0, 0), max(0.5, info.input_size * _EDGE))[..., None]
            cells = slice(row, row + WINDOW), slice(column, column + WINDOW)
            for other in others:
                changed = np.asarray(np.rint(crop * (1.0 - part) + other * part), np.uint8)
                moved[cells] += abs(base - model.log_odds(changed))
                times[cells] += 1.0
    return HeatMap((moved / times).astype(np.float32), base, crop, crop_square(box, info.crop_margin))


def _smoothed(crop: NDArray[np.uint8]) -> NDArray[np.float32]:
    side = max(3, round(_MEDIAN * crop.shape[0]) | 1)
    return cv2.medianBlur(crop, side).astype(np.float32)


def _sharpened(crop: NDArray[np.uint8]) -> NDArray[np.float32]:
    plain = crop.astype(np.float32)
    sharper = 2.0 * plain - cv2.GaussianBlur(plain, (0, 0), 1.5)
    return np.asarray(np.clip(sharper, 0.0, 255.0), np.float32)
