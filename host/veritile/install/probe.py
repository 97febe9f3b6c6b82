"""The part of `veritile doctor` that talks to a real host: a greeting, then a picture to judge."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from msgspec import UNSET

from veritile import __version__
from veritile.errors import HostError
from veritile.install.checks import REINSTALL, Broken
from veritile.native import log
from veritile.native.client import LOADING_S, HostClient
from veritile.native.limits import PROTOCOL
from veritile.native.messages import (
    Close,
    Configure,
    Error,
    Frame,
    Frames,
    Health,
    Hello,
    HostMessage,
    Info,
    ModelState,
    Open,
    Peer,
    Size,
    Verdicts,
)

_Answer = TypeVar("_Answer")

PICTURE: Final = Path(__file__).with_name("probe.jpg")
"""A face to judge: part of NASA's portrait of the astronaut Eileen Collins, in the public domain."""
PICTURE_SIZE: Final = Size(width=320, height=288)


def _asked(kind: type[_Answer], ask: Callable[[], HostMessage]) -> _Answer:
    """Return the answer; a host that ends, stalls or refuses is a broken link."""
    remedy = f"read {log.folder() / log.FILE_NAME}; if that does not help: {REINSTALL}"
    try:
        answer = ask()
    except HostError as error:
        raise Broken(str(error), remedy) from error
    if isinstance(answer, kind):
        return answer
    if isinstance(answer, Error):
        raise Broken(f"the host answered with error {answer.code}: {answer.text}", remedy)
    raise Broken(f"the host answered with {type(answer).__name__}, not {kind.__name__}", remedy)


def greet(host: HostClient) -> str:
    """Say hello; return what the host said of itself. Raises Broken."""
    hello = Hello(id=1, protocols=(PROTOCOL,), client=Peer(name="veritile doctor", version=__version__))
    began = time.monotonic()
    info = _asked(Info, lambda: host.request(hello))
    took = (time.monotonic() - began) * 1000
    if info.versions.veritile != __version__:
        raise Broken(f"the host is Veritile {info.versions.veritile}, this is {__version__}", REINSTALL)
    file = log.folder() / log.FILE_NAME
    return f"answered {took:.0f} ms after it was started, protocol {max(info.protocols)}; its log is {file}"


def judge(host: HostClient) -> str:
    """Have a picture of a face judged; return how that went. Raises Broken."""
    if _asked(Info, host.wait_loaded).state is ModelState.FAILED:
        _asked(Info, lambda: host.wait_for(lambda message: isinstance(message, Error)))
    # What the doctor shows to the host is no call: it does not belong into the log.
    _asked(Health, lambda: host.request(Configure(id=5, log=False)))
    session = "veritile-doctor"
    _asked(Health, lambda: host.request(Open(id=2, session=session, platform="doctor")))
    frame = Frame(
        participant="probe",
        captured_at=time.time() * 1000,
        jpeg=PICTURE.read_bytes(),
        video=PICTURE_SIZE,
    )
    frames = Frames(id=3, session=session, frames=(frame,))
    verdicts = _asked(Verdicts, lambda: host.request(frames, LOADING_S))
    _asked(Health, lambda: host.request(Close(id=4, session=session)))
    (item,) = verdicts.items
    if item.error is not UNSET:
        raise Broken(f"the picture was refused with error {item.error.code}: {item.error.text}", REINSTALL)
    if item.dropped or not item.faces or item.score is None:
        raise Broken(f"no score for the picture of a face ({item.reason or 'dropped'})", REINSTALL)
    spent = item.timing.decode_ms + item.timing.detect_ms + item.timing.score_ms
    return f"a picture of a face was judged in {spent:.0f} ms (score {item.score:.2f})"
