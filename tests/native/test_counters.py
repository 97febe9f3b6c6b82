from __future__ import annotations

import signal
from collections import Counter

import pytest

from veritile.native.counters import Counters


@pytest.mark.timeout(20)
def test_signal_that_comes_while_counting_can_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """The host reports from its handler of SIGTERM, which runs wherever its thread happens to be."""
    counters, reports = Counters(), []

    class Interrupted(Counter[int]):
        def __missing__(self, code: int) -> int:
            signal.raise_signal(signal.SIGTERM)
            return 0

    monkeypatch.setattr(counters, "_errors", Interrupted())
    before = signal.signal(signal.SIGTERM, lambda number, frame: reports.append(str(counters)))
    try:
        counters.error(601)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert reports == ["0 frames looked at, 0 dropped, errors: none"]
    assert counters.errors == 1
