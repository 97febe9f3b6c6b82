"""A call of an hour, played at once: the short version of tests/bench/bench_long_call.py."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from longcall import play
from native.recording import GatedAnalyzer


@pytest.mark.skipif(sys.platform == "win32", reason="descriptors are counted as POSIX has them")
def test_log_grows_as_predicted_and_nothing_else_does(tmp_path: Path) -> None:
    call = play(
        GatedAnalyzer(is_open=True), lambda n: b"%d" % n, tmp_path / "log" / "calls.db", hours=1.0, people=9
    )
    assert call.entries > 9 * 60
    assert 0.8 < call.log_bytes / call.predicted_bytes < 1.2
    assert len({sample.descriptors for sample in call.samples[10:]}) == 1
