#!/usr/bin/env python3
"""Train the network that Veritile ships: from pictures of real faces to models/mesonet.onnx and its figures.

    pip install -e '.[train]'
    python scripts/train_mesonet.py --data FACES --bench BENCH

The same command continues an interrupted run. FACES holds faces.csv and its zip
files, BENCH bench.csv and its pictures; their formats are described in
veritile/train/faces.py and bench.py. `--smoke` runs everything in under a
minute on drawn faces and keeps nothing.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
import torch
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from veritile import __version__
from veritile.errors import VeritileError
from veritile.train.drawn import write_bench, write_faces
from veritile.train.export import Metadata, calibrate, export, set_front_matter
from veritile.train.loop import Recipe, Run, smoke_recipe

ROOT = Path(__file__).resolve().parents[1]
LICENCE = "MIT"
console = Console(soft_wrap=True)


@click.command(help=__doc__)
@click.option("--data", type=click.Path(path_type=Path), help="Folder of faces.csv and its zip files.")
@click.option(
    "--bench", type=click.Path(path_type=Path), help="Benchmark folder; without it nothing is measured."
)
@click.option("--run", "folder", type=click.Path(path_type=Path), default=ROOT / ".train/mesonet",
              help="Folder of the checkpoint and the record.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), default=ROOT / "models/mesonet.onnx",
              help="The ONNX file to write; its card's front matter is set too.")  # fmt: skip
@click.option("--version", default=__version__, show_default=True, help="Version of the weights.")
@click.option("--pairs", type=click.IntRange(min=1), default=Recipe().pairs, show_default=True,
              help="Pairs of a real face and a pseudo-fake to learn from.")  # fmt: skip
@click.option("--residual/--picture", default=Recipe().residual, show_default=True,
              help="Show the network the picture less its local mean, or the picture.")  # fmt: skip
@click.option("--seed", type=int, default=Recipe().seed, show_default=True, help="Seed of all chance.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda or cuda:N.")
@click.option(
    "--threads", type=click.IntRange(min=1), default=2, show_default=True, help="CPU threads of PyTorch."
)
@click.option(
    "--workers", type=click.IntRange(min=0), default=1, show_default=True, help="Processes making pairs."
)
@click.option("--measure-every", type=click.IntRange(min=1), default=6400, show_default=True,
              help="Pairs between two checkpoints.")  # fmt: skip
@click.option("--export-only", is_flag=True, help="Export the newest checkpoint without training on.")
@click.option("--smoke", is_flag=True, help="Run everything on drawn faces, in under a minute.")
def main(
    data: Path | None,
    bench: Path | None,
    folder: Path,
    out: Path,
    version: str,
    pairs: int,
    residual: bool,
    seed: int,
    device: str,
    threads: int,
    workers: int,
    measure_every: int,
    export_only: bool,
    smoke: bool,
) -> None:
    """Run the command; `--help` shows the module's text."""
    recipe = replace(smoke_recipe() if smoke else Recipe(pairs=pairs, residual=residual), seed=seed)
    torch.set_num_threads(threads)
    device = ("cuda" if torch.cuda.is_available() else "cpu") if device == "auto" else device
    with tempfile.TemporaryDirectory() as drawn:
        if smoke:
            data, bench = Path(drawn) / "faces", Path(drawn) / "bench"
            folder, out = Path(drawn) / "run", Path(drawn) / "smoke.onnx"
            write_faces(data)
            write_bench(bench)
        elif data is None:
            raise click.UsageError("Give --data, the folder of faces.csv, or --smoke.")
        try:
            run = Run(folder, recipe, data, device=device)
            if not export_only:
                train(run, workers=workers, measure_every=measure_every)
            ship(run, out, version)
            if bench is not None:
                from evaluate import measure_models

                for detect in (False, True):
                    measure_models([out], bench, out.parent / "results.csv", detect=detect, console=console)
        except VeritileError as error:
            raise click.ClickException(str(error)) from error


def train(run: Run, *, workers: int, measure_every: int) -> None:
    """Train to the end, with rate and time left on the screen and one line a measurement."""
    started_at = revision()
    total = run.recipe.steps * run.recipe.batch
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    shown = len(run.history)
    with Bar(*columns, console=console) as bar:
        task = bar.add_task("pairs", total=total, completed=run.pairs_seen, rate="")

        def on_step(pairs: int, loss: float) -> None:
            nonlocal shown
            speed = bar.tasks[0].speed
            bar.update(task, completed=pairs, rate=f"{speed:.0f} pairs/s, loss {loss:.3f}" if speed else "")
            if len(run.history) > shown:
                shown = len(run.history)
                at = run.history[-1]
                console.print(
                    f"{at.pairs} pairs, {at.seconds:.0f} s ({at.pairs / at.seconds:.0f} pairs/s): "
                    f"loss {at.loss:.4f}, held-out people: AUC {at.auc:.4f}, paired {at.paired:.4f}"
                )

        run.go(workers=workers, measure_every=measure_every, on_step=on_step)
    run.record(command=" ".join(sys.argv), revision=started_at)


def ship(run: Run, out: Path, version: str) -> None:
    """Calibrate on the held-out people, export, and put name and SHA-256 into the card."""
    scores = run.score_val(rounds=4)
    a, b = calibrate(scores.reshape(-1), np.tile([False, True], len(scores)))
    size = run.recipe.size
    metadata = Metadata(
        name=out.stem,
        version=version,
        licence=LICENCE,
        input_size=size,
        architecture="mesoinception4",
        crop_margin=run.recipe.margin,
        calibration_a=a,
        calibration_b=b,
    )
    digest = export(run.net, out, metadata)
    set_front_matter(out.with_suffix(".md"), metadata.front_matter(out.name, digest))
    console.print(f"{out}: {run.pairs_seen} pairs seen, calibration a {a:.4f} b {b:.4f}, sha256 {digest}")


def revision() -> str:
    """The git revision of the code, with a mark when files differ from it; empty outside a checkout."""
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=40"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


if __name__ == "__main__":
    main()
