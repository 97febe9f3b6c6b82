"""Background blur, as call programs offer it: real people use it, so it must not pass for a swap's edge."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import ArrayLike

from veritile.train.blend import Image, Mask, fit_outline, soften, warp_elastically

# In units of `blend.MEAN_POINTS`, whose face is about 100 tall: head with hair, neck and shoulders.
_PERSON: Final = np.array(
    [(56, -28), (90, -18), (112, 20), (110, 70), (88, 112), (86, 128), (140, 150), (175, 230), (175, 400),
     (-63, 400), (-63, 230), (-28, 150), (26, 128), (24, 112), (2, 70), (0, 20), (22, -18)],
    dtype=np.float64,
)  # fmt: skip


def blur_background(image: Image, landmarks: ArrayLike, rng: np.random.Generator) -> Image:
    """Blur what is not the person, along an edge as unsure as a call program's.

    Args:
        image: (H, W, 3) uint8 RGB with one face.
        landmarks: five points (x, y) in pixels, in the order of `faces.LANDMARKS`.
        rng: the only source of chance.
    """
    mask, face = person_mask(image.shape[:2], landmarks, rng)
    blurred = cv2.GaussianBlur(image, (0, 0), face * rng.uniform(0.03, 0.15))
    weight = mask[..., None]
    return np.clip(image * weight + blurred * (1 - weight) + 0.5, 0, 255).astype(np.uint8)


def person_mask(shape: tuple[int, ...], landmarks: ArrayLike, rng: np.random.Generator) -> tuple[Mask, float]:
    """(H, W) float32, 1 on the person to 0 on the background, and the height of the face in pixels."""
    height, width = shape
    points = fit_outline(np.asarray(landmarks, dtype=np.float64), _PERSON)
    mask = np.zeros((height, width), dtype=np.float32)
    cv2.fillPoly(mask, [np.round(np.clip(points, -9999, 9999)).astype(np.int32)], 1.0)
    face = max(8.0, float(np.linalg.norm(points[0] - points[4])) * 0.75)
    mask = warp_elastically(mask, 0.06 * face, rng)
    return soften(mask, face * rng.uniform(0.01, 0.06)), face
