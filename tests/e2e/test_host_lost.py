"""The host dies in the middle of a call: everybody is told at once, and it comes back, but not for ever."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from call.badges import read_badges
from call.demo import Call
from call.watch import Snapshot
from e2e.conftest import judged
from e2e.hosts import hosts_of

pytestmark = pytest.mark.e2e


def ready(snapshot: Snapshot) -> bool:
    return bool(snapshot["host"]["status"] == "ready")


def labelled(call: Call) -> bool:
    badges = read_badges(call.page)
    return len(badges) == 2 and all("stopped" not in badge.text.lower() for badge in badges)


def kill_host(call: Call) -> float:
    """Kill the host of `call`; return the time at which it was done."""
    (host,) = hosts_of(call)
    host.kill()
    return time.monotonic()


def test_the_call_has_one_host_and_it_has_no_socket(call: Call) -> None:
    call.watcher.wait_for(ready, seconds=20, what="the host to be ready")
    (host,) = hosts_of(call)
    open_files = [str(entry.readlink()) for entry in Path(f"/proc/{host.pid}/fd").iterdir()]
    assert open_files
    # The browser may hand the host a socket pair as stdin and stdout: those have no address.
    named = {line.split()[9] for kind in ("tcp", "tcp6", "udp", "udp6") for line in sockets(host.pid, kind)}
    assert not {name[8:-1] for name in open_files if name.startswith("socket:[")} & named


def test_a_killed_host_is_told_on_every_badge_within_2_s_and_is_back_within_5_s(call: Call) -> None:
    # A call that is still being joined re-makes its tiles, and their badges with them.
    call.watcher.wait_for(lambda s: judged(s) and labelled(call), seconds=60, what="a verdict on both guests")
    killed = kill_host(call)
    told = wait_until(
        call, lambda: all("stopped" in badge.text.lower() for badge in read_badges(call.page)), 2.0
    )
    assert told - killed <= 2.0
    assert len(read_badges(call.page)) == 2
    back = wait_until(call, lambda: ready(call.watcher.snapshot()) and labelled(call), 5.0)
    assert back - killed <= 5.0


def test_after_5_restarts_in_60_s_it_stays_down_until_the_user_asks(call: Call) -> None:
    def gone(snapshot: Snapshot) -> bool:
        return not ready(snapshot)

    def ready_or_failed(snapshot: Snapshot) -> bool:
        return snapshot["host"]["status"] in ("ready", "failed")

    kills = 0
    while ready(call.watcher.wait_for(ready_or_failed, seconds=15, what="the host to be back")):
        kill_host(call)
        kills += 1
        assert kills <= 6
        call.watcher.wait_for(gone, seconds=2, what="the loss of the host")
    snapshot = call.watcher.snapshot()
    assert snapshot["host"]["failure"] == "gave_up"
    assert hosts_of(call) == []
    call.watcher.page.get_by_role("button", name="Try again").click()
    call.watcher.wait_for(ready, seconds=15, what="the host to be back after the user asked")


def wait_until(call: Call, condition, seconds: float) -> float:  # type: ignore[no-untyped-def]
    """Return the time at which `condition` held; fail when it does not within `seconds` and a little."""
    until = time.monotonic() + seconds + 1
    while time.monotonic() < until:
        if condition():
            return time.monotonic()
        call.page.wait_for_timeout(30)
    raise AssertionError(f"not within {seconds} s; badges: {read_badges(call.page)}")


def sockets(process: int, kind: str) -> list[str]:
    return Path(f"/proc/{process}/net/{kind}").read_text().splitlines()[1:]
