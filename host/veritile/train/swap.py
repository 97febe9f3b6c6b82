"""Simulated live swaps: another face, or a generator's version of the same one, set into a real picture.

What a live face swap does to a frame, step by step: it aligns the face by its
landmarks, has a generator make another one at its own low resolution, carries
that back, matches its colours to the frame and lays it over through a feathered
mask. Self-blending (`veritile.train.blend`) shows the seam; this also shows
skin of another make, features that are crisper than their surroundings, and a
face that does not belong to its head.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from veritile.train.blend import Image, Mask, Pair, face_mask
from veritile.train.degrade import sharpen

GENERATOR_SIDES: Final = (72, 256)
"""Range of a generator's output, in pixels across the aligned square of `SPAN` face widths."""
SPAN: Final = 2.6
"""Side of the aligned square / distance between eyes and mouth, as swap programs frame a whole face."""
SEAMLESS_ODDS: Final = 0.1
"""How often the face is laid in by Poisson blending, as some programs can."""


@dataclass(frozen=True, slots=True)
class Donor:
    """A picture that a face is taken from."""

    image: Image
    """(H, W, 3) uint8 RGB."""
    landmarks: NDArray[np.float64]
    """(5, 2) in pixels, in the order of `faces.LANDMARKS`."""


def simulate_swap(image: Image, landmarks: ArrayLike, donor: Donor, rng: np.random.Generator) -> Pair:
    """Lay a donor's face over the face of a picture.

    Args:
        image: (H, W, 3) uint8 RGB with one face: the real half of the pair.
        landmarks: its five points (x, y) in pixels, in the order of `faces.LANDMARKS`.
        donor: of the face; may be the picture itself.
        rng: the only source of chance.
    """
    height, width = image.shape[:2]
    target = np.asarray(landmarks, dtype=np.float64)
    face = _carry_over(donor, target, (width, height), rng)
    mask = face_mask(image.shape[:2], landmarks, rng, solid=True)
    face = match_colours(face, image, mask, rng)
    if rng.random() < SEAMLESS_ODDS:
        fake = _seamless(face, image, mask)
    else:
        weight = mask[..., None]
        fake = np.clip(face * weight + image * (1 - weight) + 0.5, 0, 255).astype(np.uint8)
    return Pair(real=image, fake=fake, mask=mask)


def _carry_over(
    donor: Donor, target: NDArray[np.float64], size: tuple[int, int], rng: np.random.Generator
) -> Image:
    """Warp the donor's face onto the target's points, through a square of a generator's resolution."""
    eyes, mouth = target[:2].mean(axis=0), target[3:].mean(axis=0)
    reach = max(8.0, float(np.linalg.norm(eyes - mouth)))
    # No aligner is exact, and the points of two people never fit: each point errs by about 2 % of the face.
    aimed = target + rng.normal(0, 0.03 * reach, target.shape) * rng.random()
    affine, *_ = np.linalg.lstsq(np.column_stack([donor.landmarks, np.ones(5)]), aimed, rcond=None)
    side = rng.uniform(*GENERATOR_SIDES)
    scale = min(1.5, side / (SPAN * reach))
    small = max(8, round(size[0] * scale)), max(8, round(size[1] * scale))
    inwards = (affine * scale).T
    enlarging = int(rng.choice((cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_LANCZOS4)))
    out = cv2.warpAffine(donor.image, inwards, small, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    texture = rng.random()
    if texture < 0.45:
        out = cv2.bilateralFilter(out, 5, rng.uniform(12, 45), 2 + side / 60)
    elif texture < 0.6:
        out = cv2.medianBlur(out, 3)
    out = cv2.resize(out, size, interpolation=enlarging)
    return sharpen(np.asarray(out, dtype=np.uint8), rng.uniform(0, 1.2) if rng.random() < 0.6 else 0.0)


def match_colours(face: Image, image: Image, mask: Mask, rng: np.random.Generator) -> Image:
    """Give the face the mean, and mostly the spread too, of the picture's colours under the mask (in Lab)."""
    ours, theirs = (cv2.cvtColor(half, cv2.COLOR_RGB2LAB).astype(np.float32) for half in (face, image))
    inside = mask > 0.5
    if inside.sum() < 16:
        return face
    (mean, spread), (wanted, wanted_spread) = (
        (lab[inside].mean(axis=0), lab[inside].std(axis=0) + 1) for lab in (ours, theirs)
    )
    gain = wanted_spread / spread if rng.random() < 0.7 else np.ones(3, np.float32)
    strength = rng.uniform(0.6, 1.0) if rng.random() < 0.5 else 1.0
    slip = rng.normal(0, 2.5, 3) * (rng.random() < 0.5)
    moved = (ours - mean) * np.clip(gain, 0.6, 1.6) + wanted + slip
    mixed = np.clip(ours + strength * (moved - ours), 0, 255).astype(np.uint8)
    return np.asarray(cv2.cvtColor(mixed, cv2.COLOR_LAB2RGB), dtype=np.uint8)


def _seamless(face: Image, image: Image, mask: Mask) -> Image:
    """Poisson blending of the part of the face where the mask is more than half."""
    inside = (mask > 0.5).astype(np.uint8) * 255
    inside[[0, -1]] = 0
    inside[:, [0, -1]] = 0
    x, y, width, height = cv2.boundingRect(inside)
    if min(width, height) < 8:
        return image
    centre = (x + width // 2, y + height // 2)
    return np.asarray(cv2.seamlessClone(face, image, inside, centre, cv2.NORMAL_CLONE), dtype=np.uint8)
