"""How alike the surroundings of faces are: `python tests/bench/bench_signature.py BENCH`.

BENCH is a benchmark folder (docs/evaluation.md). Of its untouched pictures those of one clip are pairs
of one scene, and the first of each clip makes pairs of different scenes. Prints for some
levels which share of either kind is below, and what a signature costs.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
import sys
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.progress import track
from rich.table import Table

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import pictures
from veritile.frame.faces import FaceDetector
from veritile.frame.signature import signature
from veritile.train.bench import Bench

LEVELS = (0.3, 0.5, 0.6, 0.7, 0.8)


def signatures(folder: Path) -> dict[tuple[str, str], list[tuple[float, ...]]]:
    """The signatures of every untouched clip's largest faces, in the order of its frames."""
    detector = FaceDetector()
    clips: dict[tuple[str, str], list[tuple[float, ...]]] = defaultdict(list)
    for frame, rgb in track(list(Bench(folder).pictures()), "Looking"):
        if not frame.fake and (faces := detector.detect(rgb)):
            clips[frame.set, frame.clip].append(signature(rgb, faces[0].box))
    return clips


def microseconds(width: int) -> float:
    """Median CPU time of one signature in a picture of that width."""
    frame = pictures.person(width, width * 9 // 16, face_px=width // 4)
    box = FaceDetector().detect(frame)[0].box
    times = []
    for _ in range(50):
        started = time.process_time()
        for _ in range(20):
            signature(frame, box)
        times.append((time.process_time() - started) / 20 * 1e6)
    return statistics.median(times)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("bench", type=Path)
    clips = signatures(parser.parse_args().bench)
    pairs = {
        "successive frames": [p for clip in clips.values() for p in itertools.pairwise(clip)],
        "one clip": [p for clip in clips.values() for p in itertools.combinations(clip, 2)],
        "different clips": list(itertools.combinations([clip[0] for clip in clips.values()], 2)),
    }
    table = Table("pairs", "number", "median", *(f"below {level}" for level in LEVELS), box=None)
    for name, two in pairs.items():
        alike = np.array([np.dot(a, b) for a, b in two])
        below = (f"{(alike < level).mean():.1%}" for level in LEVELS)
        table.add_row(name, str(len(alike)), f"{np.median(alike):.2f}", *below)
    console = Console()
    console.print(f"{sum(map(len, clips.values()))} faces of {len(clips)} clips")
    console.print(table)
    for width in (320, 640, 1280):
        console.print(f"{microseconds(width):.0f} us for a picture {width} px wide")


if __name__ == "__main__":
    main()
