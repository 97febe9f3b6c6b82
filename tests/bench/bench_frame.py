"""What one frame costs, beside the sum of its parts: `python tests/bench/bench_frame.py [--model MODEL]`.

Prints CPU milliseconds per 640x360 frame of the whole pipeline and of its parts
alone, interleaved in one run on one machine, because only such ratios last; then
how long a fresh process takes until it can judge. MODEL is a name in models/ or a
path; without models the bench makes a small one, and says so.

Two things that look cheaper are measured beside it and not built. Faces are judged one by
one: a batch of them takes the network no less time, and memory for all at once.
And a face is looked for in the whole picture, not first around its last place: that takes
1.0 instead of 1.8 ms where it is found, an eighth of the frame, less for larger faces and
larger networks. Where it is not, it is paid on top; new faces are seen late; and the box comes out
a little different there, which moves the score of a face that did not move.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
from rich.console import Console
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import pictures
from veritile.errors import ModelMissingError
from veritile.frame.card import DEFAULT_MODEL, read_card
from veritile.frame.changed import thumbnail
from veritile.frame.crop import crop_face
from veritile.frame.faces import MIN_CONFIDENCE, QUICK_SIDE, FaceDetector
from veritile.frame.model import Model
from veritile.frame.pipeline import FrameAnalyzer
from veritile.frame.signature import signature

ROUNDS, REPEATS = 15, 10
COLD_STARTS = 5
WHOLE = "whole pipeline"
BESIDE = "beside: "
"""Begins the names of what is measured, but is no part of the pipeline's sum."""


def model_argument() -> str:
    """The model to measure: the argument, the default, or one made on the spot."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--model", default=DEFAULT_MODEL, help="name in models/, or path of an .onnx file")
    wanted: str = parser.parse_args().model
    try:
        read_card(wanted)
    except ModelMissingError as error:
        from tiny_model import write_tiny_model

        Console(stderr=True).print(
            f"{error} Measuring a tiny random model instead: not the product's figures."
        )
        return str(write_tiny_model(Path(tempfile.mkdtemp())))
    return wanted


def parts_of(model: str) -> dict[str, Callable[[], object]]:
    """The pipeline, and each thing that it cannot do without, in its fastest form."""
    data = pictures.jpeg(pictures.person(640, 360, face_px=150), 80)
    encoded = np.frombuffer(data, np.uint8)
    analyzer = FrameAnalyzer.load(model)
    detector = FaceDetector()
    classifier = Model.load(read_card(model))
    info = classifier.info
    rgb = cv2.imdecode(encoded, cv2.IMREAD_COLOR_RGB)
    small = cv2.resize(rgb, (QUICK_SIDE, QUICK_SIDE * 360 // 640), interpolation=cv2.INTER_AREA)
    box = detector.detect(rgb)[0].box
    crop = crop_face(rgb, box, margin=info.crop_margin, size=info.input_size)
    network = detector._net
    around = rgb[:, round(box[0] + box[2] / 2 - box[3]) : round(box[0] + box[2] / 2 + box[3])]
    near = cv2.resize(around, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    four, alone = np.stack([crop] * 4), crop[None]
    run, name = classifier._session.run, classifier._input
    batched = info.layout == "NHWC" and classifier._scaling is None
    last = analyzer.analyze_encoded(data).thumbnail
    crowd = pictures.jpeg(pictures.two_people(640, 360), 80)
    return {
        "decode (cv2.imdecode)": lambda: cv2.imdecode(encoded, cv2.IMREAD_COLOR_BGR),
        f"detect (YuNet, {QUICK_SIDE} px)": lambda: network.detect(small, least=MIN_CONFIDENCE, most=1),
        "crop": lambda: crop_face(rgb, box, margin=info.crop_margin, size=info.input_size),
        f"infer ({info.name} {info.version})": lambda: classifier.log_odds(crop),
        WHOLE: lambda: analyzer.analyze_encoded(data),
        f"{BESIDE}whole, unchanged frame": lambda: analyzer.analyze_encoded(data, last=last),
        f"{BESIDE}whole, two faces": lambda: analyzer.analyze_encoded(crowd),
        f"{BESIDE}detect around the last box": lambda: network.detect(near, least=MIN_CONFIDENCE, most=1),
        f"{BESIDE}thumbnail": lambda: thumbnail(rgb, 0),
        f"{BESIDE}signature": lambda: signature(rgb, box),
        **(
            {
                f"{BESIDE}4 faces as a batch": lambda: run(None, {name: four}),
                f"{BESIDE}4 faces one by one": lambda: [run(None, {name: alone}) for _ in range(4)],
            }
            if batched
            else {}
        ),
    }


def cpu_milliseconds(parts: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Median CPU time of each part over rounds in which all of them take turns."""
    times: dict[str, list[float]] = {name: [] for name in parts}
    for part in parts.values():
        part()
    for _ in range(ROUNDS):
        for name, part in parts.items():
            started = time.process_time()
            for _ in range(REPEATS):
                part()
            times[name].append((time.process_time() - started) / REPEATS * 1e3)
    return {name: statistics.median(values) for name, values in times.items()}


def cold_start_milliseconds(model: str) -> dict[str, float]:
    """Median wall time in fresh processes: imports, then loading, then the first frame."""
    program = (
        "import sys, time; t0 = time.perf_counter()\n"
        "from veritile.frame.pipeline import FrameAnalyzer; t1 = time.perf_counter()\n"
        "analyzer = FrameAnalyzer.load(sys.argv[1]); t2 = time.perf_counter()\n"
        "analyzer.analyze_encoded(sys.stdin.buffer.read()); t3 = time.perf_counter()\n"
        "print(t1 - t0, t2 - t1, t3 - t2)"
    )
    frame = pictures.jpeg(pictures.person(), 80)
    runs = []
    for _ in range(COLD_STARTS):
        done = subprocess.run(
            [sys.executable, "-c", program, model], input=frame, capture_output=True, check=True
        )
        runs.append([float(value) * 1e3 for value in done.stdout.split()])
    imports, load, first = (statistics.median(column) for column in zip(*runs, strict=True))
    return {
        "imports": imports,
        "load model and detector": load,
        "first frame": first,
        "together": imports + load + first,
    }


def main() -> None:
    """Measure and print both tables."""
    model = model_argument()
    costs = cpu_milliseconds(parts_of(model))
    fastest = sum(value for name, value in costs.items() if name != WHOLE and not name.startswith(BESIDE))
    table = Table("CPU per 640x360 frame", "ms", box=None)
    for name, value in costs.items():
        table.add_row(name, f"{value:.2f}")
    table.add_row("sum of the parts", f"{fastest:.2f}")
    table.add_row("whole / sum", f"{costs[WHOLE] / fastest:.2f}")
    start = Table("Fresh process", "ms", box=None)
    for name, value in cold_start_milliseconds(model).items():
        start.add_row(name, f"{value:.0f}")
    console = Console()
    console.print(table)
    console.print(start)


if __name__ == "__main__":
    main()
