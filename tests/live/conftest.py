"""A model that tells green people (real) from red and blue ones (fake), and short films of both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from live.films import write_pair
from tiny_model import write_tiny_model
from veritile.frame import FrameAnalyzer


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="package", autouse=True)
def chosen(tiny: Path) -> Iterator[None]:
    """Before any fixture plays a call: the shipped model's people are none of this one's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VERITILE_MODEL", str(tiny))
        yield


@pytest.fixture(scope="session")
def analyzer(tiny: Path) -> FrameAnalyzer:
    return FrameAnalyzer.load(tiny)


@pytest.fixture(scope="session")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `anna-real.avi` and `anna-fake.avi`."""
    return write_pair(tmp_path_factory.mktemp("clips"), "anna")
