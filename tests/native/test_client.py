from __future__ import annotations

import sys

import pytest

from native.talk import HELLO
from veritile.errors import HostError
from veritile.native.client import HostClient


def test_host_that_cannot_be_started() -> None:
    with pytest.raises(HostError, match="veritile install"):
        HostClient.spawn(["/nowhere/veritile-host"])


def test_host_that_ends_says_with_what() -> None:
    command = [sys.executable, "-c", "import sys; sys.exit('no such thing')"]
    with HostClient.spawn(command) as host, pytest.raises(HostError, match=r"status 1: no such thing"):
        host.request(HELLO)


def test_program_that_speaks_something_else() -> None:
    command = [sys.executable, "-c", "print('Hello, world!'); input()"]
    with HostClient.spawn(command) as host, pytest.raises(HostError, match="no message of the protocol"):
        host.request(HELLO)


def test_host_that_does_not_answer() -> None:
    with (
        HostClient.spawn([sys.executable, "-c", "import sys; sys.stdin.read()"]) as host,
        pytest.raises(HostError, match=r"within 0\.2 s"),
    ):
        host.request(HELLO, timeout=0.2)
