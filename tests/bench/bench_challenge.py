"""How well the guided challenge sees what is done: `python tests/bench/bench_challenge.py [--bench BENCH]`.

Tables, as Markdown:

- the error of the measured attitude on the scripted head (`tests/head3d.py`), whose true one is known;
- how often each step is ticked when the scripted head does it, when it does something else, and when
  it only sits there: `--trials` of each, in rooms drawn at random (size, light, noise, compression);
- with `--bench` (the development benchmark), how often a step is ticked by people who only talk: every real
  clip from four places, to and fro, at five pictures a second. Its 20 pictures a clip lie farther
  apart than that in truth, so the heads move more than talking heads do;
- how well each finding tells a scripted head that turns with another face laid over its own
  (`tests/swapping.py`) from one without; with `--bench` also the swapped half of the live-swap pairs from the
  other half and from the other real clips;
- with `--bench`, how well the network's scores from the front and from the side tell the two halves.

And what a picture costs the host beyond finding and judging the face.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from click import echo

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from head3d import Scene
from performances import FPS, NOWHERE, Eye, Room, film, perform
from swapping import Swap
from veritile.decision.challenge import Glimpse, Reference, StepTracker
from veritile.decision.challenge.findings import Found, SideViews
from veritile.decision.challenge.steps import LIBRARY
from veritile.decision.challenge.views import Views
from veritile.decision.challenge.words import Finding, Step, StepState, View
from veritile.frame import FrameAnalyzer
from veritile.frame.faces import FaceDetector
from veritile.looks import glimpse as glimpse_of
from veritile.odds import logit

BEFORE_S = 0.8
"""Four pictures for the reference."""
ATTITUDES = {
    "yaw": [Scene(yaw=angle) for angle in range(-70, 71, 5)],
    "pitch": [Scene(pitch=angle) for angle in range(-40, 41, 5)],
    "roll": [Scene(roll=angle) for angle in range(-30, 31, 5)],
}
TABLES = ("attitude", "talking", "views", "findings", "cost", "steps")
OF_CLIPS = ("talking", "views")
"""Tables that only the benchmark can fill."""
Clips = dict[tuple[str, str, str], list[Glimpse]]
Values = dict[Finding, Found]


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
    analyzer = FrameAnalyzer.load()
    for key, frames in files.items():
        focus = NOWHERE
        with zipfile.ZipFile(bench / f"{key[0]}.zip") as archive:
            names = set(archive.namelist())
            for number, (_, file) in enumerate(sorted(frames), 1):
                data = archive.read(file if file in names else file.split("/", 1)[1])
                seen = glimpse_of(number / FPS, analyzer.analyze_encoded(data, focus=focus))
                focus = seen.box or focus
                clips.setdefault(key, []).append(seen)
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


def side_views(seed: int, swapped: bool) -> Values | None:
    """What is found when the scripted head turns, with another face over its own if told; or None."""
    random = np.random.default_rng(seed)
    room, eye = Room.drawn(random), Eye(detector())
    swap = Swap.drawn(detector(), random) if swapped else None
    before = [eye.decoded(film(scene, room, random, swap)) for scene in perform(None, BEFORE_S, random, room)]
    if not any(glimpse.found for glimpse in before):
        return None
    turn = Step.TURN_LEFT if seed % 2 else Step.TURN_RIGHT
    after = (
        eye.decoded(film(s, room, random, swap)) for s in perform(turn, LIBRARY[turn].seconds, random, room)
    )
    return _found(Reference.of(before), after)


def findings_table(clips: Clips, trials: int, workers: int, first: int) -> None:
    """AUC of each finding, and how often it is unusual: scripted turns, and the clips."""
    seeds = range(first + 3_000_000, first + 3_000_000 + 2 * trials)
    with ProcessPoolExecutor(workers) as pool:
        values = list(pool.map(side_views, seeds, [seed % 4 > 1 for seed in seeds]))
    told = [(seed % 4 > 1, found) for seed, found in zip(seeds, values, strict=True) if found]
    _findings_rows("scripted turns", told)
    if clips:
        real = {k: g for k, g in clips.items() if k[0] == "liveswap" or k[2] == "real"}
        found = [(label == "fake", _found(Reference.of(g[:4]), g)) for (_, _, label), g in real.items()]
        _findings_rows("clips", [pair for pair in found if pair[1]])


def _found(reference: Reference, glimpses: Iterable[Glimpse]) -> Values:
    views = SideViews()
    for glimpse in glimpses:
        views.see(glimpse, reference)
    return {found.finding: found for found in views.findings()}


def _findings_rows(where: str, told: Sequence[tuple[bool, Values]]) -> None:
    echo(f"\n| Finding, {where} | AUC | real, swapped | unusual: real, swapped | most of a real one |")
    echo("|---|---|---|---|---|")
    for finding in list(Finding)[1:]:
        real = [values[finding] for is_fake, values in told if not is_fake and finding in values]
        fake = [values[finding] for is_fake, values in told if is_fake and finding in values]
        odd = [sum(found.unusual for found in kind) for kind in (real, fake)]
        most = max((found.value for found in real), default=0.0)
        auc = _auc([found.value for found in real], [found.value for found in fake])
        echo(f"| `{finding}` | {auc} | {len(real)}, {len(fake)} | {odd[0]}, {odd[1]} | {most:.2f} |")


def views_table(clips: Clips) -> None:
    """AUC of the network's score from the front, from the side, and of their difference, by clip."""
    scores: dict[tuple[str, bool], list[float]] = defaultdict(list)
    for (kind, _, label), glimpses in clips.items():
        if kind != "liveswap":
            continue
        views, reference = Views(), Reference.of(glimpses[:4])
        for glimpse in glimpses:
            views.see(glimpse, reference)
        told = {seen.view: logit(seen.score) for seen in views.told()}
        for view, value in told.items():
            scores[view, label == "fake"].append(value)
        if len(told) == 2:
            scores["side less front", label == "fake"].append(told[View.SIDE] - told[View.FRONT])
    echo("| Score | AUC, swapped above real | clips: real, swapped |\n|---|---|---|")
    for name in (*View, "side less front"):
        real, fake = scores[name, False], scores[name, True]
        echo(f"| {name} | {_auc(real, fake)} | {len(real)}, {len(fake)} |")


def _auc(real: Sequence[float], fake: Sequence[float]) -> str:
    wins = [(f > r) + 0.5 * (f == r) for f in fake for r in real]
    return f"{np.mean(wins):.2f}" if wins else "not measurable"


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
    parser.add_argument("--table", nargs="+", choices=TABLES, default=TABLES, help="all unless told")
    chosen = parser.parse_args()
    clips = read_clips(chosen.bench) if chosen.bench else {}
    printed: dict[str, Callable[[], None]] = {
        "attitude": attitude_table,
        "talking": lambda: talking_table(clips),
        "views": lambda: views_table(clips),
        "findings": lambda: findings_table(clips, chosen.trials, chosen.workers, chosen.seed),
        "cost": cost,
        "steps": lambda: scripted_table(chosen.trials, chosen.workers, chosen.seed),
    }
    for name in chosen.table:
        if clips or name not in OF_CLIPS:
            printed[name]()
            echo()


if __name__ == "__main__":
    main()
