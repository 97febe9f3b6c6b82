"""Loads and attacks on a host, and what they cost."""

from __future__ import annotations

import io
import json
import shutil
import statistics
import struct
import subprocess
import sys
import threading
import time
from base64 import b64encode
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psutil
from msgspec import UNSET
from PIL import Image

import pictures
from native.talk import HELLO, as_a, begin, frames, item_of, picture_of, retaken
from veritile.native.client import HostClient
from veritile.native.messages import ModelState, Open, Verdicts
from veritile.store.chain import verify
from veritile.store.database import readable
from veritile.store.folder import DATA_DIR_VARIABLE, FILE_NAME, FOLDER

HOST: Final = (sys.executable, "-m", "veritile.native.host")
TILES: Final = 49
RATE: Final = 10
"""Pictures a second of each tile."""


@dataclass
class Load:
    """What came of an overload."""

    sent: int = 0
    judged: int = 0
    dropped: int = 0
    refused: int = 0
    ms: list[float] = field(default_factory=list)
    """From capture to verdict, of pictures that were looked at."""
    looked: Counter[str] = field(default_factory=Counter)
    rss: int = 0
    """Most bytes of host and looking process together."""

    def p(self, percent: int) -> float:
        """Percentile of `ms`."""
        return statistics.quantiles(self.ms, n=100, method="inclusive")[percent - 1]

    @property
    def of_each(self) -> list[int]:
        """How often each tile was looked at."""
        return [self.looked[f"p-{n}"] for n in range(TILES)]


def overload(environment: Mapping[str, str], seconds: float) -> Load:
    """Send whole batches at the rate, whether or not they are answered."""
    load = Load()
    face = pictures.jpeg(pictures.person(320, 180, face_px=80), 80)
    shown = [retaken(face, n) for n in range(16)]
    with HostClient.spawn(HOST, env=environment) as host:
        begin(host)
        top = psutil.Process(host.process.pid)
        processes = [top, *top.children()]
        waiting: set[int] = set()

        def hear() -> None:
            while True:
                reply = host.wait_for(lambda message: message.re is not UNSET and message.re >= 1000, 60)
                now = time.time() * 1000
                waiting.discard(int(str(reply.re)))
                for item in as_a(Verdicts, reply).items:
                    load.refused += item.error is not UNSET
                    load.dropped += item.dropped
                    if not item.dropped and item.error is UNSET:
                        load.judged += 1
                        load.looked[item.participant] += 1
                        load.ms.append(now - item.captured_at)
                if over.is_set() and not waiting:
                    return

        over = threading.Event()
        with ThreadPoolExecutor(1) as pool:
            listening = pool.submit(hear)
            began = time.monotonic()
            for n in range(max(2, int(seconds * RATE))):
                over.wait(max(0.0, began + n / RATE - time.monotonic()))  # the rate is what is tried here
                waiting.add(1000 + n)
                if n + 1 == max(2, int(seconds * RATE)):
                    over.set()
                batch = (picture_of(f"p-{tile}", shown[n % len(shown)]) for tile in range(TILES))
                host.send(frames(1000 + n, *batch))
                load.sent += TILES
                load.rss = max(load.rss, sum(process.memory_info().rss for process in processes))
            listening.result(60)
    return load


@dataclass(frozen=True)
class Cost:
    """Of one refusal: wall-clock ms, the least of three tries, and MB that the most memory ever grew by."""

    ms: float
    mb: float
    outcome: str


_ATTEMPTS: Final = """
import base64, io, json, sys, time
from veritile.errors import VeritileError
from veritile.frame.decode import decode
from veritile.native.framing import FrameReader
import pictures
decode(pictures.jpeg(pictures.person(64, 64)))
def peak():
    lines = open("/proc/self/status").read().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
costs = {}
for name, (kind, coded) in json.load(sys.stdin).items():
    data = base64.b64decode(coded)
    open("/proc/self/clear_refs", "w").write("5")  # the most memory is counted from here
    before, best, outcome = peak(), 1e9, "taken"
    for _ in range(3):
        began = time.perf_counter()
        try:
            decode(data) if kind == "picture" else FrameReader(io.BytesIO(data)).read()
        except VeritileError as error:
            outcome = str(error.code)
        best = min(best, (time.perf_counter() - began) * 1000)
    costs[name] = {"ms": best, "mb": (peak() - before) / 1024, "outcome": outcome}
print(json.dumps(costs))
"""


def bombs() -> dict[str, Cost]:
    """Try the bombs in a process of their own; Linux only, for what it says of memory."""
    coded = {name: (kind, b64encode(data).decode()) for name, (kind, data) in _bombs().items()}
    done = subprocess.run(
        [sys.executable, "-c", _ATTEMPTS],
        input=json.dumps(coded).encode(),
        capture_output=True,
        check=True,
        cwd=Path(__file__).parent,
    )
    return {name: Cost(**cost) for name, cost in json.loads(done.stdout).items()}


def _bombs() -> dict[str, tuple[str, bytes]]:
    small = pictures.jpeg(pictures.person(64, 64, face_px=30))
    at = small.index(b"\xff\xc0") + 5
    huge = small[:at] + struct.pack(">HH", 65535, 65535) + small[at + 4 :]
    lying = small[:at] + struct.pack(">HH", 2160, 4096) + small[at + 4 :]
    stream = io.BytesIO()
    Image.new("RGB", (5000, 5000)).save(stream, "WEBP", lossless=True, method=0, quality=0)
    canvas = b"VP8X" + struct.pack("<I", 10) + bytes(4) + b"\xff\xff\xff" * 2
    webp = b"RIFF" + struct.pack("<I", len(canvas) + 4) + b"WEBP" + canvas
    png = io.BytesIO()
    Image.new("1", (20000, 20000)).save(png, "PNG")
    return {
        "JPEG that declares 65535x65535": ("picture", huge),
        "JPEG of 64x64 that declares 4096x2160": ("picture", lying),
        f"WebP of 5000x5000 in {len(stream.getvalue()):,} bytes": ("picture", stream.getvalue()),
        "WebP that declares 16777216x16777216": ("picture", webp),
        "PNG of 20000x20000": ("picture", png.getvalue()),
        "5 MB that call themselves JPEG": ("picture", b"\xff\xd8\xff" + bytes(5_000_000)),
        "message of 2^32-1 bytes": ("stream", struct.pack("=I", 2**32 - 1) + bytes(1000)),
        "message of 2^31 bytes": ("stream", struct.pack("=I", 2**31) + bytes(1000)),
        "message of 64 MiB": ("stream", struct.pack("=I", 64 << 20) + bytes(1000)),
    }


def without_network(environment: Mapping[str, str]) -> str:
    """Hold a session where there is no network; say how it went."""
    command = ("unshare", "-n", "-r", *HOST)
    probe = (*command[:3], "true")
    if shutil.which("unshare") is None or subprocess.run(probe, capture_output=True).returncode:
        return "not tried: unshare may not be used here"
    with HostClient.spawn(command, env=environment) as host:
        ready = begin(host).state is ModelState.READY
        face = pictures.jpeg(pictures.person(320, 180, face_px=80), 80)
        item = item_of(host.request(frames(10, picture_of("ada", face)), 30))
        sockets = sum(_sockets(process) for process in _all(host))
        works = ready and item.error is UNSET and bool(item.faces)
        return f"{'works' if works else 'fails'}, {sockets} sockets"


def _all(host: HostClient) -> list[psutil.Process]:
    top = psutil.Process(host.process.pid)
    return [top, *top.children(recursive=True)]


def _sockets(process: psutil.Process) -> int:
    links = (fd.readlink().name for fd in Path(f"/proc/{process.pid}/fd").iterdir())
    return sum(link.startswith("socket:") for link in links)


def together(environment: Mapping[str, str], hosts: int, looks: int = 10) -> str:
    """Have so many hosts judge at once, and write into one log; say how it went."""
    face = pictures.jpeg(pictures.person(320, 180, face_px=80), 80)
    shown = [retaken(face, n) for n in range(looks)]

    def call(number: int) -> int:
        with HostClient.spawn(HOST, env=environment) as host:
            host.request(HELLO, 30)
            host.wait_loaded(60)
            host.request(Open(id=2, session=f"call-{number}", platform="meet"), 30)
            replies = (
                host.request(frames(10 + n, picture_of("ada", picture), session=f"call-{number}"), 60)
                for n, picture in enumerate(shown)
            )
            return sum(item_of(reply).error is UNSET for reply in replies)

    with ThreadPoolExecutor(hosts) as pool:
        answered = sum(pool.map(call, range(hosts)))
    with closing(readable(Path(environment[DATA_DIR_VARIABLE]) / FOLDER / FILE_NAME)) as connection:
        intact = verify(connection).intact
    return f"{answered} of {hosts * looks} answered, chain {'intact' if intact else 'BROKEN'}"
