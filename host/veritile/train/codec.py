"""A few pictures through a call's video encoder and back, in memory.

PyAV brings the encoders: libvpx as browsers use it, and x264 in place of
OpenH264 with the settings of a live call (constant bitrate, no look-ahead, no
B-frames, one thread). Speeds are fixed numbers: libvpx would otherwise choose
its effort by the load of the machine, and the same input would not give the
same output twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final, Literal, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from veritile.errors import UnsupportedFormatError

Name = Literal["vp8", "vp9", "h264"]
Image = NDArray[np.uint8]

_BUFFER_S: Final = 1.0
"""WebRTC lets an encoder run so many seconds of bitrate ahead; it starts with the buffer half full."""
_ENCODERS: Final[dict[Name, str]] = {"vp8": "libvpx", "vp9": "libvpx-vp9", "h264": "libx264"}
_VPX: Final = {
    "deadline": "realtime",
    "lag-in-frames": "0",
    "auto-alt-ref": "0",
    "undershoot-pct": "100",
    "overshoot-pct": "15",
    "qmin": "2",
}
_OPTIONS: Final[dict[Name, dict[str, str]]] = {
    # Below 0 is a fixed speed for VP8; above, the encoder would watch the clock.
    "vp8": _VPX
    | {
        "cpu-used": "-8",
        "qmax": "56",
        "static-thresh": "1",
        "noise-sensitivity": "4",  # WebRTC's denoiser for cameras
        "error-resilient": "default",
    },
    "vp9": _VPX | {"cpu-used": "8", "qmax": "52", "aq-mode": "3", "row-mt": "0", "tile-columns": "0"},
    "h264": {
        "preset": "veryfast",
        "tune": "zerolatency",
        "profile": "baseline",
        "sc_threshold": "0",
    },
}


@dataclass(frozen=True, slots=True)
class Codec:
    """One sender's settings.

    Raises:
        UnsupportedFormatError: a name or number out of its range.
    """

    name: Name
    kbit_s: int
    """Bitrate in kbit/s, 10-20000, of the whole picture that is given: for a crop its share of the call's."""
    lines: int
    """Height in pixels that is sent, 16-2160; the width follows, and both are rounded to even numbers."""
    fps: float = 15.0
    """Frames a second, 1-120: with the bitrate it says how many bits a frame has."""

    def __post_init__(self) -> None:
        if self.name not in get_args(Name):
            raise UnsupportedFormatError(
                f"There is no codec {self.name!r}: choose one of {', '.join(get_args(Name))}."
            )
        for value, least, most, what in (
            (self.kbit_s, 10, 20_000, "kbit/s"),
            (self.lines, 16, 2160, "lines"),
            (self.fps, 1, 120, "frames a second"),
        ):
            if not least <= value <= most:
                raise UnsupportedFormatError(f"A codec of {value} {what}: give {least} to {most}.")

    def __str__(self) -> str:
        """As sets are named: `vp8-300k-360`."""
        return f"{self.name}-{self.kbit_s}k-{self.lines}"

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Width and height that are sent for a picture of this size: even, `lines` tall, the aspect kept."""
        tall = max(16, self.lines // 2 * 2)
        return max(16, round(width * tall / height / 2) * 2), tall


def through(frames: Sequence[Image], codec: Codec, *, scaled_back: bool = False) -> list[Image]:
    """Encode and decode a clip; the same input gives the same output.

    Args:
        frames: consecutive pictures, (H, W, 3) uint8 RGB of one size. The first becomes a key frame: it costs
            the most and is often the worst.
        codec: the sender's settings.
        scaled_back: return (H, W) as given instead of the size that was sent (see `Codec.size`).

    Returns:
        As many (h, w, 3) uint8 RGB pictures.

    Raises:
        UnsupportedFormatError: no frame, frames that differ in size or are no RGB pictures, a size that
            cannot be encoded, or PyAV is not installed.
    """
    height, width = _checked(frames)
    size = codec.size(width, height)
    coded = _round_trip([_resized(frame, size) for frame in frames], codec)
    return [_resized(frame, (width, height)) for frame in coded] if scaled_back else coded


def _checked(frames: Sequence[Image]) -> tuple[int, int]:
    """Height and width of the clip."""
    if not frames:
        raise UnsupportedFormatError("A clip needs at least one picture.")
    for frame in frames:
        good = isinstance(frame, np.ndarray) and frame.dtype == np.uint8 and frame.ndim == 3
        if not good or frame.shape[2] != 3 or 0 in frame.shape or frame.shape != frames[0].shape:
            raise UnsupportedFormatError(
                "The pictures of a clip are (H, W, 3) arrays of uint8 in RGB order and of one size: convert "
                "them first."
            )
    height, width = frames[0].shape[:2]
    if not 1 / 16 <= width / height <= 16:
        raise UnsupportedFormatError(f"A picture of {width}x{height} cannot be sent: crop it first.")
    return height, width


def _resized(frame: Image, size: tuple[int, int]) -> Image:
    if (frame.shape[1], frame.shape[0]) == size:
        return frame
    shrinks = size[0] * size[1] < frame.shape[0] * frame.shape[1]
    return np.asarray(
        cv2.resize(frame, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR), np.uint8
    )


def _round_trip(frames: Sequence[Image], codec: Codec) -> list[Image]:
    """The pictures, already of even size, encoded and decoded."""
    try:
        import av
    except ImportError as error:
        raise UnsupportedFormatError("PyAV, which brings the encoders, is not installed.") from error
    height, width = frames[0].shape[:2]
    encoder: Any = av.CodecContext.create(_ENCODERS[codec.name], "w")
    bits = codec.kbit_s * 1000
    rate = Fraction(codec.fps).limit_denominator(1000)
    encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
    encoder.framerate, encoder.time_base = rate, 1 / rate
    encoder.bit_rate, encoder.thread_count, encoder.gop_size = bits, 1, 3000
    encoder.options = _OPTIONS[codec.name] | _rate_options(codec, bits)
    decoder: Any = av.CodecContext.create(codec.name, "r")
    decoder.thread_count = 1
    decoded: list[Image] = []
    try:
        for index, frame in enumerate((*frames, None)):
            picture = None
            if frame is not None:
                picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")
                picture = picture.reformat(format="yuv420p", threads=1)  # more cost more than they bring
                picture.pts, picture.time_base = index, 1 / rate
            for packet in encoder.encode(picture):
                decoded += map(_rgb, decoder.decode(packet))
        decoded += map(_rgb, decoder.decode(None))
    except av.FFmpegError as error:
        raise UnsupportedFormatError(
            f"A clip of {width}x{height} cannot be sent as {codec} ({error.strerror}): choose other settings."
        ) from error
    if len(decoded) != len(frames):
        raise UnsupportedFormatError(
            f"{len(decoded)} of {len(frames)} pictures came back as {codec}: choose other settings."
        )
    return decoded


def _rgb(shown: Any) -> Image:
    """A decoded frame's picture."""
    return np.asarray(shown.reformat(format="rgb24", threads=1).to_ndarray(), dtype=np.uint8)


def _rate_options(codec: Codec, bits: int) -> dict[str, str]:
    """Constant bitrate with WebRTC's buffer, and its cap on key frames (in per cent of a frame's share)."""
    options = {"maxrate": str(bits), "bufsize": str(round(bits * _BUFFER_S))}
    if codec.name == "h264":
        return options
    key_frame = max(300, round(100 * _BUFFER_S / 2 * 0.5 * codec.fps))
    initial = str(round(bits * _BUFFER_S / 2))
    return options | {"minrate": str(bits), "rc_init_occupancy": initial, "max-intra-rate": str(key_frame)}
