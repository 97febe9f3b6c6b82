"""Streams and pictures as somebody who means harm would make them, and what the host makes of them."""

from __future__ import annotations

import faulthandler
import io
import logging
import random
import struct
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec
import psutil
from PIL import Image

import pictures
from native.recording import Conversation, GatedAnalyzer
from native.talk import HELLO, OPEN, frames, picture_of
from veritile.errors import ImageError, InternalError, VeritileError
from veritile.frame.decode import decode
from veritile.native.codec import decode_client, encode
from veritile.native.conversation import serve
from veritile.native.dispatcher import Dispatcher
from veritile.native.framing import FrameReader, encode_frame
from veritile.native.greeting import greet
from veritile.native.limits import PROTOCOL
from veritile.native.log import logger
from veritile.native.messages import (
    ClientMessage,
    Close,
    Configure,
    Error,
    Export,
    ExportFormat,
    Hello,
    HostMessage,
    ListSessions,
    Ping,
)
from veritile.vocabulary import Sensitivity

HANG_S: Final = 300.0
_GUARDED: Final = 100
"""Executions that together may take so many seconds; what takes longer ends the run with a traceback."""
ODD_NUMBERS: Final = (0, 1, 3, 127, 128, 255, 2**15, 2**16 - 1, 2**20, 2**23 + 1, 2**31 - 1, 2**31, 2**32 - 1)
ODD_TEXT: Final = (
    b'"', b"\\", b"\\ud800", b"\xff", b"\xed\xa0\x80", b"{" * 400, b"[" * 400, b"null", b"-1", b"1e400",
    b"NaN", b"9" * 400, b'"v":2', b'"type":"hello"', b'"id":1', b"\x00", b'""', b"true", b'"session":"call"',
)  # fmt: skip

ODD_VALUES: Final = (
    None, True, -1, -0.0, 1e308, 0.5, "", "x" * 129, "x" * 300, "\u202e\x00", "../../etc/passwd",
    "//host/share", "file:///etc/passwd", "=cmd()", "AAAA", "A", [], {}, [[]], [{}] * 65, "ada", "call",
)  # fmt: skip


@dataclass
class Fuzzed:
    """What came of a run."""

    executions: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    """How often each error was told, by number; `ok` where nothing was wrong."""
    uncaught: list[str] = field(default_factory=list)
    slowest_s: float = 0.0
    """Wall-clock time of the slowest execution."""
    rss: list[int] = field(default_factory=list)
    """Bytes, ten times in the run."""

    @property
    def growth(self) -> int:
        """Bytes that memory has grown by since the first tenth."""
        return self.rss[-1] - self.rss[0]


def run(
    times: int, once: Callable[[], Sequence[str]], told: Callable[[str], None] = lambda text: None
) -> Fuzzed:
    """Execute so often; what `once` raises is counted as uncaught, what it returns as outcomes.

    `told` hears ten times how far it is.
    """
    came, process = Fuzzed(), psutil.Process()
    for n in range(times):
        began = time.perf_counter()
        if n % _GUARDED == 0:  # arming the guard starts a thread
            faulthandler.dump_traceback_later(HANG_S, exit=True)
        try:
            came.outcomes.update(once())
        except Exception as error:
            came.uncaught.append(repr(error)[:300])
        came.slowest_s = max(came.slowest_s, time.perf_counter() - began)
        came.executions += 1
        if (n + 1) % max(1, times // 10) == 0:
            came.rss.append(process.memory_info().rss)
            told(f"{n + 1:,} executions, {len(came.uncaught)} uncaught, {came.rss[-1] / 1e6:.1f} MB")
    faulthandler.cancel_dump_traceback_later()
    return came


def mutated(data: bytes, chance: random.Random, words: Sequence[bytes] = ()) -> bytes:
    """`data` with one to four things wrong: bytes changed, cut, doubled, moved, or replaced by odd ones."""
    out = bytearray(data)
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(out) + 1)
        to = min(len(out), at + chance.choice((1, 2, 4, 16, 64)))
        match chance.randrange(7):
            case 0:
                out[at:to] = chance.randbytes(to - at)
            case 1:
                del out[at:to]
            case 2:
                out[at:at] = out[at:to]
            case 3:
                del out[at:]
            case 4:
                out[at : at + 4] = struct.pack(chance.choice("<>") + "I", chance.choice(ODD_NUMBERS))
            case 5 if words:
                out[at:to] = chance.choice(words)
            case _:
                if at < len(out):
                    out[at] ^= 1 << chance.randrange(8)
    return bytes(out)


def twisted(payload: bytes, chance: random.Random, words: Sequence[bytes] = ()) -> bytes:
    """A JSON message with a value of it replaced by an odd one, or left out: still JSON, mostly."""
    message = msgspec.json.decode(payload)
    place = message
    while True:
        keys = list(place) if isinstance(place, dict) else range(len(place))
        key = chance.choice(keys)
        if isinstance(place[key], dict | list) and place[key] and chance.random() < 0.7:
            place = place[key]
            continue
        if chance.random() < 0.2:
            del place[key]
        elif chance.random() < 0.2 and words:
            place[key] = msgspec.Raw(chance.choice(words))
        else:
            place[key] = chance.choice((*ODD_NUMBERS, *ODD_VALUES))
        return msgspec.json.encode(message)


def fuzz_streams(times: int, seed: int, told: Callable[[str], None] = lambda text: None) -> Fuzzed:
    """Whole conversations, damaged, through reader, codec and dispatcher; nothing looks at the pictures.

    What reaches the client is encoded as it would be. A reply of InternalError counts as uncaught.
    """
    chance = random.Random(seed)
    messages: list[ClientMessage] = [
        frames(3, picture_of("ada", b"\xff\xd8" + bytes(40), name="Ada")),
        frames(4, picture_of("bob", b"x"), picture_of("cyd", b"")),
        Configure(id=4, sensitivity=Sensitivity.SENSITIVE),
        Configure(id=4, session="call", alarms_per_hour=0.5),
        Ping(id=5),
        ListSessions(id=6),
        Export(id=7, session="call", format=ExportFormat.CSV),
        Close(id=8, session="call"),
    ]
    payloads = [encode(message) for message in messages]
    hello = encode(HELLO)
    opening = encode_frame(encode(HELLO)) + encode_frame(encode(OPEN))

    talk = Conversation(lambda: GatedAnalyzer(is_open=True))
    logger.setLevel(logging.ERROR)

    def once() -> list[str]:
        sent: list[HostMessage] = []
        dispatcher = Dispatcher(talk.batches, talk.worker, sent.append, talk.counters)
        chosen = [chance.choice(payloads) for _ in range(chance.randint(1, 3))]
        spoilt = chance.randrange(len(chosen))
        if (kind := chance.randrange(4)) < 3:  # the message is wrong, its frame is not
            spoil = twisted if kind else mutated
            chosen[spoilt] = spoil(chosen[spoilt], chance, ODD_TEXT)
            greeted_alike(spoil(hello, chance, ODD_TEXT))
            stream = opening + b"".join(map(encode_frame, chosen))
        else:
            stream = mutated(opening + b"".join(map(encode_frame, chosen)), chance, ODD_TEXT)
        serve(FrameReader(io.BytesIO(stream)), dispatcher)
        sent += talk.sent
        talk.sent.clear()
        for message in sent:
            encode(message)
        told = [m.code for m in sent if isinstance(m, Error)]
        if InternalError.code in told:
            raise AssertionError(f"internal error for {stream!r}")
        return [str(code) for code in told] or ["ok"]

    return run(times, once, told)


def greeted_alike(payload: bytes) -> None:
    """Check that greeting and dispatcher take the same for a `hello` that is to be answered with `info`."""
    try:
        message = decode_client(payload)
    except VeritileError:
        wanted = False
    else:
        wanted = isinstance(message, Hello) and PROTOCOL in message.protocols
    if (greet(payload, io.BytesIO()) is not None) is not wanted:
        raise AssertionError(f"the greeting and the dispatcher disagree on {payload!r}")


def fuzz_pictures(times: int, seed: int, told: Callable[[str], None] = lambda text: None) -> Fuzzed:
    """Damaged JPEG and WebP pictures of all kinds through the decoder that the host uses."""
    chance = random.Random(seed)
    sound = samples()

    def once() -> list[str]:
        data = mutated(chance.choice(sound), chance)
        try:
            decode(data)
        except ImageError as error:
            return [str(error.code)]
        return ["ok"]

    return run(times, once, told)


def samples() -> list[bytes]:
    """Small JPEGs (baseline, progressive, grey, CMYK, with EXIF) and WebPs (lossy, lossless, with alpha)."""
    small = Image.fromarray(pictures.person(96, 64, face_px=40))
    exif = Image.Exif()
    exif[0x0112] = 6
    kinds: list[tuple[Image.Image, str, dict[str, object]]] = [
        (small, "JPEG", {"quality": 60}),
        (small, "JPEG", {"quality": 95, "subsampling": 0}),
        (small, "JPEG", {"progressive": True}),
        (small, "JPEG", {"exif": exif, "icc_profile": bytes(300)}),
        (small.convert("L"), "JPEG", {}),
        (small.convert("CMYK"), "JPEG", {}),
        (small, "WEBP", {"quality": 60}),
        (small, "WEBP", {"lossless": True}),
        (small.convert("RGBA"), "WEBP", {"exif": exif}),
    ]
    encoded = []
    for picture, kind, options in kinds:
        stream = io.BytesIO()
        picture.save(stream, kind, **options)
        encoded.append(stream.getvalue())
    return encoded
