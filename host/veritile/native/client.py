"""The browser's side of the protocol, for `veritile doctor` and for tests.

::

    with HostClient.spawn(["veritile-host"]) as host:
        info = host.request(Hello(id=1, protocols=(1,), client=Peer(name="doctor", version="1")))

Frames are written by the independent `nativemessaging` package, so that a
mistake in this package's own framing cannot hide by being made at both ends.
"""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Final, cast

import msgspec
from nativemessaging import encode_message

from veritile.errors import HostError, VeritileError
from veritile.native.codec import decode_host
from veritile.native.framing import FrameReader
from veritile.native.limits import REPLY_BYTES
from veritile.native.messages import ClientMessage, HostMessage, Info, ModelState

ANSWER_S: Final = 5.0
LOADING_S: Final = 30.0
_END_S: Final = 3.0
_STDERR_TAIL: Final = 2000


class HostClient:
    """A running host process; leaving the `with` block ends it."""

    def __init__(self, process: subprocess.Popen[bytes], stderr: IO[bytes]) -> None:
        self.process = process
        """For tests that write raw bytes to its standard input, or watch it end."""
        self._stderr = stderr
        self._received: deque[HostMessage] = deque()
        self._arrived = threading.Condition()
        self._over: VeritileError | None = None
        threading.Thread(target=self._receive, name="host-client", daemon=True).start()

    @classmethod
    def spawn(cls, command: Sequence[str | Path], *, env: Mapping[str, str] | None = None) -> HostClient:
        """Start `command` as a browser would; `env` replaces the environment.

        Raises HostError when it cannot be started.
        """
        stderr = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, env=env
            )
        except OSError as error:
            stderr.close()
            raise HostError(
                f"The host could not be started ({error}): run `veritile install` again."
            ) from error
        return cls(process, stderr)

    def send(self, message: ClientMessage) -> None:
        """Write a message; raises HostError when the host has ended."""
        self.send_bytes(b"".join(encode_message(msgspec.to_builtins(message)).values()))

    def send_bytes(self, data: bytes) -> None:
        """Write raw bytes; raises HostError when the host has ended."""
        stdin = cast(IO[bytes], self.process.stdin)
        try:
            stdin.write(data)
            stdin.flush()
        except OSError as error:
            raise self._ended() from error

    def request(self, message: ClientMessage, timeout: float = ANSWER_S) -> HostMessage:
        """Send `message` and return its reply, which may be an Error; raises as `wait_for`."""
        self.send(message)
        return self.wait_for(lambda reply: reply.re == message.id, timeout)

    def wait_for(self, wanted: Callable[[HostMessage], bool], timeout: float = ANSWER_S) -> HostMessage:
        """Return the first message received, and not yet returned, that is `wanted`.

        Raises HostError when the host ends, or when `timeout` seconds pass first.
        """
        deadline = time.monotonic() + timeout
        with self._arrived:
            while True:
                for message in self._received:
                    if wanted(message):
                        self._received.remove(message)
                        return message
                if self._over is not None:
                    raise self._over
                if not self._arrived.wait(deadline - time.monotonic()):
                    raise HostError(f"The host did not answer within {timeout:g} s: see its log file.")

    def wait_loaded(self, timeout: float = LOADING_S) -> Info:
        """After `hello`: return the Info that says that the model is ready, or has failed."""
        return cast(
            Info,
            self.wait_for(lambda m: isinstance(m, Info) and m.state is not ModelState.LOADING, timeout),
        )

    def close(self, timeout: float = _END_S) -> int:
        """End the host's input, wait for it to end and return its exit status; killed after `timeout` s."""
        if self.process.stdin is not None and not self.process.stdin.closed:
            with contextlib.suppress(OSError):  # it may have ended, and unread input with it
                self.process.stdin.close()
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def stderr(self) -> str:
        """The end of what the host has printed to standard error."""
        self._stderr.seek(0)
        return self._stderr.read().decode(errors="replace")[-_STDERR_TAIL:]

    def __enter__(self) -> HostClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        cast(IO[bytes], self.process.stdout).close()
        self._stderr.close()

    def _receive(self) -> None:
        reader = FrameReader(cast(IO[bytes], self.process.stdout), REPLY_BYTES)
        try:
            while (payload := reader.read()) is not None:
                message = decode_host(payload)
                with self._arrived:
                    self._received.append(message)
                    self._arrived.notify_all()
            over: VeritileError = self._ended()
        except VeritileError as error:
            over = HostError(f"The host sent something that is no message of the protocol: {error}")
        except ValueError:  # closed meanwhile
            over = HostError("The conversation is over.")
        with self._arrived:
            self._over = over
            self._arrived.notify_all()

    def _ended(self) -> HostError:
        try:
            status = self.process.wait(_END_S)
        except subprocess.TimeoutExpired:
            return HostError("The host has closed its output, but runs on: end it and start again.")
        said = self.stderr().strip().splitlines()
        return HostError(f"The host has ended with status {status}" + (f": {said[-1]}" if said else "."))
