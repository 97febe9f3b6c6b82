"""Encoded pictures -> RGB arrays, with bounds that are checked before anything is decoded.

Pictures are always decoded at full size: JPEG's cheaper reduced modes throw
away the fine traces that a swapped face leaves, which is what is looked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from veritile.errors import CorruptImageError, ImageTooLargeError
from veritile.frame.header import Header, read_header
from veritile.frame.quiet import quiet_stderr


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest picture that is decoded."""

    long_side: int
    """Pixels."""
    short_side: int
    """Pixels."""
    bytes: int
    """Of the encoded picture."""
    progressive_pixels: int
    """Of a JPEG stored in several passes, which cost much more time and memory to decode."""

    def check(self, header: Header) -> None:
        """Raise ImageTooLargeError when the picture is larger, in either orientation."""
        short, long = sorted((header.width, header.height))
        if long > self.long_side or short > self.short_side:
            raise ImageTooLargeError(
                f"The picture has {header.width}x{header.height} pixels and at most "
                f"{self.long_side}x{self.short_side} are taken: scale it down first."
            )
        if header.passes > 1 and short * long > self.progressive_pixels:
            raise ImageTooLargeError(
                f"The JPEG has {header.width}x{header.height} pixels in {header.passes} passes and at most "
                f"{self.progressive_pixels:,} pixels are taken so: save it as a baseline JPEG."
            )


_PIXELS_PER_BYTE: Final = 512
"""A JPEG spends one bit at least on each block of 8x8 pixels."""

CALL: Final = Limits(long_side=4096, short_side=2160, bytes=4 << 20, progressive_pixels=1920 * 1200)
"""Frames of a call: up to 4K."""
PHOTO: Final = Limits(long_side=8192, short_side=6144, bytes=64 << 20, progressive_pixels=8192 * 6144)
"""Files that a user picked: up to the 50 megapixels of today's cameras (150 MB while decoded)."""


def decode(data: bytes, limits: Limits = CALL) -> NDArray[np.uint8]:
    """Decode a JPEG or WebP picture.

    EXIF orientation is applied, transparency dropped, grey widened to three channels.
    A JPEG without its end is refused, not filled up with grey.

    Returns:
        (H, W, 3) uint8, RGB.

    Raises:
        UnsupportedFormatError: neither JPEG nor WebP, animated, or of an exotic kind.
        ImageTooLargeError: more bytes or pixels than `limits`.
        CorruptImageError: the picture is truncated or damaged.
    """
    return decode_with_header(data, limits)[0]


def decode_with_header(data: bytes, limits: Limits = CALL) -> tuple[NDArray[np.uint8], Header]:
    """`decode`, and what the stream says about itself."""
    if len(data) > limits.bytes:
        raise ImageTooLargeError(
            f"The picture has over {limits.bytes >> 20} MiB, which is more than is taken: save it smaller."
        )
    header = read_header(data)
    limits.check(header)
    if header.format == "JPEG" and len(data) * _PIXELS_PER_BYTE < header.width * header.height:
        # A decoder would take what is missing for grey: 50 MB for a picture of 600 bytes.
        raise CorruptImageError("The JPEG is far too short for the size that it declares: save it anew.")
    with quiet_stderr():
        try:
            image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
        except cv2.error as error:
            raise CorruptImageError("The picture cannot be decoded: save it anew.") from error
    if image is None:
        raise CorruptImageError(
            "The picture is damaged and cannot be decoded: send it again or save it anew."
        )
    return np.asarray(image, dtype=np.uint8), header
