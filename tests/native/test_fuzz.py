"""A short run of what tests/bench/fuzz.py does at length; its figures are in docs/robustness.md."""

from __future__ import annotations

import time

from fuzzing import fuzz_pictures, fuzz_streams, run


def test_damaged_conversations_are_told_and_nothing_else_happens() -> None:
    came = fuzz_streams(1500, seed=time.time_ns())
    assert came.uncaught == []
    assert {"101", "102", "103", "104", "201"} <= set(came.outcomes)


def test_damaged_pictures_are_refused_or_decoded() -> None:
    came = fuzz_pictures(1500, seed=time.time_ns())
    assert came.uncaught == []
    assert {"ok", "401", "402"} <= set(came.outcomes)


def test_what_is_raised_is_seen() -> None:
    def fails() -> list[str]:
        raise ValueError("a bug")

    came = run(3, fails)
    assert len(came.uncaught) == came.executions == 3
