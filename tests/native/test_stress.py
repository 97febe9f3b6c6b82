"""A short run of what tests/bench/stress.py does at length; its figures are in docs/robustness.md."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

import stress

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture
def environment(tmp_path: Path, tiny_model: Path) -> dict[str, str]:
    set_here = {"VERITILE_LOG_DIR": tmp_path, "VERITILE_DATA_DIR": tmp_path, "VERITILE_MODEL": tiny_model}
    return {**os.environ, **{name: str(path) for name, path in set_here.items()}}


def test_overload_is_answered_whole_in_bounded_memory(environment: dict[str, str]) -> None:
    load = stress.overload(environment, seconds=2)
    assert load.sent == load.judged + load.dropped
    assert load.refused == 0
    assert load.judged > 0
    assert load.rss < 250e6


def test_bombs_are_refused_before_they_cost_memory() -> None:
    for name, cost in stress.bombs().items():
        assert cost.outcome in {"102", "401", "402", "403"}, name
        assert cost.mb < 32, name


def test_no_network_is_needed(environment: dict[str, str]) -> None:
    came = stress.without_network(environment)
    if came.startswith("not tried"):
        pytest.skip(came)
    assert came == "works, 0 sockets"


def test_hosts_share_nothing_that_can_corrupt(environment: dict[str, str]) -> None:
    assert stress.together(environment, 2, looks=3) == "6 of 6 answered, chain intact"
