"""A real host process per test, with a tiny real model and a log folder of its own."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from native.recording import Conversation, opened
from tiny_model import write_tiny_model
from veritile.frame import FrameAnalyzer
from veritile.native.client import HostClient
from veritile.native.status import MODEL_VARIABLE
from veritile.store.folder import DATA_DIR_VARIABLE

HOST = (sys.executable, "-m", "veritile.native.host")
Start = Callable[..., HostClient]


def python_path(folder: Path) -> str:
    """PYTHONPATH with a folder, whose sitecustomize.py Python then runs at its start."""
    return os.pathsep.join(filter(None, (str(folder), os.environ.get("PYTHONPATH"))))


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """It calls every face real, as clearly as a label within seconds asks for."""
    return write_tiny_model(tmp_path_factory.mktemp("model"), bias=-2.0)


@pytest.fixture(autouse=True)
def chosen(tiny_model: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is known of the shipped model's scores is not known of this one's."""
    monkeypatch.setenv(MODEL_VARIABLE, str(tiny_model))


@pytest.fixture
def log_folder(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the session log is, instead of the user's own."""
    folder = tmp_path / "data"
    monkeypatch.setenv(DATA_DIR_VARIABLE, str(folder))
    return folder


@pytest.fixture
def start(tiny_model: Path, log_folder: Path, data_folder: Path) -> Iterator[Start]:
    """Start a host; keyword arguments are added to its environment, None takes a variable out."""
    with ExitStack() as stack:

        def start(*command: str, **variables: str | None) -> HostClient:
            environment: dict[str, str | None] = {
                **os.environ,
                "VERITILE_MODEL": str(tiny_model),
                "VERITILE_LOG_DIR": str(log_folder),
                "VERITILE_DATA_DIR": str(data_folder),
                **variables,
            }
            env = {name: value for name, value in environment.items() if value is not None}
            return stack.enter_context(HostClient.spawn(command or HOST, env=env))

        yield start


@pytest.fixture(scope="session")
def analyzer(tiny_model: Path) -> FrameAnalyzer:
    return FrameAnalyzer.load(tiny_model)


@pytest.fixture
def talk(analyzer: FrameAnalyzer) -> Conversation:
    """The host without its process, greeted, with the session "call" open."""
    return opened(Conversation(lambda: analyzer))
