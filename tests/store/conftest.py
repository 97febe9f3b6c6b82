"""A log of its own per test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.calls import Recorder
from veritile.store.folder import DATA_DIR_VARIABLE, file


@pytest.fixture(autouse=True)
def log_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(DATA_DIR_VARIABLE, str(tmp_path / "data"))
    return file()


@pytest.fixture
def recorder(log_path: Path) -> Iterator[Recorder]:
    recorder = Recorder(log_path)
    yield recorder
    recorder.writer.stop(10)
