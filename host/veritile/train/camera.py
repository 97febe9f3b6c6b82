"""What a camera does to a picture before anyone can swap a face in it.

A photograph from a press agency is no webcam frame. A webcam's has noise that its own
program half removes, edges that it sharpens and blocks of its own coding, everywhere in
the picture; a swap then lays a face over it that has none of this. So the real
picture of a pair is taken by such a camera first, and the fake is made from that.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from veritile.train.degrade import Image, coarsen, sharpen, through_jpeg


@dataclass(frozen=True, slots=True)
class Camera:
    """One drawn camera."""

    softness: float
    """Factor by which its lens and sensor resolve less than the picture has; 1 for none."""
    noise: float
    """Standard deviation of the noise, in levels of 0-255."""
    grain: float
    """Width of the noise's grains in pixels, standard deviation; 0 for independent pixels."""
    noise_seed: int
    cleaning: float
    """Strength of its program's noise or skin filter, in levels of 0-255; 0 for none."""
    sharpening: float
    """Amount of its program's unsharp mask."""
    jpeg: int | None
    """Quality of its own coding; None for none."""

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Camera:
        """Draw a camera; a quarter of them change nothing."""
        seed = int(rng.integers(2**31))
        if rng.random() < 0.25:
            return cls(1.0, 0.0, 0.0, seed, 0.0, 0.0, None)
        return cls(
            softness=float(rng.uniform(1.0, 2.2)) if rng.random() < 0.5 else 1.0,
            noise=float(rng.uniform(1, 9)) if rng.random() < 0.6 else 0.0,
            grain=float(rng.uniform(0.4, 1.0)) if rng.random() < 0.5 else 0.0,
            noise_seed=seed,
            cleaning=float(rng.uniform(8, 35)) if rng.random() < 0.4 else 0.0,
            sharpening=float(rng.uniform(0.2, 1.5)) if rng.random() < 0.4 else 0.0,
            jpeg=int(rng.integers(55, 96)) if rng.random() < 0.5 else None,
        )

    def take(self, image: Image) -> Image:
        """The picture as this camera gives it: (H, W, 3) uint8 RGB of the same size."""
        if self.softness > 1:
            image = coarsen(image, self.softness, cv2.INTER_LINEAR)
        if self.noise:
            noise = np.random.default_rng(self.noise_seed).standard_normal(image.shape, dtype=np.float32)
            if self.grain:
                noise = np.asarray(cv2.GaussianBlur(noise, (0, 0), self.grain), dtype=np.float32)
                noise /= max(float(noise.std()), 1e-6)
            # Dark places are noisier: the sensor's noise is brought up together with their light.
            gain = self.noise * (1.3 - 0.6 / 255 * image.astype(np.float32))
            image = np.clip(image + noise * gain, 0, 255).astype(np.uint8)
        if self.cleaning:
            image = np.asarray(cv2.bilateralFilter(image, 5, self.cleaning, 2), dtype=np.uint8)
        if self.sharpening:
            image = sharpen(image, self.sharpening)
        return image if self.jpeg is None else through_jpeg(image, self.jpeg)
