"""Trying every execution provider: does the model run there, answer as on the CPU, and faster?

Each is tried in a process of its own, `python -m veritile.frame.trial MODEL PROVIDER`:
a driver that crashes or hangs costs a trial, and nothing else.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from veritile.frame.card import Card, read_card
from veritile.frame.providers import CPU, Provider, available, named, note

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Crop = NDArray[np.uint8]

LARGEST_DIFFERENCE: Final = 1e-3
"""Of log-odds from the CPU's, relative to those beyond 1."""
GAIN: Final = 0.9
"""A device must take less than this share of the CPU's wall-clock time, and no more CPU time: it costs
memory, and more can go wrong."""
SHARE_THERE: Final = 0.5
"""Of the network's running time must be spent on the device, for the session to run there."""
FRAMES: Final = 8
RUNS: Final = 40
TRIAL_S: Final = 180.0
"""TensorRT builds its engine for minutes."""


@dataclass(frozen=True, slots=True)
class Trial:
    """How a provider did."""

    provider: str
    problem: str = ""
    """Why it cannot be used; empty when it can."""
    ms: float = 0.0
    """Wall-clock time of one face, median."""
    cpu_ms: float = 0.0
    """CPU time of one face."""
    difference: float = 0.0
    """Largest from the CPU's answers, as `LARGEST_DIFFERENCE`."""
    share: float = 0.0
    """Of the network's running time that was spent on the provider, 0-1."""
    memory: int = 0
    """Resident bytes of the process."""


def compare(model: str, choice: Sequence[Provider] | None = None) -> list[Trial]:
    """Try the providers in order, note the winner, and return all trials.

    Raises a ModelError when the model's card cannot be read.
    """
    card = read_card(model)
    choice = available() if choice is None else choice
    trials = [_in_a_process(str(card.file), provider) for provider in choice]
    note(card.sha256, choice, named(winner(trials)))
    return trials


def winner(trials: Sequence[Trial]) -> str:
    """Return the provider to use: the fastest that works and is worth it, or the CPU."""
    sound = {trial.provider: trial for trial in trials if not trial.problem}
    cpu = sound.pop(CPU, Trial(CPU))
    worth = [trial for trial in sound.values() if trial.ms < GAIN * cpu.ms and trial.cpu_ms <= cpu.cpu_ms]
    return min(worth, key=lambda trial: trial.ms, default=cpu).provider


def _in_a_process(model: str, provider: Provider) -> Trial:
    command = [sys.executable, "-P", "-m", "veritile.frame.trial", model, provider.name]
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=TRIAL_S, check=False, stdin=subprocess.DEVNULL
        )
        return Trial(**json.loads(done.stdout.splitlines()[-1]))
    except subprocess.TimeoutExpired:
        return Trial(provider.name, problem=f"it takes over {TRIAL_S:g} s")
    except (ValueError, TypeError, IndexError):
        return Trial(provider.name, problem=f"its process ended with status {done.returncode}")


def attempt(card: Card, provider: Provider) -> Trial:
    """Try a provider in this process."""
    import psutil

    from veritile.frame.model import Model

    try:
        model = Model.load(card, provider)
        if model.info.provider != provider.name:
            return Trial(provider.name, problem=f"ONNX Runtime uses {model.info.provider} instead")
        with tempfile.TemporaryDirectory(prefix="veritile-") as folder:
            share = _share_there(card, provider, Path(folder))
        reference = Model.load(card, named(CPU))
        crops = golden(card.input_size)
        there = [model.log_odds(crop) for crop in crops]
        here = [reference.log_odds(crop) for crop in crops]
        if model.info.provider != provider.name:
            return Trial(provider.name, problem="it failed while the model ran")
        difference = max(abs(a - b) / max(1.0, abs(b)) for a, b in zip(there, here, strict=True))
        ms, cpu_ms = _times(lambda: model.log_odds(crops[0]))
    except Exception as error:  # drivers fail in every way there is
        return Trial(provider.name, problem=(str(error).splitlines() or [type(error).__name__])[0][:200])
    problem = ""
    if share < SHARE_THERE:
        problem = f"only {share:.0%} of the work is done there"
    elif difference > LARGEST_DIFFERENCE:
        problem = f"it answers otherwise than the CPU, by {difference:.1e}"
    return Trial(
        provider.name, problem, ms, cpu_ms, difference, share, int(psutil.Process().memory_info().rss)
    )


def golden(size: int) -> list[Crop]:
    """Return pictures of size x size to compare answers on, (size, size, 3) uint8; the same every time.

    Gradients, edges and noise, not faces: what is compared is arithmetic.
    """
    import numpy as np

    chance = np.random.default_rng(7)
    rows, columns = np.mgrid[0:size, 0:size] / size
    crops = []
    for n in range(FRAMES):
        waves = np.sin(2 * np.pi * (rows * (n + 1) + columns * (FRAMES - n)))
        picture = 120 + 60 * waves[..., None] + chance.normal(0, 2 + 4 * n, (size, size, 3))
        picture[rows + columns > 1.5] *= 0.5
        crops.append(np.clip(picture, 0, 255).astype(np.uint8))
    return crops


def _share_there(card: Card, provider: Provider, folder: Path) -> float:
    """Share of the network's running time that ONNX Runtime's own profile books on the provider."""
    from veritile.frame.model import Model

    profile = folder / "profile"
    model = Model.load(card, provider, profile=profile)
    for crop in golden(card.input_size)[:3]:
        model.log_odds(crop)
    events = json.loads(Path(model.end_profile()).read_text(encoding="utf-8"))
    nodes = [event for event in events if event.get("cat") == "Node" and "provider" in event.get("args", {})]
    all_us = sum(event["dur"] for event in nodes)
    there_us = sum(event["dur"] for event in nodes if event["args"]["provider"] == provider.name)
    return there_us / all_us if all_us else 0.0


def _times(run: Callable[[], object]) -> tuple[float, float]:
    """Median wall-clock ms and mean CPU ms of a run."""
    for _ in range(3):
        run()
    wall, cpu = [], time.process_time()
    for _ in range(RUNS):
        began = time.perf_counter()
        run()
        wall.append((time.perf_counter() - began) * 1000)
    return statistics.median(wall), (time.process_time() - cpu) / RUNS * 1000


if __name__ == "__main__":
    told = attempt(read_card(sys.argv[1]), named(sys.argv[2]))
    sys.stdout.write(json.dumps(asdict(told)) + "\n")
