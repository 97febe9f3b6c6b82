"""A real `veritile serve`, spoken to by clients that know nothing of it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("fastapi")
httpx = pytest.importorskip("httpx")

from serving import Served  # noqa: E402
from tiny_model import write_tiny_model  # noqa: E402


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classifier that calls every face fake: log-odds of about 2."""
    return write_tiny_model(tmp_path_factory.mktemp("model"), calibration_a="1e-6", calibration_b="2")


@pytest.fixture(scope="session")
def served(tiny: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The service, on a free port, with small limits."""
    folder = tmp_path_factory.mktemp("served")
    environment = os.environ | {
        "VERITILE_DATA_DIR": str(folder / "data"),
        "VERITILE_LOG_DIR": str(folder / "log"),
        "VERITILE_MODEL": str(tiny),
        "VERITILE_PORT": "0",
        "VERITILE_UPLOAD_MB": "20",
        "VERITILE_REQUESTS_PER_MINUTE": "100000",
        "VERITILE_SESSIONS": "3",
        "PYTHONUNBUFFERED": "1",
    }
    command = [str(Path(sys.executable).with_name("veritile")), "serve"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        found = re.fullmatch(r"Veritile is at (http://[^/]+)/dashboard/#token=(\S+)\n", line)
        assert found, line
        headers = {"Authorization": f"Bearer {found[2]}"}
        with httpx.Client(base_url=found[1], headers=headers, timeout=60) as client:
            yield Served(found[1], found[2], client, folder, process)
        process.terminate()
        process.stdout.read()
