"""What happens to a picture between a camera and a tile of a call: drawn once, done to real and fake alike.

A detector that sees a difference in treatment learns the treatment. So every
change here is an object: drawn from chance once, then applied to both pictures
of a pair with the same numbers, noise included.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from veritile.train.codec import Codec, Name, through

Image = NDArray[np.uint8]

CLIP_FRAMES: Final = 3
"""Frames sent before one is looked at: the first is a key frame, the others build on it."""
CROP: Final = 1.8
"""Side of the pictures / long side of their face box."""


@dataclass(frozen=True, slots=True)
class Colour:
    """Another camera, screen or light: a shift of RGB, contrast, brightness and of HSV."""

    shift: tuple[float, float, float]
    """Added to R, G and B, in levels of 0-255."""
    contrast: float
    """Factor around mid-grey."""
    hue: int
    """Turn of the hue in steps of two degrees, as OpenCV counts."""
    saturation: float
    """Factor."""
    gamma: float
    """Exponent of the brightness; over 1 is darker."""

    @classmethod
    def draw(
        cls,
        rng: np.random.Generator,
        *,
        shift: float,
        saturation: float,
        value: float,
        hue: int,
        contrast: float,
        odds: float,
    ) -> Colour:
        """Draw within plus or minus the limits; each of the three kinds happens with probability `odds`."""
        happens = rng.random(3) < odds
        moved = rng.uniform(-shift, shift, 3) * happens[0]
        brightness = rng.uniform(-contrast, contrast) * 128 * happens[1]
        return cls(
            shift=(moved[0] + brightness, moved[1] + brightness, moved[2] + brightness),
            contrast=float(1 + rng.uniform(-contrast, contrast) * happens[1]),
            hue=int(rng.integers(-hue, hue + 1) * happens[2]),
            saturation=float(1 + rng.uniform(-saturation, saturation) * happens[2]),
            gamma=float(1 + rng.uniform(-value, value) * happens[2]),
        )

    def apply(self, image: Image) -> Image:
        """A changed copy of an (H, W, 3) uint8 RGB picture."""
        levels = np.arange(256, dtype=np.float64)
        bent = 255 * (levels / 255) ** self.gamma
        table = (bent[:, None] - 128) * self.contrast + 128 + np.asarray(self.shift)
        lut = np.clip(np.rint(table), 0, 255).astype(np.uint8).reshape(1, 256, 3)
        changed = np.asarray(cv2.LUT(image, lut), dtype=np.uint8)
        if self.hue == 0 and self.saturation == 1:
            return changed
        hsv = cv2.cvtColor(changed, cv2.COLOR_RGB2HSV)
        steps = np.arange(256)
        hsv_lut = np.stack(
            [(steps + self.hue) % 180, np.clip(np.rint(steps * self.saturation), 0, 255), steps], axis=1
        ).astype(np.uint8)
        return np.asarray(
            cv2.cvtColor(cv2.LUT(hsv, hsv_lut.reshape(1, 256, 3)), cv2.COLOR_HSV2RGB), dtype=np.uint8
        )


@dataclass(frozen=True, slots=True)
class Degradation:
    """One drawn way from camera to tile."""

    colour: Colour
    focus: float
    """Lens and camera program: below 0 softened by so much, above 0 sharpened. Were real pictures always as
    sharp as they were taken, a softer picture would pass for a swap."""
    beauty: float
    """Strength of the camera program's skin filter, 0 for none: real people use them too."""
    scale: float
    """Size of the tile's picture / size of the original."""
    shrinking: int
    """OpenCV's interpolation for the tile's size."""
    enlarging: int
    """OpenCV's interpolation on the way back from a softening."""
    noise: float
    """Standard deviation of the sensor's noise, in levels of 0-255."""
    noise_seed: int
    sender: Codec | None
    """The call's video encoder, its bitrate that of the picture's share of the call; None for none."""
    drift: tuple[float, float]
    """How far the picture moves from frame to frame before the encoder, in pixels."""
    jpeg: int
    """Quality of the last JPEG, the one that the extension makes."""
    flip: bool

    @classmethod
    def draw(cls, rng: np.random.Generator, *, face_px: float, encoded: float = 0.4) -> Degradation:
        """Draw a way for a picture whose face is `face_px` pixels long; tiles show faces of 60 to 200 px.

        `encoded` is how often it goes through a call's video encoder, 0-1.
        """
        wanted = float(np.exp(rng.uniform(np.log(60), np.log(200))))
        return cls(
            colour=Colour.draw(rng, shift=15, saturation=0.25, value=0.3, hue=5, contrast=0.25, odds=0.5),
            focus=float(rng.uniform(-1.5, 1.2)) if rng.random() < 0.6 else 0.0,
            beauty=float(rng.uniform(10, 40)) if rng.random() < 0.15 else 0.0,
            scale=min(1.0, wanted / face_px),
            shrinking=int(rng.choice((cv2.INTER_AREA, cv2.INTER_LINEAR))),
            enlarging=int(rng.choice((cv2.INTER_LINEAR, cv2.INTER_CUBIC))),
            noise=float(rng.uniform(1, 6)) if rng.random() < 0.3 else 0.0,
            noise_seed=int(rng.integers(2**31)),
            sender=_draw_sender(rng, wanted) if rng.random() < encoded else None,
            drift=(float(rng.normal(0, 0.7)), float(rng.normal(0, 0.7))),
            jpeg=int(rng.integers(50, 101)),
            flip=bool(rng.random() < 0.5),
        )

    def apply(self, image: Image) -> Image:
        """The picture as a tile shows it: (H * scale, W * scale, 3) uint8 RGB."""
        image = self.colour.apply(image)
        if self.focus < 0:
            image = coarsen(image, 1 - self.focus, self.enlarging)
        elif self.focus > 0:
            image = sharpen(image, self.focus)
        if self.beauty:
            image = np.asarray(cv2.bilateralFilter(image, 5, self.beauty, 3), dtype=np.uint8)
        if self.noise:
            noise = np.random.default_rng(self.noise_seed).standard_normal(image.shape, dtype=np.float32)
            image = np.clip(image + noise * np.float32(self.noise), 0, 255).astype(np.uint8)
        if self.scale < 1:
            height, width = image.shape[:2]
            size = (max(8, round(width * self.scale)), max(8, round(height * self.scale)))
            image = np.asarray(cv2.resize(image, size, interpolation=self.shrinking), dtype=np.uint8)
        if self.sender is not None:
            image = _send(image, self.sender, self.drift)
        image = through_jpeg(image, self.jpeg)
        return np.asarray(cv2.flip(image, 1), dtype=np.uint8) if self.flip else image


def coarsen(image: Image, factor: float, interpolation: int) -> Image:
    """Shrink by `factor` and enlarge again: what is finer than that many pixels is lost."""
    height, width = image.shape[:2]
    size = (max(1, round(width / factor)), max(1, round(height / factor)))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (width, height), interpolation=interpolation), dtype=np.uint8)


def sharpen(image: Image, amount: float) -> Image:
    """Unsharp mask: add `amount` times what a blur of 1.2 pixels takes away."""
    soft = cv2.GaussianBlur(image, (0, 0), 1.2)
    return np.asarray(cv2.addWeighted(image, 1 + amount, soft, -amount, 0), dtype=np.uint8)


def _draw_sender(rng: np.random.Generator, face_px: float) -> Codec:
    """An encoder as met in calls, for the neighbourhood of a face of so many pixels.

    A call of 100-1500 kbit/s and 360 lines, of which the crop gets its share; screens of more
    lines have more pixels for the same bits, so the range covers them.
    """
    call_kbit_s = float(np.exp(rng.uniform(np.log(100), np.log(1500))))
    share = min(1.0, (CROP * face_px) ** 2 / (640 * 360))
    names: tuple[Name, ...] = get_args(Name)
    return Codec(
        names[int(rng.integers(len(names)))],
        kbit_s=max(10, round(call_kbit_s * share)),
        lines=16,
        fps=float(rng.choice((10, 15, 24, 30))),
    )


def _send(image: Image, sender: Codec, drift: tuple[float, float]) -> Image:
    """The last frame of a short clip of a drifting picture, as its receiver sees it."""
    height, width = image.shape[:2]
    frames = []
    for away in range(CLIP_FRAMES - 1, -1, -1):
        matrix = np.array([[1, 0, away * drift[0]], [0, 1, away * drift[1]]], dtype=np.float64)
        moved = cv2.warpAffine(image, matrix, (width, height), borderMode=cv2.BORDER_REFLECT_101)
        frames.append(np.asarray(moved, dtype=np.uint8))
    lines = max(16, height)  # no encoder takes fewer
    return through(frames, replace(sender, lines=lines), scaled_back=True)[-1]


def through_jpeg(image: Image, quality: int) -> Image:
    """Through an encoder and back."""
    setting = [cv2.IMWRITE_JPEG_QUALITY, quality]
    encoded = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), setting)[1]
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR_RGB), dtype=np.uint8)
