"""What real live swaps do to a face's texture, measured and done to other people's faces.

A swap changes how much there is of each scale of detail in the light and in the colours of a face: less in
smooth skin, more in brows that a generator draws crisper than the camera. Here that is measured
on pairs of a frame and its swap, as a field of gains over the face, without the face itself; laid on
photographs of thousands of people it makes fakes that do not teach whose face was put on. Learning
from the few real swaps themselves teaches mostly that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from veritile.train.blend import Image, Pair, face_mask, misplace
from veritile.train.generator.align import to_canonical

Floats = NDArray[np.float32]

SIDE: Final = 64
"""Side of a field, in the canonical square of `generator.align`."""
SCALES: Final = (0.7, 1.4, 2.8, 5.6, 11.2)
"""Standard deviations of the Gaussian filters between the scales, in pixels of a face of `FACE_PX`."""
FACE_PX: Final = 123.0
_FLOOR: Final = np.array([0.004, 0.002, 0.002], dtype=np.float32) ** 2
"""Energy below which detail is the codec's noise: light, blue-yellow, red-green; levels of 0-1, squared."""
_LEAST, _MOST = -1.6, 1.0
"""Bounds of a logarithm of gains."""
_STRENGTH: Final = (0.6, 1.5)
"""Range of the factor on a measured field: no swap is just like those measured."""
_MISPLACED_ODDS: Final = 0.7


@dataclass(frozen=True, slots=True)
class Style:
    """What one swap did to one face."""

    gains: NDArray[np.float16]
    """(5, SIDE, SIDE, 3): natural logarithms of the gain of each of `SCALES`, in light and two colours."""
    shift: NDArray[np.float16]
    """(SIDE, SIDE, 3): what was added to what is coarser than all of them."""


def measure_style(real: Image, fake: Image, landmarks: ArrayLike, face_px: float) -> Style:
    """Measure a swap: (H, W, 3) uint8 RGB before and after, five landmarks and face size in pixels."""
    matrix, scale = to_canonical(landmarks, SIDE), face_px / FACE_PX
    (ours, rest), (theirs, their_rest) = (_scales(_colours(image), scale) for image in (real, fake))
    gains = []
    for sigma, detail, changed in zip(SCALES, ours, theirs, strict=True):
        reach = max(3.0, 3 * sigma * scale)
        before, after = (cv2.GaussianBlur(part * part, (0, 0), reach) for part in (detail, changed))
        gain = 0.5 * np.log((after + _FLOOR) / (before + _FLOOR))
        gains.append(cv2.warpAffine(gain, matrix, (SIDE, SIDE)))
    shift = cv2.warpAffine(their_rest - rest, matrix, (SIDE, SIDE))
    return Style(np.stack(gains).astype(np.float16), shift.astype(np.float16))


def restyle(
    image: Image, landmarks: ArrayLike, face_px: float, style: Style, rng: np.random.Generator
) -> Pair:
    """Do to a face what a swap did to another one, and blend it in as a swap is blended in.

    Args:
        image: (H, W, 3) uint8 RGB with one face: the real half of the pair.
        landmarks: its five points (x, y) in pixels, in the order of `faces.LANDMARKS`.
        face_px: long side of its box in pixels.
        style: the swap's.
        rng: the only source of chance.
    """
    copy = apply_style(image, landmarks, face_px, style, rng)
    mask = face_mask(image.shape[:2], landmarks, rng, solid=True)
    if rng.random() < _MISPLACED_ODDS:
        copy, mask = misplace(copy, mask, rng)
    weight = mask[..., None]
    fake = np.clip(copy * weight + image * (1 - weight) + 0.5, 0, 255).astype(np.uint8)
    return Pair(real=image, fake=fake, mask=mask)


def apply_style(
    image: Image, landmarks: ArrayLike, face_px: float, style: Style, rng: np.random.Generator
) -> Image:
    """The whole picture with the texture of a swap, not blended in yet; arguments as for `restyle`."""
    size = image.shape[1::-1]
    back = cv2.invertAffineTransform(to_canonical(landmarks, SIDE))
    strength, mirrored = rng.uniform(*_STRENGTH), rng.random() < 0.5

    def laid(field: NDArray[np.float16]) -> Floats:
        turned = np.ascontiguousarray(field[:, ::-1] if mirrored else field).astype(np.float32)
        return np.asarray(cv2.warpAffine(turned, back, size) * np.float32(strength), dtype=np.float32)

    details, result = _scales(_colours(image), face_px / FACE_PX)
    # Half of the light's shift: the rest is mostly the make-up of the face that was put on.
    result = result + laid(style.shift) * np.array([0.5, 1, 1], dtype=np.float32)
    for detail, gain in zip(details, style.gains, strict=True):
        result = result + detail * np.exp(np.clip(laid(gain), _LEAST, _MOST))
    return _picture(result)


def _scales(colours: Floats, scale: float) -> tuple[list[Floats], Floats]:
    """The detail between the filters, finest first, and what is coarser than all; their sum is the input."""
    details, rest = [], colours
    for sigma in SCALES:
        coarser = np.asarray(cv2.GaussianBlur(rest, (0, 0), max(0.4, sigma * scale)), dtype=np.float32)
        details.append(rest - coarser)
        rest = coarser
    return details, rest


def _colours(image: Image) -> Floats:
    """(H, W, 3) uint8 RGB -> light (0-1), blue-yellow and red-green (about -0.5 to 0.5), as ITU-R BT.601."""
    rgb = image.astype(np.float32) / 255
    light = rgb @ np.array([0.299, 0.587, 0.114], dtype=np.float32)
    return np.dstack([light, (rgb[..., 2] - light) * 0.564, (rgb[..., 0] - light) * 0.713])


def _picture(colours: Floats) -> Image:
    light, blue, red = (colours[..., channel] for channel in range(3))
    r, b = light + red / 0.713, light + blue / 0.564
    g = (light - 0.299 * r - 0.114 * b) / 0.587
    return np.clip(np.dstack([r, g, b]) * 255 + 0.5, 0, 255).astype(np.uint8)
