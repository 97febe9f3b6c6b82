"""A user's file -> crops of its largest face, or why there are none.

The face is found and judged as in a call: the same detector, and the same gate on
size, blur and light. What a call would not judge teaches nothing about calls.
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from veritile.errors import CorruptImageError, FileUnreadableError, ImageTooLargeError
from veritile.frame.crop import crop_face, crop_square
from veritile.frame.decode import PHOTO, decode
from veritile.frame.faces import FaceDetector
from veritile.frame.header import Header
from veritile.frame.quality import Gate, measure
from veritile.video import Kind, file_kind, sample_frames
from veritile.vocabulary import Reason

MARGIN: Final = 1.8
"""Side of a crop / long side of the face box: room for every model's own, narrower crop."""
MAX_SIDE: Final = 256
"""Of a crop, in pixels; larger faces are scaled down, smaller ones kept as they are."""
_JPEG_QUALITY: Final = 95
_PNG: Final = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True)
class Crop:
    """One face, cut out."""

    frame: int
    """Number of the sampled frame in its file, from 0."""
    t: float
    """Seconds from the start of the video; 0 for a picture."""
    side: int
    """Of the crop, in pixels."""
    face_px: float
    """Long side of the face box in the crop, in pixels; the box is centred."""
    original_px: float
    """Long side of the face box in the frame that it was cut from, in pixels."""
    landmarks: tuple[tuple[float, float], ...]
    """Five points in pixels of the crop, in the order of `veritile.train.faces.LANDMARKS`."""
    jpeg: bytes


@dataclass(frozen=True, slots=True)
class Cut:
    """What one file gave."""

    crops: list[Crop] = field(default_factory=list)
    passed_over: Counter[Reason] = field(default_factory=Counter)
    """Frames without a usable face, by reason."""


class Cutter:
    """Cuts faces out of pictures and videos."""

    def __init__(self, *, frames: int, gate: Gate) -> None:
        """Load the face detector.

        Args:
            frames: sampled from a video, at most; spread over its length, no denser than two a second.
            gate: the least quality of a face.

        Raises ModelError when the detector cannot be loaded.
        """
        self._detector = FaceDetector()
        self._frames = frames
        self._gate = gate

    def cut(self, path: Path) -> Cut:
        """The faces of one file. Raises ImageError when it cannot be read."""
        cut = Cut()
        for number, (t, rgb) in enumerate(self._pictures(path)):
            faces = self._detector.detect(rgb)
            reason = self._gate.reason(measure(rgb, faces[0].box)) if faces else Reason.NO_FACE
            if reason is not None:
                cut.passed_over[reason] += 1
                continue
            cut.crops.append(_crop(number, t, rgb, faces[0].box, faces[0].landmarks))
        return cut

    def _pictures(self, path: Path) -> Iterator[tuple[float, NDArray[np.uint8]]]:
        if _starts_as_png(path):
            yield 0.0, read_png(path)
        elif file_kind(path) is Kind.PICTURE:
            yield 0.0, decode(_read(path), PHOTO)
        else:
            for frame in sample_frames(path, most=self._frames):
                yield frame.t, frame.rgb


def read_png(path: Path) -> NDArray[np.uint8]:
    """A PNG as (H, W, 3) uint8 RGB, upright; its size is checked before anything is decoded.

    Raises:
        ImageTooLargeError: more bytes or pixels than a photograph.
        CorruptImageError: it is damaged.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # ours is the narrower limit
            opened = Image.open(path, formats=("PNG",))
        with opened:
            PHOTO.check(Header("PNG", *opened.size))
            upright = ImageOps.exif_transpose(opened)
            return np.asarray(upright.convert("RGB"), dtype=np.uint8)
    except Image.DecompressionBombError as error:
        raise ImageTooLargeError(f"{path} declares more pixels than is taken: scale it down.") from error
    except (OSError, SyntaxError, ValueError, UnidentifiedImageError) as error:
        raise CorruptImageError(f"{path} is damaged and cannot be decoded: save it anew.") from error


def _starts_as_png(path: Path) -> bool:
    """By its first bytes; a file that cannot be opened is left to `file_kind`, which says why."""
    try:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(len(_PNG)) == _PNG
    except OSError:
        return False


def _read(path: Path) -> bytes:
    """The bytes of a picture; one over the limit is enough to be refused."""
    try:
        with path.open("rb") as file:
            return file.read(PHOTO.bytes + 1)
    except OSError as error:
        raise FileUnreadableError(f"{path} cannot be read ({error.strerror}): check its disk.") from error


def _crop(
    number: int,
    t: float,
    rgb: NDArray[np.uint8],
    box: tuple[float, float, float, float],
    landmarks: tuple[tuple[float, float], ...],
) -> Crop:
    left, top, square = crop_square(box, MARGIN)
    side = min(square, MAX_SIDE)
    picture = crop_face(rgb, box, margin=MARGIN, size=side)
    scale = side / square
    done, jpeg = cv2.imencode(
        ".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY]
    )
    if not done:
        raise CorruptImageError("OpenCV cannot write a JPEG: reinstall opencv-python-headless.")
    return Crop(
        frame=number,
        t=t,
        side=side,
        face_px=max(box[2:]) * scale,
        original_px=max(box[2:]),
        landmarks=tuple(((x - left) * scale, (y - top) * scale) for x, y in landmarks),
        jpeg=jpeg.tobytes(),
    )
