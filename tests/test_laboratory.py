"""The laboratory's commands need packages that the product does not: without them they say what to do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[1] / "scripts"
COMMANDS = sorted(
    path.name for path in SCRIPTS.glob("*.py") if "import laboratory" in path.read_text("utf-8")
)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_missing_package_is_named_with_the_command_that_brings_it(name: str) -> None:
    # -S: an interpreter without any installed package.
    done = subprocess.run(
        [sys.executable, "-S", str(SCRIPTS / name), "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "cannot be found" in done.stderr
    assert "-m pip install -e" in done.stderr
    assert "Traceback" not in done.stderr


def test_all_of_its_commands_are_asked() -> None:
    assert {"ablate.py", "evaluate.py", "simulate_calls.py", "train_mesonet.py"} <= set(COMMANDS)
