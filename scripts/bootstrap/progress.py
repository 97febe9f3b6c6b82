"""Running the commands of a set-up quietly: a line each, and their output only when they fail."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""The checkout."""
WINDOWS = sys.platform == "win32"
HEARTBEAT_S = 15.0
TIMEOUT_S = 1800.0


class SetupError(Exception):
    """Something could not be set up; the text says what to do."""


def say(text: str) -> None:
    """Print a line of progress."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def told() -> Iterator[None]:
    """End the script with a sentence instead of a traceback: exit code 1, or 130 after Ctrl-C."""
    try:
        yield
    except SetupError as error:
        say(f"Error: {error}")
        sys.exit(1)
    except KeyboardInterrupt:
        say("Stopped.")
        sys.exit(130)


def _kill(process: subprocess.Popen[str]) -> None:
    """Kill `process` and what it started: a child that lives on would keep the pipe open."""
    if sys.platform == "win32":
        process.kill()
    else:
        os.killpg(process.pid, signal.SIGKILL)


def run(
    title: str, command: Sequence[str | Path], *, cwd: Path = ROOT, env: Mapping[str, str] | None = None
) -> None:
    """Run `command` under a line of progress, and show its output only if it fails.

    A sign of life appears every 15 s. Raises SetupError on failure and after 30 minutes.
    """
    say(f"- {title}")
    began = time.monotonic()
    output: list[str] = []
    try:
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            env=None if env is None else dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=not WINDOWS,
        )
    except OSError as error:
        raise SetupError(f"{title}: cannot start {command[0]}: {error}") from error
    with process:
        reader = threading.Thread(target=output.extend, args=(process.stdout,), daemon=True)
        reader.start()
        try:
            while process.poll() is None:
                try:
                    process.wait(HEARTBEAT_S)
                except subprocess.TimeoutExpired:
                    elapsed = time.monotonic() - began
                    if elapsed > TIMEOUT_S:
                        raise SetupError(f"{title}: gave up after {TIMEOUT_S / 60:.0f} minutes.") from None
                    last = output[-1].strip()[:90] if output else ""
                    say(f"  … {elapsed:.0f} s  {last}")
        finally:
            if process.poll() is None:
                _kill(process)
        reader.join(timeout=5)
    if process.returncode != 0:
        # npm gives the reason first and its usage last, pip the other way round.
        shown = output if len(output) <= 30 else [*output[:10], "…\n", *output[-20:]]
        text = "".join(f"    {line.rstrip()}\n" for line in shown)
        raise SetupError(f"{title}: failed (exit code {process.returncode}). It printed:\n{text}")


def works(*command: str | Path) -> bool:
    """Tell whether `command` starts and ends with exit code 0 within a minute."""
    try:
        done = subprocess.run(
            [str(part) for part in command], capture_output=True, stdin=subprocess.DEVNULL, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def apt_install(*packages: str) -> bool:
    """Install Debian packages when that needs no question, as root with apt-get. Tell whether it was done."""
    apt = shutil.which("apt-get")
    if not apt or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return False
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run("refreshing Debian's package lists", [apt, "update"], env=env)
    install = [apt, "install", "-y", "--no-install-recommends", *packages]
    run(f"installing {' '.join(packages)}", install, env=env)
    return True


def digest(files: Iterable[Path], *words: str) -> str:
    """Hash the names and contents of `files`, and `words`."""
    total = hashlib.sha256("\0".join(words).encode())
    for file in sorted(files):
        total.update(f"\0{file.relative_to(ROOT).as_posix()}\0".encode())
        total.update(hashlib.sha256(file.read_bytes()).digest())
    return total.hexdigest()


def read_stamp(stamp: Path) -> object:
    """Return what `write_stamp` left, or None."""
    try:
        return json.loads(stamp.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def write_stamp(stamp: Path, value: object) -> None:
    """Remember what something was made from."""
    stamp.write_text(json.dumps(value), encoding="utf-8")
