"""A running service, for its tests."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import httpx
from websockets.sync.client import ClientConnection, connect

import pictures
from films import write_encoded


@dataclass(frozen=True)
class Served:
    """`veritile serve`, and what a client needs to know."""

    url: str
    token: str
    client: httpx.Client
    """Sends the token with every request."""
    folder: Path
    process: subprocess.Popen[str]

    def socket(self, subprotocols: list[str] | None = None, **headers: str) -> ClientConnection:
        """Open /ws with the token."""
        return connect(
            f"{self.url.replace('http', 'ws')}/ws",
            additional_headers={"Authorization": f"Bearer {self.token}"} | headers,
            subprotocols=subprotocols,  # type: ignore[arg-type]
        )


def apart(work: Callable[[], None]) -> None:
    """Do work in a thread of its own, where no event loop runs, whatever drives a browser in this one."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(work).result()


def data_url(picture: pictures.Picture) -> str:
    """A picture as a browser's canvas gives it."""
    return "data:image/jpeg;base64," + base64.b64encode(pictures.jpeg(picture)).decode()


def film_of_a_person(path: Path, frames: int = 20) -> Path:
    """Two seconds of somebody, 320x180."""
    return write_encoded(path, [pictures.person(320, 180, face_px=90)] * frames)
