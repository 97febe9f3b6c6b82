"""Comparing the coloured cells of a face with those of the same face when it looked into the camera.

All compare shares of light or of colour, so that a camera that sets its exposure anew changes little.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

MARGIN: Final = 1.8
"""Side of the square of cells / long side of the face."""
SKIN: Final = 0.035
"""Distance of two colours (red and green as shares of the light) that may both be of one person's skin."""
_ACROSS, _ALONG = 0.30, 0.36
"""Half width and half height of the inside of a face / its long side: eyes, nose and mouth."""
_BESIDE: Final = (0.45, 0.80, -0.05, 0.55)
"""Where a hand at the cheek is seen: from the midline, left and right, and downwards from the face's middle;
the same unit."""
_DARKEST: Final = 24.0
"""Red, green and blue together, 0-765: below it a colour is noise."""


class Light(NamedTuple):
    """How light lies on a face, as shares of its mean."""

    across: float
    """The picture's right half less its left half."""
    down: float
    """The lower half less the upper half."""


def inside(cells: bytes) -> list[tuple[int, int, int]]:
    """The cells of eyes, nose and mouth."""
    return _in(cells, -_ACROSS, _ACROSS, -_ALONG, _ALONG)


def alike(now: bytes, reference: bytes) -> float:
    """Normalised correlation of the light inside the face with the reference's, -1 to 1; 0 for flat ones."""
    a, b = _lights(inside(now)), _lights(inside(reference))
    if len(a) != len(b) or not a:
        return 0.0
    mean_a, mean_b = _mean(a), _mean(b)
    covariance = sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b, strict=True))
    spread = math.sqrt(sum((x - mean_a) ** 2 for x in a) * sum((y - mean_b) ** 2 for y in b))
    return covariance / spread if spread > 0 else 0.0


def complexion(cells: bytes) -> tuple[float, float]:
    """Median colour inside the face: red and green as shares of the light."""
    colours = [colour for cell in inside(cells) if (colour := _colour(cell)) is not None]
    if not colours:
        return 1 / 3, 1 / 3
    reds, greens = (sorted(colour[axis] for colour in colours) for axis in (0, 1))
    return reds[len(reds) // 2], greens[len(greens) // 2]


def skin_inside(cells: bytes, skin: tuple[float, float]) -> float:
    """Share of the inside of the face that has the colour of skin, 0-1."""
    return _skin_share(inside(cells), skin)


def skin_beside(cells: bytes, skin: tuple[float, float]) -> tuple[float, float]:
    """Share, 0-1, of the place beside each cheek, the picture's left and right, that is like skin."""
    near, far, top, bottom = _BESIDE
    left, right = _in(cells, -far, -near, top, bottom), _in(cells, near, far, top, bottom)
    return _skin_share(left, skin), _skin_share(right, skin)


def light(cells: bytes) -> Light:
    """How light lies on the face."""
    left, right = _in(cells, -_ACROSS, 0, -_ALONG, _ALONG), _in(cells, 0, _ACROSS, -_ALONG, _ALONG)
    upper, lower = _in(cells, -_ACROSS, _ACROSS, -_ALONG, 0), _in(cells, -_ACROSS, _ACROSS, 0, _ALONG)
    whole = max(1.0, _mean(_lights(inside(cells))))
    return Light(
        (_mean(_lights(right)) - _mean(_lights(left))) / whole,
        (_mean(_lights(lower)) - _mean(_lights(upper))) / whole,
    )


def apart(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Distance of two colours."""
    return math.hypot(a[0] - b[0], a[1] - b[1])


def _in(cells: bytes, left: float, right: float, top: float, bottom: float) -> list[tuple[int, int, int]]:
    """The cells whose centres lie in a rectangle, in long sides of the face from its middle."""
    n = math.isqrt(len(cells) // 3)
    at = [((i + 0.5) / n - 0.5) * MARGIN for i in range(n)]
    columns = [i for i in range(n) if left <= at[i] < right]
    rows = [i for i in range(n) if top <= at[i] < bottom]
    starts = (3 * (row * n + column) for row in rows for column in columns)
    return [(cells[i], cells[i + 1], cells[i + 2]) for i in starts]


def _lights(cells: Iterable[tuple[int, int, int]]) -> list[float]:
    return [sum(cell) / 3 for cell in cells]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


def _colour(cell: tuple[int, int, int]) -> tuple[float, float] | None:
    whole = sum(cell)
    return (cell[0] / whole, cell[1] / whole) if whole >= _DARKEST else None


def _skin_share(cells: Sequence[tuple[int, int, int]], skin: tuple[float, float]) -> float:
    colours = (_colour(cell) for cell in cells)
    return sum(c is not None and apart(c, skin) <= SKIN for c in colours) / len(cells) if cells else 0.0
