"""Set up whatever is missing and run every check: style, types, unit tests, end-to-end tests.

    python3 scripts/test.py                       everything
    python3 scripts/test.py --only python         ruff, mypy and the Python tests
    python3 scripts/test.py --only extension      tsc, biome and vitest
    python3 scripts/test.py --only e2e            the tests that drive a real Chromium
    python3 scripts/test.py --only python -- -k framing     what follows -- goes to pytest

A failing step does not stop the others. The last line is pytest's own closing
line; the exit code is 0 only when every step passed.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bootstrap import (
    EXTENSION,
    ROOT,
    SetupError,
    build_extension,
    ensure_chromium,
    ensure_environment,
    ensure_node_modules,
    told,
    venv_python,
)

PARTS = ("python", "extension", "e2e")
CLOSING = re.compile(r"=+ .* in [\d.]+s.* =+")
COLOUR = re.compile(r"\x1b\[[\d;]*m")


def stream(
    command: Sequence[str | Path], cwd: Path = ROOT, env: Mapping[str, str] = os.environ
) -> tuple[bool, str]:
    """Run `command` with its output shown as it comes; return whether it passed, and the output's end."""
    environment = {**env, "PYTHONUNBUFFERED": "1"}
    words = [str(part) for part in command]
    end = b""
    with subprocess.Popen(
        words, cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        assert process.stdout is not None
        while chunk := os.read(process.stdout.fileno(), 65536):
            sys.stdout.buffer.write(chunk)
            sys.stdout.buffer.flush()
            end = (end + chunk)[-65536:]
    return process.returncode == 0, end.decode(errors="replace")


@dataclass
class Results:
    """What the steps came to, in order."""

    rows: list[tuple[str, bool, float]] = field(default_factory=list)

    def step(self, name: str, action: Callable[[], bool]) -> bool:
        """Do one step and note how it went and how long it took."""
        print(f"\n=== {name}", flush=True)
        began = time.monotonic()
        try:
            passed = action()
        except SetupError as error:
            print(f"Error: {error}", flush=True)
            passed = False
        self.rows.append((name, passed, time.monotonic() - began))
        return passed

    @property
    def passed(self) -> bool:
        """Whether every step passed."""
        return all(passed for _, passed, _ in self.rows)

    def show(self) -> None:
        """Print the table of steps."""
        print()
        for name, passed, seconds in self.rows:
            print(f"  {'passed' if passed else 'FAILED'} {seconds:7.1f} s  {name}")
        total = sum(seconds for _, _, seconds in self.rows)
        print(f"  {'passed' if self.passed else 'FAILED'} {total:7.1f} s  in all", flush=True)


def test_paths(only: Sequence[str]) -> list[Path]:
    """Return what pytest is to run: the unit tests, then the slow end-to-end tests."""
    tests = ROOT / "tests"
    apart = {"e2e", "bench"}  # benchmarks are run by hand
    names = [path for path in sorted(tests.iterdir()) if path.name not in apart]
    units = [path for path in names if path.is_dir() or re.fullmatch(r"test_.*\.py", path.name)]
    holding = [path for path in units if path.is_file() or any(path.rglob("test_*.py"))]
    return [*(holding if "python" in only else []), *([tests / "e2e"] if "e2e" in only else [])]


def processes() -> int:
    """How many share the tests: one has the browser's, which takes more than a core."""
    return max(1, min(4, os.cpu_count() or 1) - 1)


def run_pytest(paths: Sequence[Path], extra: Sequence[str]) -> tuple[bool, str]:
    """Run pytest; return whether it passed, and its closing line."""
    colour = ["--color=yes"] if sys.stdout.isatty() else []
    shared = ["-n", str(processes()), "--no-loadscope-reorder"]
    passed, end = stream(
        [venv_python(), "-m", "pytest", "--hypothesis-profile=gate", *colour, *shared, *extra, *paths]
    )
    closing = [line for line in end.splitlines() if CLOSING.fullmatch(COLOUR.sub("", line.strip()))]
    return passed, closing[-1] if closing else "pytest printed no closing line: it did not get to its end"


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="Run every check, setting up whatever is missing first.")
    parser.add_argument(
        "--only", choices=PARTS, action="append", help="only this part; may be repeated (default: all three)"
    )
    parser.add_argument("pytest", nargs="*", metavar="-- ARG", help="arguments for pytest")
    return parser.parse_args()


def main() -> int:
    """Run the steps; return the exit code."""
    options = arguments()
    only = options.only or list(PARTS)
    results = Results()
    step = results.step
    python = venv_python()

    def check(*command: str | Path, cwd: Path = ROOT) -> Callable[[], bool]:
        return lambda: stream(command, cwd)[0]

    environment = step("environment", lambda: bool(ensure_environment(["dev"])))
    if "python" in only and environment:
        step("ruff check", check(python, "-m", "ruff", "check", "."))
        step("ruff format", check(python, "-m", "ruff", "format", "--check", "."))
        step("mypy", check(python, "-m", "mypy"))
    if "extension" in only:

        def check_extension() -> bool:
            node = ensure_node_modules(EXTENSION)
            return stream([*node.npm, "run", "check"], EXTENSION, node.env)[0]

        step("extension: tsc, biome, vitest", check_extension)
    ready = environment
    if "e2e" in only:
        built = step("extension: build", lambda: bool(build_extension()))
        browser = step("chromium", lambda: bool(ensure_chromium()))
        ready = built and browser and environment
    closing = ""
    paths = test_paths([part for part in only if part != "e2e" or ready]) if environment else []
    if paths:

        def tests() -> bool:
            nonlocal closing
            passed, closing = run_pytest(paths, options.pytest)
            return passed

        step("pytest", tests)
    results.show()
    if closing:
        print(closing, flush=True)
    return 0 if results.passed else 1


if __name__ == "__main__":
    with told():
        sys.exit(main())
