"""Messages that tests send."""

from __future__ import annotations

import time
from typing import TypeVar

import cv2
import numpy as np

from veritile.native.client import HostClient
from veritile.native.messages import Frame, Frames, Hello, HostMessage, Info, Item, Open, Peer, Size, Verdicts

Kind = TypeVar("Kind", bound=HostMessage)

HELLO = Hello(id=1, protocols=(1,), client=Peer(name="test", version="1"))
OPEN = Open(id=2, session="call", platform="meet")


def picture_of(
    participant: str,
    jpeg: bytes,
    *,
    age_ms: float = 0,
    name: str | None = None,
    captured_at: float | None = None,
) -> Frame:
    """A frame taken `age_ms` ago."""
    at = time.time() * 1000 - age_ms if captured_at is None else captured_at
    named = {} if name is None else {"name": name}
    return Frame(
        participant=participant, captured_at=at, jpeg=jpeg, video=Size(width=640, height=360), **named
    )


def retaken(jpeg: bytes, n: int) -> bytes:
    """The picture taken again: a lamp in its corner is not as bright as it was for n - 1."""
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    side = picture.shape[0] // 8
    picture[:side, :side] = 16 * (n % 16)
    return cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes()


def frames(request: int, *pictures: Frame, session: str = "call") -> Frames:
    return Frames(id=request, session=session, frames=pictures)


def as_a(kind: type[Kind], message: HostMessage) -> Kind:
    """`message`, which must be of this kind."""
    assert isinstance(message, kind), message
    return message


def begin(host: HostClient) -> Info:
    """Say hello, wait until the model has been loaded, open a session."""
    host.request(HELLO)
    info = host.wait_loaded()
    host.request(OPEN)
    return info


def item_of(reply: HostMessage) -> Item:
    """The only item of a reply to `frames`."""
    (item,) = as_a(Verdicts, reply).items
    return item
