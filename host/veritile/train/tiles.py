"""One face as a call's tile shows it, at a size, blur, light and coding that are given and not drawn.

The call's encoder is a WebP pass, which codes as a VP8 key frame does, at a given
quantizer: what a bitrate leaves of a face depends on how long nothing has moved. By
PSNR on 20 faces in 180x180 pixels, quality 80 is what 600 kbit/s for 640x360 have come to
after 24 frames of a still face (37.7 and 37.3 dB), 50 is 300 kbit/s (34.6 and 34.6),
25 is 150 kbit/s (32.5 and 32.4).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Box = tuple[float, float, float, float]

_JPEG = 85  # what the extension asks for
_NOISE = 2.5
"""Of a camera's sensor, standard deviation in levels of 0-255: it stays when the light goes."""


@dataclass(frozen=True, slots=True)
class Tile:
    """What happens to a face between camera and tile."""

    face_px: float
    """Long side of the face box in the tile, at most that of the original."""
    blur: float = 0.0
    """Standard deviation of a Gaussian / long side of the face: focus and motion."""
    light: float = 1.0
    """Share of the light that is left."""
    coding: int = 80
    """Quality of the call's encoder, 1-100."""

    def show(self, image: Image, box: Box, *, seed: int) -> tuple[Image, Box]:
        """The tile's picture, (h, w, 3) uint8 RGB, and the face box in it.

        Args:
            image: (H, W, 3) uint8 RGB, the neighbourhood of the face.
            box: x, y, width, height of the face in its pixels.
            seed: of the noise: the same for a real picture and its fake.
        """
        scale = min(1.0, self.face_px / max(box[2:]))
        if self.blur:
            image = np.asarray(cv2.GaussianBlur(image, (0, 0), self.blur * max(box[2:])), np.uint8)
        noise = np.random.default_rng(seed).standard_normal(image.shape, dtype=np.float32) * _NOISE
        image = np.clip(image * np.float32(self.light) + noise + 0.5, 0, 255).astype(np.uint8)
        height, width = (max(16, round(side * scale)) for side in image.shape[:2])
        ratio = np.array([width / image.shape[1], height / image.shape[0]] * 2)
        image = np.asarray(cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
        image = _through(image, ".webp", cv2.IMWRITE_WEBP_QUALITY, self.coding)
        image = _through(image, ".jpg", cv2.IMWRITE_JPEG_QUALITY, _JPEG)
        x, y, w, h = (np.asarray(box) * ratio).tolist()
        return image, (x, y, w, h)


def _through(image: Image, kind: str, setting: int, quality: int) -> Image:
    encoded = cv2.imencode(kind, cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [setting, quality])[1]
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR_RGB), np.uint8)
