"""What a model costs: measured in fresh processes, as a host meets it.

`python -m veritile.train.cost MODEL.onnx` prints one measurement as JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import numpy as np

from veritile.errors import InferenceError
from veritile.frame.card import Card, read_card
from veritile.frame.model import Model
from veritile.train.bench import Row

PROCESSES: Final = 5
INFERENCES: Final = 100
_WARM_UP: Final = 10
_TIMEOUT_S: Final = 300
FIGURES: Final = ("inference_ms", "load_ms", "file_mb")


def measure_cost(card: Card) -> list[Row]:
    """Rows of the set `cost`: the median of `PROCESSES` fresh processes, with their least and most.

    `inference_ms` is the CPU time of one thread for one face (median of `INFERENCES`),
    which a busy machine stretches less than the clock; `load_ms` is the clock's time
    for checksum, graph and session, after the imports; `file_mb` is in 10^6 bytes.

    Raises:
        InferenceError: a process fails.
    """
    runs = [_fresh_process(card.file) for _ in range(PROCESSES)]
    rows = []
    for figure in FIGURES:
        values = [run[figure] for run in runs]
        rows.append(
            Row(
                card.name,
                card.version,
                "table",
                "cost",
                "all",
                figure,
                float(np.median(values)),
                min(values),
                max(values),
                PROCESSES,
                PROCESSES * INFERENCES if figure == "inference_ms" else PROCESSES,
                0,
            )
        )
    return rows


def _fresh_process(file: Path) -> dict[str, float]:
    package = str(Path(__file__).resolve().parents[2])
    paths = os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH"))))
    command = [sys.executable, "-m", "veritile.train.cost", str(file)]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            check=True,
            timeout=_TIMEOUT_S,
            env={**os.environ, "PYTHONPATH": paths},
        )
        answer: dict[str, float] = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        raise InferenceError(
            f"The cost of {file} could not be measured: run {' '.join(command)} to see why."
        ) from error
    return answer


def _measure(file: Path) -> dict[str, float]:
    card = read_card(file)
    started = time.perf_counter()
    model = Model.load(card)
    load = time.perf_counter() - started
    size = card.input_size
    crop = np.random.default_rng(0).integers(0, 256, (size, size, 3), dtype=np.uint8)
    for _ in range(_WARM_UP):
        model.log_odds(crop)
    taken = []
    for _ in range(INFERENCES):
        started = time.thread_time()
        model.log_odds(crop)
        taken.append(time.thread_time() - started)
    return {
        "inference_ms": float(np.median(taken)) * 1e3,
        "load_ms": load * 1e3,
        "file_mb": file.stat().st_size / 1e6,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_measure(Path(sys.argv[1]))))
