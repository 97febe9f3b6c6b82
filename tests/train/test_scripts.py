"""The commands of the training documentation, run as a reader runs them."""

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


def run(script: str, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPTS / script), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=110, check=False)


@pytest.fixture(autouse=True)
def training_extra() -> None:
    for module in ("torch", "onnx", "onnxscript", "sklearn", "h5py"):
        pytest.importorskip(module)


@pytest.mark.parametrize("script", ["train_mesonet.py", "evaluate.py"])
def test_help_starts_with_what_the_command_does(script: str, tmp_path: Path) -> None:
    done = run(script, "--help", folder=tmp_path)
    assert done.returncode == 0
    assert done.stdout.startswith("Usage: ")
    assert "python scripts/" in done.stdout


def test_the_smoke_run_goes_from_faces_to_figures_and_leaves_nothing(tmp_path: Path) -> None:
    done = run("train_mesonet.py", "--smoke", "--threads", "1", "--workers", "0", folder=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "calibration" in done.stdout
    assert "table" in done.stdout
    assert "detected" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_what_is_missing_is_said_in_one_line(tmp_path: Path) -> None:
    done = run("train_mesonet.py", "--data", "nowhere", "--run", "run", folder=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: ")
    assert "faces.csv" in done.stderr
    assert "Traceback" not in done.stderr
