"""The meeting itself: the peer-calls server (npm, MIT) on loopback, and how a browser joins it."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import threading
from collections import deque
from types import TracebackType

from playwright.sync_api import BrowserContext, Page

import bootstrap

FOLDER = bootstrap.ROOT / "scripts" / "call" / "meeting"
_LISTENING = re.compile(r"Listening on|EADDR|Error:")


class Meeting:
    """A peer-calls server on a free port of 127.0.0.1, for as long as the `with` block lasts."""

    def __init__(self) -> None:
        self._output: deque[str] = deque(maxlen=40)
        self._listening = threading.Event()
        self._process: subprocess.Popen[str] | None = None
        self.port = 0

    def __enter__(self) -> Meeting:
        node = bootstrap.ensure_node_modules(FOLDER)
        self.port = _free_port()  # the server takes 0 for "the default", not for "any"
        self._process = subprocess.Popen(
            [str(node.node), "node_modules/peer-calls/lib/index.js"],
            cwd=FOLDER,
            env={
                **node.env,
                "PORT": str(self.port),
                "BIND": "127.0.0.1",
                "DEBUG": "peercalls",
                "DEBUG_COLORS": "0",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=os.name == "posix",  # Ctrl-C is ours to handle, in our order
        )
        self._reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
        self._reader.start()
        if not self._listening.wait(30) or self._process.poll() is not None:
            self.__exit__(None, None, None)
            raise RuntimeError("The meeting server did not start. It said:\n" + "".join(self._output))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join()

    def url(self, room: str = "veritile") -> str:
        """Return the address of a room."""
        return f"http://127.0.0.1:{self.port}/call/{room}"

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with process.stdout:
            for line in process.stdout:
                self._output.append(line)
                if _LISTENING.search(line):
                    self._listening.set()
        self._listening.set()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def join(context: BrowserContext, url: str, name: str) -> Page:
    """Join the meeting at `url` as `name` and return the page, once the own camera shows."""
    page = context.new_page()
    page.goto(url)
    page.fill("input[name=nickname]", name)
    page.click("text=Join Call")
    page.wait_for_selector("video#video-_me_", timeout=30_000)
    return page
