"""Where figures come from: the revision is that of Veritile's code, or none."""

import shutil
import subprocess
from pathlib import Path

import pytest

import veritile
from veritile.train.provenance import revision, versions


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_the_revision_of_somebody_elses_checkout_is_not_taken_for_ours(tmp_path: Path) -> None:
    ours, installed = tmp_path / "host/veritile", tmp_path / ".venv/lib/veritile"
    for folder in (ours, installed):
        folder.mkdir(parents=True)
    assert revision(ours) == ""
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    subprocess.run(["git", "-C", str(tmp_path), *who, "commit", "-q", "--allow-empty", "-m", "1"], check=True)
    head = subprocess.run(
        ["git", "-C", str(tmp_path), "rev-parse", "HEAD"], capture_output=True, text=True, check=True
    ).stdout.strip()
    assert revision(ours).startswith(head)
    assert revision(installed) == ""


def test_versions_name_veritile_python_and_the_libraries() -> None:
    found = versions()
    assert found["veritile"] == veritile.__version__
    assert {"python", "numpy", "onnxruntime"} <= set(found)
