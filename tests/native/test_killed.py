"""A host that is killed while it writes: the short version of tests/bench/kill_hosts.py."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from native.killing import kill_hosts
from veritile.store.folder import FILE_NAME, FOLDER


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX's")
@pytest.mark.parametrize("together", [1, 2])
def test_log_is_whole_and_holds_every_verdict_that_was_sent(tmp_path: Path, together: int) -> None:
    came = kill_hosts(tmp_path, 4, together=together)
    assert (came.kills, came.corrupt, came.broken) == (4, 0, 0)
    assert len(came.acknowledged) > 20
    assert came.missing(tmp_path / FOLDER / FILE_NAME) == set()
