"""How well the guided challenge sees what is done: `python tests/bench/bench_challenge.py [--bench BENCH]`.

Four tables, as Markdown:

- the error of the measured attitude on the scripted head (`tests/head3d.py`), whose true one is known;
- how often each step is ticked when the scripted head does it, when it does something else, and when
  it only sits there: `--trials` of each, in rooms drawn at random (size, light, noise, compression);
- with `--bench` (the development benchmark), how often a step is ticked by people who only talk: every real
  clip from four places, to and fro, at five pictures a second. Its 20 pictures a clip lie farther
  apart than that in truth, so the heads move more than talking heads do;
- with `--bench`, how well each finding tells the swapped half of the live-swap pairs from the other half.

And what a picture costs the host beyond finding and judging the face.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
import zipfile
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from click import echo

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from head3d import Scene
from performances import FPS, Eye, Room, film, perform
from veritile.decision.challenge import Glimpse, Reference, StepTracker
from veritile.decision.challenge.findings import SideViews
from veritile.decision.challenge.steps import LIBRARY
from veritile.decision.challenge.words import Finding, Step, StepState
from veritile.frame import FrameAnalyzer
from veritile.frame.faces import FaceDetector

BEFORE_S = 0.8
"""Four pictures for the reference."""
ATTITUDES = {
    "yaw": [Scene(yaw=angle) for angle in range(-70, 71, 5)],
    "pitch": [Scene(pitch=angle) for angle in range(-40, 41, 5)],
    "roll": [Scene(roll=angle) for angle in range(-30, 31, 5)],
}
Clips = dict[tuple[str, str, str], list[Glimpse]]


@cache
def detector() -> FaceDetector:
    """One a process."""
    return FaceDetector()


def attitude_table() -> None:
    """Error of each angle against the truth, less the error of the head that looks into the camera."""
    echo("| Angle | true range | median error | p90 | lost |\n|---|---|---|---|---|")
    for axis, (name, scenes) in enumerate(ATTITUDES.items()):
        errors: list[float] = []
        lost = 0
        for number, face_px in enumerate((100.0, 150.0, 200.0)):
            random = np.random.default_rng(number)
            room = Room(face_px=face_px)
            zero = Eye(detector()).decoded(film(Scene(face_px=face_px), room, random)).attitude
            assert zero is not None
            for scene in scenes:
                seen = Eye(detector()).decoded(film(replace(scene, face_px=face_px), room, random)).attitude
                if seen is None:
                    lost += 1
                else:
                    errors.append(abs(seen[axis] - zero[axis] - getattr(scene, name)))
        most = max(getattr(scene, name) for scene in scenes)
        echo(
            f"| {name} | ±{most:.0f}° | {np.median(errors):.0f}° | {np.quantile(errors, 0.9):.0f}° "
            f"| {lost} of {3 * len(scenes)} |"
        )


def trial(asked: Step, done: Step | None, seed: int) -> bool | None:
    """Whether a step is ticked when the scripted head does `done`; None where no face can be found at all."""
    random = np.random.default_rng(seed)
    room = Room.drawn(random)
    eye = Eye(detector())
    before = [eye.decoded(film(scene, room, random)) for scene in perform(None, BEFORE_S, random, room)]
    if not any(glimpse.found for glimpse in before):
        return None
    reference, tracker = Reference.of(before), StepTracker(asked)
    tracker.begin(eye.at)
    for scene in perform(done, LIBRARY[asked].seconds, random, room):
        tracker.see(eye.decoded(film(scene, room, random)), reference)
        if tracker.over:
            break
    return tracker.state is StepState.DONE


def scripted_table(trials: int, workers: int, first: int) -> None:
    """Ticked when done, when something else was done, and when nothing was."""
    echo("| Step | ticked when done | when another step was done | when nothing was |\n|---|---|---|---|")
    steps = list(Step)
    with ProcessPoolExecutor(workers) as pool:
        for place, step in enumerate(steps):
            others = [other for other in steps if other is not step]
            few = range(max(1, trials // 2))
            kinds = [
                [(step, first + 10_000 * place + seed) for seed in range(trials)],
                [(others[seed % len(others)], first + 500_000 + 10_000 * place + seed) for seed in few],
                [(None, first + 900_000 + 10_000 * place + seed) for seed in few],
            ]
            cells = []
            for kind in kinds:
                results = pool.map(trial, [step] * len(kind), *zip(*kind, strict=True))
                known = [result for result in results if result is not None]
                cells.append(f"{sum(known)} of {len(known)}")
            echo(f"| `{step}` | {' | '.join(cells)} |")


def read_clips(bench: Path) -> Clips:
    """What is seen of every clip of the benchmark, by set, clip and label."""
    files: dict[tuple[str, str, str], list[tuple[int, str]]] = defaultdict(list)
    with (bench / "bench.csv").open(newline="", encoding="utf-8") as table:
        for row in csv.DictReader(table):
            if row["set"] != "webcam":  # single pictures
                files[row["set"], row["clip"], row["label"]].append((int(row["frame"]), row["file"]))
    clips: Clips = {}
    for key, frames in files.items():
        eye = Eye(detector())
        with zipfile.ZipFile(bench / f"{key[0]}.zip") as archive:
            names = set(archive.namelist())
            for _, file in sorted(frames):
                data = archive.read(file if file in names else file.split("/", 1)[1])
                clips.setdefault(key, []).append(eye.decoded(data))
    return clips


def talking_table(clips: Clips) -> None:
    """How often people who were asked for nothing do what a step asks for."""
    echo("| Step | ticked | clips in which it ever was |\n|---|---|---|")
    real = {key: glimpses for key, glimpses in clips.items() if key[2] == "real"}
    for step in Step:
        ticked: list[bool] = []
        who = set()
        for key, glimpses in real.items():
            to_and_fro = glimpses + glimpses[-2:0:-1]
            for start in range(0, len(to_and_fro), max(1, len(to_and_fro) // 4)):
                done = _talked(step, to_and_fro, start)
                ticked += [] if done is None else [done]
                who |= {key} if done else set()
        echo(f"| `{step}` | {sum(ticked)} of {len(ticked)} | {len(who)} of {len(real)} |")


def _talked(step: Step, glimpses: list[Glimpse], start: int) -> bool | None:
    count = round((BEFORE_S + LIBRARY[step].seconds) * FPS) + 1
    seen = [replace(glimpses[(start + i) % len(glimpses)], at=i / FPS) for i in range(count)]
    before, after = seen[: round(BEFORE_S * FPS)], seen[round(BEFORE_S * FPS) :]
    if not any(glimpse.found for glimpse in before):
        return None
    reference, tracker = Reference.of(before), StepTracker(step)
    tracker.begin(BEFORE_S)
    for glimpse in after:
        tracker.see(glimpse, reference)
    return tracker.state is StepState.DONE


def findings_table(clips: Clips) -> None:
    """AUC of each finding: swapped against real, over the clips that show views from the side."""
    echo("| Finding | AUC, swapped above real | clips with side views: real, swapped |\n|---|---|---|")
    found: dict[tuple[Finding, str], list[float]] = defaultdict(list)
    for (kind, _, label), glimpses in clips.items():
        if kind == "liveswap":
            views = SideViews()
            reference = Reference.of(glimpses[:4])
            for glimpse in glimpses:
                views.see(glimpse, reference)
            for told in views.findings():
                found[told.finding, label].append(told.value)
    for finding in (Finding.TRACK_LOST, Finding.TRACK_JUMP, Finding.COLOUR_JUMP):
        real, fake = found[finding, "real"], found[finding, "fake"]
        wins = [(f > r) + 0.5 * (f == r) for f in fake for r in real]
        auc = f"{np.mean(wins):.2f}" if wins else "not measurable"
        echo(f"| `{finding}` | {auc} | {len(real)}, {len(fake)} |")


def cost() -> None:
    """CPU of what a challenge adds to a picture of 1280x720."""
    random = np.random.default_rng(0)
    room = Room(1280, 720, 200)
    data = film(Scene(face_px=200), room, random)
    picture = np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB), np.uint8)
    eye = Eye(detector())
    first = eye.glimpse(picture)
    reference, tracker = Reference.of([first]), StepTracker(Step.HAND)
    found = []
    for _ in range(50):
        began = time.process_time()
        detector().detect(picture)
        detected = time.process_time()
        glimpse = eye.glimpse(picture)
        closer = time.process_time()
        tracker.begin(glimpse.at)
        tracker.see(glimpse, reference)
        found.append((closer - detected - (detected - began), time.process_time() - closer))
    cells, tracking = (max(0.0, 1000 * float(np.median(times))) for times in zip(*found, strict=True))
    echo(f"A picture of 1280x720: {cells:.1f} ms for its cells, {tracking:.1f} ms for following the step.")
    analyzer = FrameAnalyzer.load()
    looks = []
    for _ in range(30):
        began = time.process_time()
        analyzer.analyze_encoded(data, focus=first.box)
        looks.append(1000 * (time.process_time() - began))
    whole = float(np.median(looks)) + tracking
    echo(f"In all {whole:.1f} ms, which five times a second is {whole / 2:.1f} % of a core.")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--bench", type=Path, help="folder of the development benchmark")
    parser.add_argument("--trials", type=int, default=40, help="of each step")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0, help="of the first trial")
    chosen = parser.parse_args()
    attitude_table()
    echo()
    if chosen.bench:
        clips = read_clips(chosen.bench)
        talking_table(clips)
        echo()
        findings_table(clips)
        echo()
    cost()
    echo()
    scripted_table(chosen.trials, chosen.workers, chosen.seed)


if __name__ == "__main__":
    main()
