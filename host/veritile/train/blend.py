"""Self-blended images: a pseudo-fake made of one real face and a slightly changed copy of it.

Only real faces are needed, and the only thing that tells the two apart is what
a face swap cannot avoid: a region of the face that has been through another
process than the rest, and the seam around it.

Follows the description in K. Shiohara and T. Yamasaki, "Detecting Deepfakes with
Self-Blended Images", CVPR 2022 (arXiv 2204.08376). Differences: the mask comes
from five landmarks and a mean face outline, and one of the two copies may be
smoothed as a swap's generator smooths skin.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from veritile.train.degrade import Colour, coarsen, sharpen

Image = NDArray[np.uint8]
Mask = NDArray[np.float32]

# A mean face, about 100 units tall; its five points are in the order of `faces.LANDMARKS`.
MEAN_POINTS: Final = np.array(
    [(38.3, 51.7), (73.5, 51.7), (56.0, 71.7), (41.5, 92.3), (70.7, 92.3)], dtype=np.float64
)
_JAW: Final = [
    (14, 52), (15, 66), (19, 81), (25, 94), (34, 105), (44, 113), (56, 116),
    (68, 113), (78, 105), (87, 94), (93, 81), (97, 66), (98, 52),
]  # fmt: skip
_FOREHEAD: Final = [(95, 34), (86, 20), (72, 11), (56, 8), (40, 11), (26, 20), (17, 34)]
_BROWS: Final = [(93, 40), (82, 34), (68, 34), (56, 36), (44, 34), (30, 34), (19, 40)]
_INNER: Final = [
    (24, 44), (26, 62), (31, 82), (38, 98), (56, 105), (74, 98), (81, 82), (86, 62), (88, 44),
    (72, 36), (56, 38), (40, 36),
]  # fmt: skip
_OUTLINES: Final = tuple(
    np.array(points, dtype=np.float64) for points in (_JAW + _FOREHEAD, _JAW + _BROWS, _INNER)
)
_OUTLINE_ODDS: Final = (0.45, 0.35, 0.20)
_STRENGTHS: Final = (0.25, 0.5, 0.75, 1.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Pair:
    """A real picture, the pseudo-fake made from it, and where they differ."""

    real: Image
    """(H, W, 3) uint8 RGB, unchanged."""
    fake: Image
    """(H, W, 3) uint8 RGB."""
    mask: Mask
    """(H, W) float32, 0 outside to 1 where the fake is all changed copy."""


def self_blend(image: Image, landmarks: ArrayLike, rng: np.random.Generator) -> Pair:
    """Make a pseudo-fake from a real face.

    Args:
        image: (H, W, 3) uint8 RGB with one face.
        landmarks: five points (x, y) in pixels, in the order of `faces.LANDMARKS`.
        rng: the only source of chance: equal generators give equal pairs.
    """
    mask = face_mask(image.shape[:2], landmarks, rng)
    changed, plain = change_copy(image, landmarks, rng), image
    source, target = (changed, plain) if rng.random() < 0.5 else (plain, changed)
    source, mask = misplace(source, mask, rng)
    weight = mask[..., None]
    fake = source * weight + target * (1.0 - weight)
    return Pair(real=image, fake=np.clip(fake + 0.5, 0, 255).astype(np.uint8), mask=mask)


def face_mask(
    shape: tuple[int, ...], landmarks: ArrayLike, rng: np.random.Generator, *, solid: bool = False
) -> Mask:
    """A soft mask of a face, of random extent, outline, softness and strength.

    Args:
        shape: height and width in pixels.
        landmarks: five points (x, y) in pixels, in the order of `faces.LANDMARKS`.
        rng: the source of chance.
        solid: always of full strength in its middle.

    Returns:
        (H, W) float32 in 0-1.
    """
    height, width = shape
    outline = _OUTLINES[rng.choice(len(_OUTLINES), p=_OUTLINE_ODDS)]
    points = fit_outline(np.asarray(landmarks, dtype=np.float64), outline)
    mask = np.zeros((height, width), dtype=np.float32)
    cv2.fillConvexPoly(mask, cv2.convexHull(np.round(points).astype(np.int32)), 1.0)
    face = max(8.0, float(np.ptp(points, axis=0).max()))
    mask = warp_elastically(mask, 0.05 * face, rng)
    # Blurring and cutting at a level other than one half moves the edge: in (erosion) or out (dilation).
    mask = soften(mask, face * rng.uniform(0.02, 0.12))
    level = rng.uniform(0.15, 0.85)
    mask = soften((mask > level).astype(np.float32), face * rng.uniform(0.01, 0.10))
    peak = float(mask.max())
    strength = 1.0 if solid else _STRENGTHS[rng.integers(len(_STRENGTHS))]
    return mask * np.float32(strength / peak) if peak > 0 else mask


def fit_outline(landmarks: NDArray[np.float64], outline: NDArray[np.float64]) -> NDArray[np.float64]:
    """Carry the outline of the mean face to where the five landmarks are, by the best affine map."""
    mean = np.column_stack([MEAN_POINTS, np.ones(len(MEAN_POINTS))])
    affine, *_ = np.linalg.lstsq(mean, landmarks, rcond=None)
    return np.asarray(np.column_stack([outline, np.ones(len(outline))]) @ affine)


def warp_elastically(mask: Mask, amplitude: float, rng: np.random.Generator) -> Mask:
    """Bend a mask by a smooth random field of up to about `amplitude` pixels."""
    height, width = mask.shape
    nodes = int(rng.integers(4, 9))
    coarse = rng.normal(0.0, amplitude / 2, (2, nodes, nodes)).astype(np.float32)
    dx, dy = (cv2.resize(field, (width, height), interpolation=cv2.INTER_CUBIC) for field in coarse)
    ys, xs = np.indices(mask.shape, dtype=np.float32)
    return np.asarray(cv2.remap(mask, xs + dx, ys + dy, cv2.INTER_LINEAR), dtype=np.float32)


def soften(mask: Mask, sigma: float) -> Mask:
    """Soften; two box filters come near a Gaussian and cost the same for every width."""
    side = max(1, round(sigma)) * 2 + 1
    for _ in range(2):
        mask = np.asarray(cv2.blur(mask, (side, side)), dtype=np.float32)
    return mask


def change_copy(image: Image, landmarks: ArrayLike, rng: np.random.Generator) -> Image:
    """A copy with other colours and another share of high frequencies."""
    colour = Colour.draw(rng, shift=20, saturation=0.25, value=0.1, hue=5, contrast=0.1, odds=0.8)
    copy = colour.apply(image)
    enlarging = int(rng.choice((cv2.INTER_LINEAR, cv2.INTER_CUBIC)))
    kind = rng.choice(("coarse", "sharp", "generated"), p=(0.4, 0.3, 0.3))
    if kind == "coarse":
        return coarsen(copy, rng.uniform(1.5, 4.0), enlarging)
    if kind == "sharp":
        return sharpen(copy, rng.uniform(0.5, 1.5))
    # What a live swap leaves: skin without texture at the generator's low resolution, with edges kept.
    eyes = np.asarray(landmarks, dtype=np.float64)[:2]
    reach = max(2.0, float(np.linalg.norm(eyes[0] - eyes[1])) / 10)
    smooth = np.asarray(cv2.bilateralFilter(copy, 5, rng.uniform(15, 45), reach), dtype=np.uint8)
    return sharpen(coarsen(smooth, rng.uniform(1.0, 2.0), enlarging), rng.uniform(0.0, 1.0))


def misplace(source: Image, mask: Mask, rng: np.random.Generator) -> tuple[Image, Mask]:
    """Shift the copy (<= 3 % / 1.5 % of the picture) and scale it (<= 5 %), together with its mask."""
    height, width = mask.shape
    scale = rng.uniform(0.95, 1.05)
    dx, dy = rng.uniform(-0.03, 0.03) * width, rng.uniform(-0.015, 0.015) * height
    centre = (width / 2, height / 2)
    matrix = np.array(
        [[scale, 0, centre[0] * (1 - scale) + dx], [0, scale, centre[1] * (1 - scale) + dy]], dtype=np.float64
    )
    moved = cv2.warpAffine(source, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    moved_mask = cv2.warpAffine(mask, matrix, (width, height))
    return np.asarray(moved, dtype=np.uint8), np.asarray(moved_mask, dtype=np.float32)
