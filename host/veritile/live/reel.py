"""A clip as the other side of a call sees it, for as long as a call lasts.

Short clips are shown forth and back again, so that nothing jumps. Nobody's
camera gives one picture twice, but a short clip does: who would be shown the same
picture in two successive looks is shown its neighbour. Only a frozen line repeats.
"""

from __future__ import annotations

import random
import zlib
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from veritile.errors import NoFramesError
from veritile.live.sources import FEWEST, RATE, Source
from veritile.train.codec import Codec, Name, through
from veritile.train.recoded import clip_of
from veritile.video import VideoFrame

MAX_WIDTH: Final = 640
JPEG_QUALITY: Final = 85
"""Of the pictures that the extension makes: extension/src/content/capture/picture.ts."""
SHORT_S: Final = 60.0
"""Up to so long a clip is shown again and again; a longer one is shown once."""
LINES: Final = 360
"""Height that a sender encodes, unless told otherwise; no clip is scaled up to it."""
SEGMENT: Final = 150
"""Pictures that are encoded as one clip, from a key frame on: 10 s."""
FREEZE_S: Final = (0.5, 4.0)
"""How long a line may freeze at a time."""
_INSTANT: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Line:
    """What lies between the camera and the viewer."""

    codec: Codec | None = None
    """The sender's encoder; None when clips are shown as they are."""
    lines: int | None = None
    """Height in pixels that pictures are scaled down to, where there is no encoder; larger ones only."""
    freeze: float = 0.0
    """Share of the time, 0 to 0.9, in which nothing new arrives."""

    def __str__(self) -> str:
        """As docs/live.md calls it: `vp8-300k-360, frozen 0.1`; `untouched` when it does nothing."""
        parts = [str(self.codec)] if self.codec else []
        if self.lines is not None:
            parts.append(f"{self.lines} lines")
        if self.freeze:
            parts.append(f"frozen {self.freeze:g}")
        return ", ".join(parts) or "untouched"


UNTOUCHED: Final = Line()


@dataclass(frozen=True, slots=True)
class Picture:
    """What a tile shows at one time."""

    jpeg: bytes
    width: int
    """Of the video, in pixels, before it was scaled down to `MAX_WIDTH`."""
    height: int


class Clip:
    """A source on a line. The pictures of a short one are kept, encoded as the extension does."""

    def __init__(self, source: Source, line: Line) -> None:
        """Read the first minute.

        Raises:
            ImageError: the source cannot be read, or PyAV is needed and not installed.
            NoFramesError: it has fewer than `FEWEST` pictures.
        """
        self.source = source
        self.line = line
        frames = self._frames()
        self.times: list[float] = []
        self.pictures: list[Picture] = []
        for frame in frames:
            if frame.t > SHORT_S:
                self.long = True
                break
            self.times.append(frame.t)
            self.pictures.append(picture_of(frame.rgb))
        else:
            self.long = False
        if len(self.pictures) < FEWEST:
            raise NoFramesError(
                f"{source.name} has {len(self.pictures)} pictures, a call needs {FEWEST} at least: "
                "name longer clips."
            )

    def reel(self) -> Reel:
        """A new showing."""
        return Reel(self)

    def _frames(self) -> Iterator[VideoFrame]:
        """What arrives at the other end."""
        frames, codec, lines = self.source.frames(), self.line.codec, self.line.lines
        if codec is None:
            for frame in frames:
                yield frame if lines is None else VideoFrame(frame.t, _scaled(frame.rgb, lines=lines))
        elif self.source.pictures:
            for frame in frames:  # seconds lie between them: each gets a past of its own
                seed = zlib.crc32(f"{self.source.name} {frame.t:.3f}".encode())
                sent = through(clip_of(frame.rgb, seed), _at_most(codec, frame.rgb))
                yield VideoFrame(frame.t, sent[-1])
        else:
            small = (VideoFrame(frame.t, _scaled(frame.rgb, lines=codec.lines)) for frame in frames)
            while segment := list(islice(small, SEGMENT)):
                sent = through([frame.rgb for frame in segment], _at_most(codec, segment[0].rgb))
                yield from (VideoFrame(frame.t, rgb) for frame, rgb in zip(segment, sent, strict=True))


class Reel:
    """One showing of a clip; ask it for times that do not go back."""

    def __init__(self, clip: Clip) -> None:
        self._clip = clip
        self._place = -1
        rest = clip._frames() if clip.long else iter(())
        self._rest = (frame for frame in rest if frame.t > SHORT_S)
        self._newest: VideoFrame | None = None
        self._next: VideoFrame | None = None

    def at(self, t: float) -> Picture | None:
        """What is shown at `t` seconds; None once a long clip is over."""
        if self._clip.long and t >= SHORT_S:
            return self._later(t)
        times = self._clip.times
        length = times[-1]
        phase = t if self._clip.long else t % (2 * length)
        place = bisect_right(times, min(phase, 2 * length - phase) + _INSTANT) - 1
        if place == self._place:
            onward = 1 if phase <= length else -1
            place += onward if 0 <= place + onward < len(times) else -onward
        self._place = place
        return self._clip.pictures[self._place]

    def _later(self, t: float) -> Picture | None:
        """The newest picture of a long clip whose time has come."""
        while self._next is None or self._next.t <= t:
            self._newest, self._next = self._next or self._newest, next(self._rest, None)
            if self._next is None:
                return None
        shown = self._newest
        return self._clip.pictures[-1] if shown is None else picture_of(shown.rgb)


class Freezes:
    """When a line freezes: the same for the same seed."""

    def __init__(self, share: float, seed: str) -> None:
        """Freeze for a share, 0 to 0.9, of the time."""
        self._share = share
        self._rng = random.Random(seed)
        self._start, self._end = 0.0, 0.0

    def shown(self, t: float) -> float:
        """The time whose picture is shown at `t`, which does not go back: `t` unless the line is frozen."""
        if not self._share:
            return t
        while t >= self._end:
            # The mean pause follows from the mean freeze, so that the share comes out.
            pause = self._rng.expovariate(self._share / ((1 - self._share) * sum(FREEZE_S) / 2))
            self._start = self._end + pause
            self._end = self._start + self._rng.uniform(*FREEZE_S)
        return min(t, self._start)


def picture_of(rgb: NDArray[np.uint8]) -> Picture:
    """Encode an (H, W, 3) uint8 RGB picture as the extension does."""
    small = _scaled(rgb, width=MAX_WIDTH)
    bgr = cv2.cvtColor(small, cv2.COLOR_RGB2BGR)
    data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1]
    return Picture(data.tobytes(), rgb.shape[1], rgb.shape[0])


def line_of(codec: str | None, kbit: int, lines: int | None, freeze: float) -> Line:
    """Return a line from what a user asked for; `LINES` where there is an encoder and nothing is said.

    Raises UnsupportedFormatError for numbers that no encoder takes.
    """
    if codec is None:
        return Line(lines=lines, freeze=freeze)
    return Line(Codec(cast(Name, codec), kbit, lines or LINES, RATE), freeze=freeze)


def _at_most(codec: Codec, rgb: NDArray[np.uint8]) -> Codec:
    """The codec with no more lines than the picture has: a sender does not scale up."""
    return replace(codec, lines=min(codec.lines, rgb.shape[0]))


def _scaled(
    rgb: NDArray[np.uint8], *, lines: int | None = None, width: int | None = None
) -> NDArray[np.uint8]:
    """The picture scaled down to so many lines or columns; as it is when it has no more."""
    height, across = rgb.shape[:2]
    scale = min(1.0, (lines or height) / height, (width or across) / across)
    if scale == 1.0:
        return rgb
    size: Sequence[int] = max(1, round(across * scale)), max(1, round(height * scale))
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
