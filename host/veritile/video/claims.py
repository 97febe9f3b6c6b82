"""How much a video claims to hold, counted before it is believed.

The index of an MP4 or MOV: FFmpeg keeps about 36 bytes in memory for every sample that
an index tells of, and a few bytes of index can tell of millions. So the boxes are
walked through first, by their headers alone. The pictures of every file: they are
counted, as they come, against the time that they fill.

Source: ISO/IEC 14496-12, clauses 4.2 and 8; Apple, QuickTime File Format (cmov).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO, Final

from veritile.errors import ImageTooLargeError, UnsupportedFormatError

MOST_PACKETS: Final = 10_000_000
"""Encoded pictures of one file: four days of 30 a second. More are of no film."""
FASTEST: Final = 1000.0
"""Pictures a second, of the quickest cameras that people own."""
_AT_ONCE: Final = 10_000
"""Pictures that may come before time has passed: time stamps are not in order."""
MOST_SAMPLES: Final = 6_000_000
"""Of all tracks together: ten hours of 60 pictures and 100 packets of sound a second."""
_MOST_BOXES: Final = 1_000_000
_HOLDERS: Final = frozenset(
    {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"gmhd", b"dinf", b"moof", b"traf", b"mvex",
     b"tref", b"sinf", b"udta", b"wave"}
)  # fmt: skip
"""Boxes of boxes."""
_SPARE: Final = frozenset({b"free", b"skip", b"hoov"})
"""Boxes that hold nothing, unless an index was put there: FFmpeg would find it."""
# Where the number of samples stands in a box, in bytes from the end of its header.
_COUNTS: Final = {b"stsz": 8, b"stz2": 8, b"trun": 4}


def check_claims(file: BinaryIO, path: Path) -> None:
    """Walk through the boxes of an MP4 or MOV file; where it stands afterwards is not told.

    Raises:
        ImageTooLargeError: it tells of over MOST_SAMPLES samples, or has too many boxes.
        UnsupportedFormatError: its index is compressed, so that nobody knows what it tells of.
        OSError: it cannot be read.
    """
    samples = boxes = 0
    open_boxes = [(0, file.seek(0, os.SEEK_END))]
    while open_boxes:
        at, end = open_boxes.pop()
        if at + 8 > end:
            continue
        file.seek(at)
        head = file.read(32)
        kind, size, header = head[4:8], int.from_bytes(head[:4]), 8
        if size == 1:
            size, header = int.from_bytes(head[8:16]), 16
        stop = end if size == 0 else min(end, at + size)
        boxes += 1
        if stop < at + header:
            continue  # no box at all: FFmpeg reads no further here either
        open_boxes.append((stop, end))
        inner = head[header + 4 : header + 8]
        if kind == b"cmov" or (kind in _SPARE and inner == b"cmov"):
            raise UnsupportedFormatError(f"{path} has a compressed index: convert it to MP4 first.")
        if kind in _COUNTS:
            place = header + _COUNTS[kind]
            samples += int.from_bytes(head[place : place + 4])
        elif kind in _HOLDERS or (kind in _SPARE and inner == b"mvhd"):
            open_boxes.append((at + header, stop))
        elif kind == b"meta":  # version and flags first, but not in QuickTime
            open_boxes.append((at + header + (0 if inner == b"hdlr" else 4), stop))
        if samples > MOST_SAMPLES or boxes > _MOST_BOXES:
            raise ImageTooLargeError(
                f"{path} tells of over {MOST_SAMPLES:,} pictures and packets of sound: cut it into parts."
            )


class Count:
    """Counts the pictures of a file against the time that they fill."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._packets = 0
        self._first = self._last = 0.0

    def one_more(self, t: float | None) -> None:
        """Note one at `t` seconds, None where it tells no time; raises ImageTooLargeError."""
        self._packets += 1
        if t is not None:
            self._first = t if self._packets == 1 else min(self._first, t)
            self._last = max(self._last, t)
        else:
            self._last += 1.0 / FASTEST
        if self._packets > _AT_ONCE + FASTEST * (self._last - self._first):
            raise ImageTooLargeError(
                f"{self._path} has over {FASTEST:,.0f} pictures a second: convert it to fewer first."
            )
        if self._packets > MOST_PACKETS:
            raise ImageTooLargeError(f"{self._path} has over {MOST_PACKETS:,} pictures: cut it into parts.")
