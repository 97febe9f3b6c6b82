"""The native hosts behind a browser."""

from __future__ import annotations

from contextlib import suppress

import psutil

from call.demo import Call


def hosts_of(call: Call) -> list[psutil.Process]:
    """The native hosts that this call's browser started: told by the profile their browser runs on."""
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if any(word.endswith("veritile-host") for word in process.info["cmdline"] or ())
        and any(str(call.profile) in word for word in _command_of(process.parent()))
    ]


def _command_of(process: psutil.Process | None) -> list[str]:
    """Its command line; empty when it has ended."""
    with suppress(psutil.NoSuchProcess):
        return process.cmdline() if process else []
    return []
