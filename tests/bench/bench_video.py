"""Video files: time and memory of `veritile analyze`.

    python tests/bench/bench_video.py [--hours 10] [--temporal mesonet-temporal]

Writes a minute of 720p30 of the astronaut (moving, with grain, H.264) and times the command on it, at 5
frames a second and --quick; then, with --hours, repeats the packets of a small one to a film of so many
hours and tells the highest memory. With --temporal it only times the minute without and with that model, in
turn, and tells the ratio. Start of Python and model are included.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import av
import click
import cv2
import numpy as np

import pictures


def write_minute(path: Path, width: int, height: int, fps: int) -> Path:
    """A minute of the astronaut."""
    rng = np.random.default_rng(0)
    base = pictures.person(width + 40, height + 40, face_px=height // 3)
    grain = [rng.integers(0, 4, (height, width, 3), np.uint8) for _ in range(8)]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=fps)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"preset": "veryfast", "crf": "23"}
        for index in range(60 * fps):
            x, y = 20 + round(12 * np.sin(index / 20)), 20 + round(8 * np.cos(index / 31))
            shown = cv2.add(base[y : y + height, x : x + width], grain[index % 8])
            container.mux(stream.encode(av.VideoFrame.from_ndarray(shown, format="rgb24")))
        container.mux(stream.encode())
    return path


def repeat(path: Path, out: Path, times: int) -> Path:
    """The same packets again and again."""
    with av.open(str(out), "w") as target:
        with av.open(str(path)) as source:
            stream = target.add_stream_from_template(source.streams.video[0])
        for turn in range(times):
            with av.open(str(path)) as source:
                shift = int(60 * turn / source.streams.video[0].time_base)
                for packet in source.demux(video=0):
                    if packet.dts is None:
                        continue
                    packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                    packet.stream = stream
                    target.mux(packet)
    return out


def analyze(path: Path, *options: str) -> tuple[float, int]:
    """Seconds, and the highest memory in MiB."""
    command = [str(Path(sys.executable).with_name("veritile")), "analyze", "--json", *options, str(path)]
    began = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, process.returncode
    return time.monotonic() - began, used.ru_maxrss >> 10


def with_and_without(minute: Path, temporal: str) -> None:
    """A minute's analysis with a temporal model beside that without it, in turn: the machine is the same."""
    without: list[tuple[float, int]] = []
    together: list[tuple[float, int]] = []
    for _ in range(5):
        without.append(analyze(minute, "--fps", "5"))
        together.append(analyze(minute, "--fps", "5", "--temporal", temporal))
    ratio = statistics.median(b[0] / a[0] for a, b in zip(without, together, strict=True))
    click.echo(
        f"a minute of 720p30, --fps 5: {min(without)[0]:.1f} s, {max(m for _, m in without)} MiB; with "
        f"{temporal} {min(together)[0]:.1f} s, {max(m for _, m in together)} MiB; ratio {ratio:.2f}; "
        f"load of the machine {os.getloadavg()[0]:.1f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hours", type=float, default=0.0)
    parser.add_argument("--temporal", metavar="MODEL")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with tempfile.TemporaryDirectory() as folder:
        minute = write_minute(Path(folder) / "minute.mp4", 1280, 720, 30)
        if options.temporal:
            with_and_without(minute, options.temporal)
            return
        for choice in (("--fps", "5"), ("--quick",)):
            took, memory = min(analyze(minute, *choice) for _ in range(3))
            click.echo(
                f"a minute of 720p30, {' '.join(choice)}: {took:.1f} s, {memory} MiB; "
                f"load of the machine {os.getloadavg()[0]:.1f}",
            )
        if options.hours:
            small = write_minute(Path(folder) / "small.mp4", 320, 180, 10)
            long = repeat(small, Path(folder) / "long.mp4", round(60 * options.hours))
            for choice in ((), ("--quick",)):
                took, memory = analyze(long, *choice)
                click.echo(
                    f"{options.hours:g} hours of 320x180, {' '.join(choice)}: {took:.0f} s, {memory} MiB",
                )


if __name__ == "__main__":
    main()
