"""A model that tells green people (real) from red and blue ones (fake), and short films of both."""

from __future__ import annotations

from pathlib import Path

import pytest

from live.films import write_pair
from tiny_model import write_tiny_model
from veritile.frame import FrameAnalyzer


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("model"))


@pytest.fixture(autouse=True)
def chosen(tiny: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shipped model's people are none of this one's: what plays a call is no fixture of a wider scope."""
    monkeypatch.setenv("VERITILE_MODEL", str(tiny))


@pytest.fixture(scope="session")
def analyzer(tiny: Path) -> FrameAnalyzer:
    return FrameAnalyzer.load(tiny)


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `anna-real.avi` and `anna-fake.avi`."""
    return write_pair(tmp_path_factory.mktemp("clips"), "anna")
