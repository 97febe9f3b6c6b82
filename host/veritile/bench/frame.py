"""What a frame costs, beside the sum of the parts that cannot be done without, taken in turns in one run."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Final

import cv2
import numpy as np

from veritile.bench import picture
from veritile.bench.figure import Figure
from veritile.frame.card import read_card
from veritile.frame.crop import crop_face
from veritile.frame.faces import MIN_CONFIDENCE, QUICK_SIDE, FaceDetector
from veritile.frame.model import Model
from veritile.frame.pipeline import FrameAnalyzer
from veritile.frame.providers import CPU, named
from veritile.frame.yunet import YuNet

ROUNDS: Final = 12
REPEATS: Final = 8
RATIO: Final = 1.3
"""Goal: a frame may cost so much more than its parts."""


def measure(model: str) -> list[Figure]:
    """CPU ms of a 640x360 frame, whole and in parts. Raises ModelError."""
    rgb = picture.frame()
    data = picture.jpeg(rgb)
    encoded = np.frombuffer(data, np.uint8)
    analyzer = FrameAnalyzer.load(model, named(CPU))
    classifier, net = Model.load(read_card(model), named(CPU)), YuNet()
    info = classifier.info
    small = cv2.resize(rgb, (QUICK_SIDE, QUICK_SIDE * 9 // 16), interpolation=cv2.INTER_AREA)
    (box, *_) = [face.box for face in FaceDetector().detect(rgb)]
    crop = crop_face(rgb, box, margin=info.crop_margin, size=info.input_size)
    last = analyzer.analyze_encoded(data).thumbnail
    parts: dict[str, Callable[[], object]] = {
        "decode": lambda: cv2.imdecode(encoded, cv2.IMREAD_COLOR_BGR),
        "find the face": lambda: net.detect(np.asarray(small, np.uint8), least=MIN_CONFIDENCE, most=1),
        "cut it out": lambda: crop_face(rgb, box, margin=info.crop_margin, size=info.input_size),
        "judge it": lambda: classifier.log_odds(crop),
    }
    works = {
        **parts,
        "whole": lambda: analyzer.analyze_encoded(data),
        "unchanged": lambda: analyzer.analyze_encoded(data, last=last),
    }
    times = _cpu_ms(works)
    fastest = sum(times[name] for name in parts)
    return [
        Figure(
            "CPU of a 640x360 frame", times["whole"], "ms", RATIO * fastest, fastest, f"goal: ratio {RATIO}"
        ),
        *(Figure(f"… {name}", times[name], "ms", note="a part of it") for name in parts),
        Figure("… that shows nothing new", times["unchanged"], "ms"),
    ]


def _cpu_ms(works: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Median CPU ms of each, over rounds in which all take turns: a busy moment meets all of them."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for work in works.values():
        work()
    for _ in range(ROUNDS):
        for name, work in works.items():
            began = time.process_time()
            for _ in range(REPEATS):
                work()
            times[name].append((time.process_time() - began) / REPEATS * 1e3)
    return {name: statistics.median(values) for name, values in times.items()}
