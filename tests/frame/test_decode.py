"""Pictures from anywhere: what is decoded, what is refused, and what a refusal may cost."""

import io
import json
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

import pictures
from veritile.errors import CorruptImageError, ImageError, ImageTooLargeError, UnsupportedFormatError
from veritile.frame.decode import CALL, PHOTO, decode
from veritile.frame.header import MAX_SCANS, read_header

PICTURE = pictures.person(320, 180, face_px=80)
JPEG = pictures.jpeg(PICTURE)
WEBP = pictures.webp(PICTURE)


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    """What Pillow, an encoder other than OpenCV's, makes of a picture."""
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def jpeg_of_size(width: int, height: int) -> bytes:
    """A few hundred bytes that declare a size; all but the size is a real JPEG."""
    data = bytearray(saved(Image.new("RGB", (16, 16)), "JPEG"))
    at = data.index(b"\xff\xc0") + 5
    data[at : at + 4] = struct.pack(">HH", height, width)
    return bytes(data)


def webp_of_size(width: int, height: int) -> bytes:
    """The same for an extended WebP's canvas."""
    chunk = b"VP8X" + struct.pack("<I", 10) + bytes(4) + (width - 1).to_bytes(3, "little")
    chunk += (height - 1).to_bytes(3, "little") + b"VP8 " + struct.pack("<I", 0)
    return b"RIFF" + struct.pack("<I", len(chunk) + 4) + b"WEBP" + chunk


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (JPEG, "JPEG"),
        (saved(Image.fromarray(PICTURE), "JPEG", progressive=True, quality=90), "JPEG"),
        (
            saved(Image.fromarray(PICTURE), "JPEG", icc_profile=b"p" * 70_000, exif=b"Exif\0\0" + bytes(99)),
            "JPEG",
        ),
        (WEBP, "WebP"),
        (pictures.webp(PICTURE, 101), "WebP"),
        (saved(Image.fromarray(PICTURE), "WEBP", icc_profile=b"p" * 500, quality=90), "WebP"),
    ],
    ids=["jpeg", "progressive", "jpeg with extras", "webp", "lossless webp", "extended webp"],
)
def test_pictures_come_out_as_rgb(data: bytes, kind: str) -> None:
    header = read_header(data)
    assert (header.format, header.width, header.height) == (kind, 320, 180)
    decoded = decode(data)
    assert decoded.shape == PICTURE.shape
    assert decoded.dtype == np.uint8
    # Swapped channels would differ by dozens on the orange suit.
    assert np.abs(decoded.astype(int) - PICTURE).mean() < 4


def test_grey_becomes_three_channels() -> None:
    decoded = decode(saved(Image.fromarray(PICTURE).convert("L"), "JPEG"))
    assert decoded.shape == PICTURE.shape
    assert (decoded[..., 0] == decoded[..., 2]).all()


def test_exif_orientation_is_applied() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: rotate clockwise to show
    decoded = decode(saved(Image.fromarray(PICTURE), "JPEG", exif=exif, quality=95))
    assert decoded.shape == (320, 180, 3)
    assert np.abs(np.rot90(decoded).astype(int) - PICTURE).mean() < 4


@pytest.mark.parametrize("make", [jpeg_of_size, webp_of_size])
@pytest.mark.parametrize(
    ("width", "height", "fits"),
    [(4096, 2160, True), (2160, 4096, True), (4097, 16, False), (2161, 2161, False), (16, 4097, False)],
)
def test_size_is_bounded_in_either_orientation(make, width: int, height: int, fits: bool) -> None:
    header = read_header(make(width, height))
    assert (header.width, header.height) == (width, height)
    if fits:
        CALL.check(header)
    else:
        with pytest.raises(ImageTooLargeError, match=f"{width}x{height}"):
            decode(make(width, height))


def test_photos_may_be_larger_than_frames_of_a_call() -> None:
    photo = saved(Image.new("RGB", (4032, 3024), "grey"), "JPEG")
    assert decode(photo, PHOTO).shape == (3024, 4032, 3)
    with pytest.raises(ImageTooLargeError):
        decode(photo)


def test_progressive_pictures_of_a_call_are_smaller() -> None:
    large = saved(Image.new("RGB", (2560, 1440)), "JPEG", progressive=True)
    with pytest.raises(ImageTooLargeError, match="passes"):
        decode(large)
    assert decode(large, PHOTO).shape == (1440, 2560, 3)
    assert decode(saved(Image.new("RGB", (1080, 1920)), "JPEG", progressive=True)).shape == (1920, 1080, 3)


def test_bytes_are_bounded() -> None:
    with pytest.raises(ImageTooLargeError, match="MiB"):
        decode(JPEG + bytes(CALL.bytes))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a" + bytes(50),
        saved(Image.fromarray(PICTURE), "PNG"),
        saved(Image.fromarray(PICTURE).convert("CMYK"), "JPEG"),
        saved(Image.fromarray(PICTURE), "WEBP", save_all=True, append_images=[Image.new("RGB", (320, 180))]),
        JPEG.replace(b"\xff\xc0", b"\xff\xc9", 1),  # arithmetic coding
    ],
    ids=["nothing", "gif", "png", "cmyk", "animated", "arithmetic"],
)
def test_other_formats_are_refused(data: bytes) -> None:
    with pytest.raises(UnsupportedFormatError):
        decode(data)


@given(cut=st.integers(1, len(JPEG) - 4))
def test_a_truncated_jpeg_is_refused(cut: int) -> None:
    with pytest.raises(CorruptImageError if cut < len(JPEG) - 2 else ImageError):
        decode(JPEG[:-cut])


@given(cut=st.integers(1, len(WEBP) - 12))
def test_a_truncated_webp_is_refused(cut: int) -> None:
    with pytest.raises(CorruptImageError, match="send the whole file"):
        decode(WEBP[:-cut])


def test_too_many_passes_are_refused() -> None:
    data = saved(Image.fromarray(PICTURE), "JPEG", progressive=True)
    last = data[data.rindex(b"\xff\xda") : -2]
    assert decode(data).shape == PICTURE.shape
    with pytest.raises(CorruptImageError, match="passes"):
        read_header(data[:-2] + last * MAX_SCANS + data[-2:])


@given(data=st.binary(max_size=400) | st.binary(max_size=200).map(lambda tail: b"\xff\xd8\xff" + tail))
def test_arbitrary_bytes_raise_nothing_but_image_errors(data: bytes) -> None:
    with pytest.raises(ImageError):
        decode(data)


@settings(max_examples=300)
@given(
    picture=st.sampled_from([JPEG, WEBP, saved(Image.fromarray(PICTURE), "JPEG", progressive=True)]),
    changes=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=12
    ),
)
def test_damaged_pictures_decode_or_raise_image_errors(
    picture: bytes, changes: list[tuple[float, int]]
) -> None:
    data = bytearray(picture)
    for where, value in changes:
        # Squared: half of the damage goes to the first quarter, where the headers are.
        data[int(where * where * len(data))] = value
    try:
        decoded = decode(bytes(data))
    except ImageError:
        return
    assert decoded.dtype == np.uint8
    assert decoded.shape[2] == 3


def test_standard_error_stays_quiet(capfd: pytest.CaptureFixture[str]) -> None:
    damaged = bytearray(JPEG)
    middle = len(damaged) // 2
    damaged[middle : middle + 40] = bytes(40)
    for _ in range(3):
        decode(bytes(damaged))
    sys.stderr.write("still there\n")
    assert capfd.readouterr().err == "still there\n"


COST = """
import json, resource, sys, time
from pathlib import Path
from veritile.errors import ImageError
from veritile.frame.decode import decode
bombs = [Path(path).read_bytes() for path in sys.argv[1:]]
def refuse(data):
    try:
        decode(data)
    except ImageError:
        return
    raise SystemExit("not refused")
refuse(b"\\xff\\xd8")  # what is imported or made on first use is no part of a bomb's cost
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
costs = []
for bomb in bombs:
    started = time.process_time()
    refuse(bomb)
    costs.append((time.process_time() - started) * 1e3)
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(json.dumps({"ms": costs, "grown_kib": grown}))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the resource module is Unix's")
def test_a_bomb_costs_less_than_50_ms_and_32_mb(tmp_path: Path) -> None:
    progressive = saved(Image.new("RGB", (4096, 2160)), "JPEG", progressive=True)
    last = progressive[progressive.rindex(b"\xff\xda") : -2]
    bombs = [
        jpeg_of_size(65_535, 65_535),
        webp_of_size(1 << 24, 1 << 24),
        progressive,
        progressive[:-2] + last * 1_000 + progressive[-2:],
        b"\xff\xd8" + b"\xff\xe0\x00\x02" * 1_000_000,  # millions of empty segments
        b"\xff\xd8" + b"\xff" * 4_000_000,
        JPEG[:-2] + b"\xff\x00" * 2_000_000,  # a scan without end
    ]
    files = [tmp_path / str(number) for number in range(len(bombs))]
    for file, bomb in zip(files, bombs, strict=True):
        file.write_bytes(bomb)
    # A fresh process: in this one other tests have raised the peak already.
    done = subprocess.run(
        [sys.executable, "-c", COST, *map(str, files)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    cost = json.loads(done.stdout)
    assert max(cost["ms"]) < 50, cost
    assert cost["grown_kib"] < 32 * 1024, cost


def test_a_jpeg_too_short_for_its_size_is_refused() -> None:
    """Libjpeg fills what is missing with grey, and 50 MB with it."""
    with pytest.raises(CorruptImageError, match="too short"):
        decode(jpeg_of_size(4096, 2160))


@pytest.mark.parametrize(
    "options", [{}, {"progressive": True, "optimize": True}, {"quality": 1, "optimize": True}]
)
def test_the_shortest_honest_jpeg_is_not(options: dict[str, object]) -> None:
    """One colour throughout, as a camera that is off shows."""
    size = (1600, 900)
    assert decode(saved(Image.new("L", size), "JPEG", **options)).shape == (900, 1600, 3)
