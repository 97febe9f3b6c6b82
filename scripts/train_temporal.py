#!/usr/bin/env python3
"""Train the temporal model of recorded video, over the frame model of a finished run, and compare the two.

    pip install -e '.[train]'
    python scripts/train_temporal.py --frame-run .train/mesonet --faces FACES --live LIVE --bench BENCH

Makes sequences of animated photographs and of real calls, and unsteady fakes of them; learns
to correct the frame model's mean; calibrates on held-out people and clips, exports, and
prints frame model, mean and temporal model side by side. FACES, LIVE and the frame run
are those of `scripts/train_mesonet.py`. The same command goes on where it was stopped.
`--smoke` runs everything in seconds on drawn faces and keeps nothing.
"""

from __future__ import annotations

import laboratory  # isort: skip  # noqa: F401

import json
import shlex
import sys
import tempfile
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import click
import cv2
import torch
from rich.progress import TaskID
from rich.table import Table

from train_mesonet import LICENCE, ROOT, console
from veritile import __version__
from veritile.errors import ModelError, VeritileError
from veritile.train.bench import Bench
from veritile.train.calibration import calibrate
from veritile.train.drawn import write_bench, write_faces, write_live
from veritile.train.export import Metadata, set_front_matter
from veritile.train.figures import Scores, clip_auc, clip_order, measure
from veritile.train.head import HeadRun, open_run
from veritile.train.loop import RECORD
from veritile.train.progress import progress_bar, rate
from veritile.train.provenance import revision, versions
from veritile.train.recipe import Data, Recipe
from veritile.train.results import markdown
from veritile.train.temporal.comparison import Comparison
from veritile.train.temporal.export import ARCHITECTURE, export_temporal
from veritile.train.temporal.network import EVIDENCE, MesoTemporal
from veritile.train.temporal.people import write_temporal_people
from veritile.train.temporal.recipe import LENGTHS, TemporalRecipe, smoke_recipe
from veritile.train.temporal.run import TemporalRun

FRAME = ROOT / "models/mesonet.onnx"


@click.command(help=__doc__)
@click.option("--frame-run", type=click.Path(path_type=Path), default=ROOT / ".train/mesonet",
              help="Folder of the frame model's finished run.")  # fmt: skip
@click.option("--faces", type=click.Path(path_type=Path), help="Folder of faces.csv.")
@click.option("--live", type=click.Path(path_type=Path), help="Folder of pairs.csv: real live swaps.")
@click.option("--bench", type=click.Path(path_type=Path), help="Benchmark folder to compare on.")
@click.option("--run", "folder", type=click.Path(path_type=Path), default=ROOT / ".train/temporal",
              help="Folder of the sequences and the record.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), default=ROOT / "models/mesonet-temporal.onnx",
              help="The ONNX file to write; its card's front matter is set too.")  # fmt: skip
@click.option("--version", default=__version__, show_default=True, help="Version of the weights.")
@click.option("--sequences", type=click.IntRange(min=1), default=TemporalRecipe().sequences,
              show_default=True, help="Pairs of a real sequence and a fake to learn from.")  # fmt: skip
@click.option("--length", type=click.IntRange(*LENGTHS), default=TemporalRecipe().length, show_default=True,
              help="Frames of a sequence.")  # fmt: skip
@click.option("--hidden", type=click.IntRange(1, 512), default=TemporalRecipe().hidden, show_default=True,
              help="Numbers that the recurrent network remembers.")  # fmt: skip
@click.option("--passes", type=click.IntRange(min=1), default=TemporalRecipe().passes, show_default=True,
              help="How often it learns from each sequence.")  # fmt: skip
@click.option("--evidence", type=click.Choice(list(EVIDENCE)), default=TemporalRecipe().evidence,
              show_default=True, help="What the network is told of a frame.")  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0), default=TemporalRecipe().seed, show_default=True,
              help="Seed of all chance.")  # fmt: skip
@click.option("--workers", type=click.IntRange(min=0), default=2, show_default=True,
              help="Processes making sequences.")  # fmt: skip
@click.option("--threads", type=click.IntRange(min=1), default=2, show_default=True,
              help="CPU threads of PyTorch.")  # fmt: skip
@click.option("--choose", is_flag=True,
              help="Only compare the kinds of evidence, on held-out people and clips.")  # fmt: skip
@click.option("--compare-only", is_flag=True, help="Only compare the model of --out on --bench.")
@click.option("--smoke", is_flag=True, help="Run everything on drawn faces, in seconds.")
def main(
    frame_run: Path,
    faces: Path | None,
    live: Path | None,
    bench: Path | None,
    folder: Path,
    out: Path,
    version: str,
    workers: int,
    threads: int,
    choose: bool,
    compare_only: bool,
    smoke: bool,
    **numbers: Any,
) -> None:
    """Run the command; `--help` shows the module's text."""
    torch.set_num_threads(threads)
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as drawn:
        try:
            if compare_only:
                if bench is None:
                    raise click.UsageError("Give --bench, the folder of bench.csv.")
                compare(out, Bench(bench), FRAME)
                return
            if smoke:
                frame, bench = smoke_frame(Path(drawn))
                folder, out = Path(drawn) / "run", Path(drawn) / "smoke.onnx"
                recipe, workers = smoke_recipe(frame.recipe.folds), 0
            elif faces is None:
                raise click.UsageError("Give --faces, the folder of faces.csv, or --smoke.")
            else:
                frame = finished(frame_run, Data(faces, live))
                recipe = TemporalRecipe(folds=frame.recipe.folds, **numbers)
            run = TemporalRun(folder, recipe, frame)
            describe(run, workers)
            if choose:
                compare_evidence(run)
                return
            net = run.learn()
            ship(run, net, out, version)
            if bench is not None:
                compare(out, Bench(bench), FRAME)
        except VeritileError as error:
            raise click.ClickException(str(error)) from error


def finished(folder: Path, data: Data) -> HeadRun:
    """The frame model's run, by its own record.

    Raises ModelError when there is none, or it is not done, or of a network that learns its filters.
    """
    try:
        known = json.loads((folder / RECORD).read_text(encoding="utf-8"))["recipe"]
        numbers = {field.name: known[field.name] for field in fields(Recipe)}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(
            f"{folder} holds no record of a run: train the frame model first, with scripts/train_mesonet.py."
        ) from error
    numbers["folds"] = tuple(map(tuple, numbers["folds"]))
    numbers |= {name: tuple(numbers[name]) for name in ("clips", "held_out")}
    run = open_run(folder, Recipe(**numbers), data)
    if not isinstance(run, HeadRun) or run.step != run.steps:
        raise ModelError(f"{folder} holds no finished run of a network with fixed filters: finish it first.")
    return run


def smoke_frame(drawn: Path) -> tuple[HeadRun, Path]:
    """A frame model that has learnt from a few drawn faces, and a benchmark of drawn clips."""
    data = Data(drawn / "faces", drawn / "live")
    write_faces(drawn / "faces")
    write_live(drawn / "live", frames=8)
    write_bench(drawn / "bench")
    recipe = Recipe(pairs=64, batch=16, size=64, averaging=0.9, passes=2, folds=(("0",), ("1",)))
    run = open_run(drawn / "frame", recipe, data)
    assert isinstance(run, HeadRun)  # the recipe's network has fixed filters
    run.go(workers=0, measure_every=64, on_step=lambda pairs, loss: None)
    return run, drawn / "bench"


def describe(run: TemporalRun, workers: int) -> None:
    """Make what sequences are missing, with rate and time left on the screen."""
    with progress_bar(console, transient=False) as bar:
        tasks: dict[str, TaskID] = {}

        def on_step(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bar.add_task(what.replace("_", " "), total=total, completed=done, rate="")
            bar.update(tasks[what], completed=done, rate=rate(bar, tasks[what], "sequences"))

        run.describe(workers=workers, on_step=on_step)


def compare_evidence(run: TemporalRun) -> None:
    """What each kind of evidence brings on people and clips that it did not learn from."""
    rows = [
        ["Evidence", "Held-out people: AUC", "Above their original", "Clips: AUC", "Above their original"]
    ]
    for evidence in EVIDENCE:
        scores = (run.score_held_out(run.learn(evidence=evidence)), run.score_clips(evidence))
        rows.append([evidence, *(cell for part in scores for cell in cells(part))])
    show(rows, "Kinds of evidence")


def cells(scores: Scores | None) -> list[str]:
    """AUC, and how many fakes are above their original, with intervals over people or clips."""
    if scores is None:
        return ["", ""]
    figures = (measure(scores, statistic) for statistic in (clip_auc, clip_order))
    return [f"{figure.value:.3f} ({figure.low:.3f}-{figure.high:.3f})" for figure in figures]


def ship(run: TemporalRun, net: MesoTemporal, out: Path, version: str) -> None:
    """Calibrate, export, put name and SHA-256 into the card, and record the run."""
    people, clips = run.score_held_out(net), run.score_clips()
    # Both count alike, whatever their numbers, as for the frame model.
    a, b = calibrate(*(part for part in (people, clips) if part is not None))
    frame = run.frame.recipe
    metadata = Metadata(
        name=out.stem,
        version=version,
        licence=LICENCE,
        input_size=frame.size,
        architecture=ARCHITECTURE,
        crop_margin=frame.margin,
        calibration_a=a,
        calibration_b=b,
    )
    digest = export_temporal(net, out, metadata, length=run.recipe.length)
    set_front_matter(out.with_suffix(".md"), metadata.front_matter(out.name, digest))
    measured = {"held_out": cells(people), "clips": cells(clips)}
    command = shlex.join(["python", *sys.argv])
    run.record(command=command, revision=revision(), versions=versions(), measured=measured)
    console.print(
        f"Held-out people: AUC {measured['held_out'][0]}, above their original {measured['held_out'][1]}; "
        f"clips: {measured['clips'][0]}, {measured['clips'][1]}"
    )
    console.print(f"{out}: calibration a {a:.4f} b {b:.4f}, sha256 {digest}")
    know_people(run, out, clips and replace(clips, log_odds=a * clips.log_odds + b))


def know_people(run: TemporalRun, out: Path, clips: Scores | None) -> None:
    """Write how the network scores people, for the decision to compare with; `clips` is calibrated."""
    faces = run.held_out_faces
    with progress_bar(console, transient=False) as bar:
        task = bar.add_task("real people", total=len(faces), rate="")
        path = write_temporal_people(
            out,
            FRAME,
            faces,
            length=run.recipe.length,
            live=run.live,
            clips=clips,
            advance=lambda: bar.advance(task),
        )
    console.print(f"{path}: {len(faces)} photographs animated")


def compare(out: Path, bench: Bench, frame: str | Path) -> None:
    """Print frame model, mean and temporal model on the benchmark."""
    with progress_bar(console) as bar:
        task = bar.add_task("pictures", total=len(bench.frames), rate="")
        rows = Comparison(out, frame).table(bench, advance=lambda: bar.advance(task))
    show(rows, "Frame model, mean and temporal model")


def show(rows: list[list[str]], title: str) -> None:
    """Print a table; piped on, as Markdown."""
    if not console.is_terminal:
        console.print(markdown(rows), highlight=False, markup=False)
        return
    table = Table(*rows[0], title=title)
    for row in rows[1:]:
        table.add_row(*row)
    console.print(table)


if __name__ == "__main__":
    main()
