"""What several tests of the frame pipeline share."""

from pathlib import Path

import pytest

from tiny_model import write_tiny_model
from veritile.frame import FrameAnalyzer


@pytest.fixture(scope="session")
def analyzer(tmp_path_factory: pytest.TempPathFactory) -> FrameAnalyzer:
    """The whole pipeline, with a classifier small enough to compute by hand."""
    model: Path = write_tiny_model(tmp_path_factory.mktemp("model"))
    return FrameAnalyzer.load(model)
