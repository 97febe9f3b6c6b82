"""Dockerfile and compose file name what is there, run nothing as root, and a linter finds nothing in them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from bootstrap import ROOT

yaml = pytest.importorskip("yaml")


def test_what_the_image_copies_is_there_and_is_not_ignored() -> None:
    recipe = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    let_in = re.findall(r"^!(\S+)", (ROOT / ".dockerignore").read_text(encoding="utf-8"), re.MULTILINE)
    copied = [name for line in re.findall(r"^COPY (.*)", recipe, re.MULTILINE) for name in line.split()[:-1]]
    assert copied
    for name in copied:
        assert (ROOT / name).exists(), name
        assert any(Path(name).is_relative_to(each) for each in let_in), name
    assert re.search(r"^USER (?!root)", recipe, re.MULTILINE)


def test_hadolint_finds_nothing() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    if not hadolint.exists():
        pytest.skip("hadolint comes for Linux on x86-64 only")
    found = subprocess.run([hadolint, "--no-color", ROOT / "Dockerfile"], capture_output=True, text=True)
    assert (found.returncode, found.stdout) == (0, "")


def test_compose_reaches_this_computer_only() -> None:
    (service,) = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"].values()
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
