"""What a JPEG or WebP stream says about itself, read before any decoder sees it.

A few hundred bytes can declare 65535 x 65535 pixels, or a hundred passes over
every pixel. Size, passes and completeness are therefore checked here, on the
bytes, without allocating anything.

Sources: ITU-T T.81 (JPEG) annex B; RFC 9649 (WebP) section 2.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from veritile.errors import CorruptImageError, UnsupportedFormatError

MAX_SEGMENTS: Final = 1_000
"""JPEG segments; a photo with an embedded colour profile and previews has a few dozen."""
MAX_SCANS: Final = 20
"""JPEG passes; progressive encoders write about 10. Each one costs a walk over the whole picture."""

_STANDALONE: Final = frozenset([0x01, *range(0xD0, 0xD8)])
_FRAME_HEADERS: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_HUFFMAN_FRAMES: Final = frozenset([0xC0, 0xC1, 0xC2])  # baseline, extended, progressive
_SOI, _EOI, _SOS, _DQT = 0xD8, 0xD9, 0xDA, 0xDB
_MAX_FILL: Final = 64
_SCAN_STEP: Final = 1 << 14
# Inside a scan 0xFF is followed by 0 (a literal 0xFF), a restart marker or fill bytes; anything else ends it.
_ENDS_SCAN: Final = np.ones(256, np.bool_)
_ENDS_SCAN[[0x00, *range(0xD0, 0xD8), 0xFF]] = False


@dataclass(frozen=True, slots=True)
class Header:
    """Format and size of a still picture."""

    format: str
    """`JPEG` or `WebP`."""
    width: int
    """Pixels, as stored: before any EXIF orientation."""
    height: int
    passes: int = 1
    """JPEG scans: over 1, the decoder keeps all coefficients (6 bytes a pixel) and walks over them again."""
    tables: int = 0
    """CRC-32 of a JPEG's quantisation tables, which say how finely it was coded; 0 for WebP."""


def read_header(data: bytes) -> Header:
    """Read the header of a JPEG or WebP picture.

    Raises:
        UnsupportedFormatError: neither of the two, or a kind of them that calls and cameras do not make.
        CorruptImageError: truncated, or not built as the format demands.
    """
    if data[:2] == b"\xff\xd8":
        return _read_jpeg(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _read_webp(data)
    raise UnsupportedFormatError("The picture is neither JPEG nor WebP: save it as one of the two.")


def _read_jpeg(data: bytes) -> Header:
    header: Header | None = None
    scans, tables, at = 0, 0, 2
    for _ in range(MAX_SEGMENTS):
        for _ in range(_MAX_FILL):
            if data[at : at + 2] != b"\xff\xff":  # any number of 0xFF may stand before a marker
                break
            at += 1
        if len(data) < at + 2:
            raise CorruptImageError("The JPEG ends before its picture does: send the whole file.")
        if data[at] != 0xFF:
            raise CorruptImageError("The JPEG's segments do not follow each other: save the picture anew.")
        marker = data[at + 1]
        at += 2
        if marker == _EOI:
            if header is None or scans == 0:
                raise CorruptImageError("The JPEG holds no picture: save it anew.")
            return replace(header, passes=scans, tables=tables)
        if marker in _STANDALONE:
            continue
        length = int.from_bytes(data[at : at + 2])
        if length < 2 or marker in (0x00, 0xFF, _SOI):
            raise CorruptImageError("The JPEG's segments do not follow each other: save the picture anew.")
        if marker in _FRAME_HEADERS:
            if header is not None:
                raise CorruptImageError("The JPEG declares two pictures in one: save it anew.")
            header = _jpeg_frame(marker, data[at + 2 : at + length])
        if marker == _DQT:
            tables = zlib.crc32(data[at + 2 : at + length], tables)
        at += length
        if marker == _SOS:
            scans += 1
            if scans > MAX_SCANS:
                raise CorruptImageError(f"The JPEG has over {MAX_SCANS} passes: save it as a baseline JPEG.")
            at = _scan_end(data, at)
    raise CorruptImageError(f"The JPEG has over {MAX_SEGMENTS} segments: save it without its extra data.")


def _scan_end(data: bytes, at: int) -> int:
    """Index of the marker that ends a scan; the length of the data when there is none."""
    # In steps that overlap by one byte: a hostile scan must not cost its size in memory.
    stream = np.frombuffer(data, np.uint8)
    for start in range(at, len(data), _SCAN_STEP):
        step = stream[start : start + _SCAN_STEP + 1]
        ends = (step[:-1] == 0xFF) & _ENDS_SCAN[step[1:]]
        if ends.any():
            return start + int(ends.argmax())
    return len(data)


def _jpeg_frame(marker: int, frame: bytes) -> Header:
    if marker not in _HUFFMAN_FRAMES:
        raise UnsupportedFormatError(
            "The JPEG is lossless or arithmetically coded: save it as a baseline JPEG."
        )
    if len(frame) < 6:
        raise CorruptImageError("The JPEG's header is too short: save the picture anew.")
    bits, components = frame[0], frame[5]
    if bits != 8 or components not in (1, 3):
        raise UnsupportedFormatError(
            f"The JPEG has {components} channels of {bits} bits: save it as RGB or grey with 8 bits."
        )
    return _sized("JPEG", int.from_bytes(frame[3:5]), int.from_bytes(frame[1:3]))


def _read_webp(data: bytes) -> Header:
    declared = int.from_bytes(data[4:8], "little") + 8
    if declared > len(data):
        raise CorruptImageError("The WebP ends before its picture does: send the whole file.")
    kind, chunk = data[12:16], data[20:30]
    if len(chunk) < 10:
        raise CorruptImageError("The WebP ends inside its header: send the whole file.")
    if kind == b"VP8 " and chunk[3:6] == b"\x9d\x01\x2a":
        width, height = (int.from_bytes(chunk[i : i + 2], "little") & 0x3FFF for i in (6, 8))
        return _sized("WebP", width, height)
    if kind == b"VP8L" and chunk[0] == 0x2F:
        sizes = int.from_bytes(chunk[1:5], "little")
        return _sized("WebP", (sizes & 0x3FFF) + 1, (sizes >> 14 & 0x3FFF) + 1)
    if kind == b"VP8X":
        if chunk[0] & 0x02:
            raise UnsupportedFormatError("The WebP is animated: save one picture of it.")
        # The decoder refuses a picture whose own size differs from this canvas.
        width, height = (int.from_bytes(chunk[i : i + 3], "little") + 1 for i in (4, 7))
        return _sized("WebP", width, height)
    raise CorruptImageError("The WebP's first chunk is not a picture: save it anew.")


def _sized(kind: str, width: int, height: int) -> Header:
    if not width or not height:
        raise CorruptImageError(f"The {kind} declares no pixels: save the picture anew.")
    return Header(kind, width, height)
