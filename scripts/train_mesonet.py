#!/usr/bin/env python3
"""Train the network that Veritile ships: from pictures of real faces to models/mesonet.onnx and its figures.

    pip install -e '.[train]'
    python scripts/train_mesonet.py --faces FACES --live LIVE --bench BENCH

Trains the detector on blended faces and on faces that were given the texture of real live
swaps (and on other kinds, if `--shares` asks for them); calibrates on held-out people,
exports, chooses the quality gate, and measures. The same command continues an interrupted
run, on CPU or GPU. FACES holds faces.csv, LIVE pairs.csv and BENCH bench.csv, each
beside its zip files; the modules faces, livepairs and bench of host/veritile/train
describe their formats. `--smoke` runs everything in about a minute on drawn faces
and keeps nothing.
"""

from __future__ import annotations

import laboratory  # isort: skip  # noqa: F401

import json
import math
import shlex
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import click
import cv2
import torch
from rich.console import Console
from rich.progress import TaskID

from veritile import __version__
from veritile.errors import ModelError, VeritileError
from veritile.train.bench import Bench
from veritile.train.calibration import calibrate_run
from veritile.train.device import usable
from veritile.train.drawn import write_bench, write_faces, write_live
from veritile.train.export import Metadata, export, set_front_matter
from veritile.train.gate import choose_gate, fill_card, write_gate
from veritile.train.generator.fit import GeneratorRecipe
from veritile.train.generator.make import Progress as Making
from veritile.train.generator.make import prepare
from veritile.train.head import has_fixed_filters, open_run
from veritile.train.heldout import HeldOut
from veritile.train.loop import CHECKPOINT, RECORD, Run
from veritile.train.nets import NETWORKS, build
from veritile.train.pairs import KINDS, picture_sheet
from veritile.train.people import write_people
from veritile.train.progress import progress_bar, rate
from veritile.train.provenance import revision, versions
from veritile.train.recipe import Data, Recipe, smoke_recipe

ROOT = Path(__file__).resolve().parents[1]
LICENCE = "MIT"
FOLDS = ("0,1,2,3", "4,5,6", "7,8,9,10", "11,12,13", "16,17,18,19", "14,15")
"""Clips that show the same swapped-in face, by number; the people of the last are in no other clip."""
GATE_PAIRS = 160
"""Photographs that the quality gate is chosen on."""
console = Console(soft_wrap=True)


class Shares(click.ParamType):  # type: ignore[type-arg]
    """`blended=.5,live=.5`."""

    name = "kind=share,..."

    def convert(
        self, value: object, param: click.Parameter | None, context: click.Context | None
    ) -> dict[str, float]:
        """Read it, or say what it must look like."""
        if isinstance(value, dict):
            return value
        try:
            pairs = (entry.partition("=") for entry in str(value).split(","))
            shares = {kind.strip(): float(share) for kind, _, share in pairs}
        except ValueError:
            shares = {}
        if not (
            shares and set(shares) <= set(KINDS) and all(0 <= share < math.inf for share in shares.values())
        ):
            self.fail(f"write KIND=SHARE,… with kinds of {', '.join(KINDS)}", param, context)
        return shares


class Fold(click.ParamType):  # type: ignore[type-arg]
    """`NAME,NAME`, or numbers of `train-NN`."""

    name = "clip,..."

    def convert(
        self, value: object, param: click.Parameter | None, context: click.Context | None
    ) -> tuple[str, ...]:
        """Read it."""
        if isinstance(value, tuple):
            return value
        names = [name.strip() for name in str(value).split(",") if name.strip()]
        return tuple(f"train-{int(name):02d}" if name.isdecimal() else name for name in names)


def shares_text(shares: object) -> str:
    """As the option takes them."""
    return ",".join(f"{kind}={share:g}" for kind, share in dict(shares).items())  # type: ignore[call-overload]


@click.command(help=__doc__)
@click.option("--faces", type=click.Path(path_type=Path), help="Folder of faces.csv.")
@click.option("--live", type=click.Path(path_type=Path), help="Folder of pairs.csv: real live swaps.")
@click.option(
    "--bench", type=click.Path(path_type=Path), help="Benchmark folder; without it nothing is measured."
)
@click.option("--videos", type=click.Path(path_type=Path),
              help="Folder of calls on which to measure for how long scores repeat each other.")  # fmt: skip
@click.option("--run", "folder", type=click.Path(path_type=Path), default=ROOT / ".train/mesonet",
              help="Folder of the generators, the checkpoint and the record.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), default=ROOT / "models/mesonet.onnx",
              help="The ONNX file to write; its card's front matter is set too.")  # fmt: skip
@click.option("--version", default=__version__, show_default=True, help="Version of the weights.")
@click.option("--architecture", type=click.Choice(sorted(NETWORKS)), default=Recipe().architecture,
              show_default=True, help="The network.")  # fmt: skip
@click.option("--shares", type=Shares(), default=shares_text(Recipe().shares), show_default=True,
              help="How often each kind of fake comes.")  # fmt: skip
@click.option("--pairs", type=click.IntRange(min=1), default=Recipe().pairs, show_default=True,
              help="Pairs of a real face and a fake to learn from.")  # fmt: skip
@click.option("--size", type=click.IntRange(min=32), default=Recipe().size, show_default=True,
              help="Side of the network's input in pixels.")  # fmt: skip
@click.option("--margin", type=click.FloatRange(0.5, 2.5), default=Recipe().margin, show_default=True,
              help="Side of the crop / long side of the face box.")  # fmt: skip
@click.option("--clip", "clips", multiple=True, metavar="NAME",
              help="A clip of LIVE to train on; all but the held-out ones by default.")  # fmt: skip
@click.option("--fold", "folds", multiple=True, type=Fold(), default=FOLDS, show_default=True,
              help="Clips of LIVE that share a swapped-in face; judged by a head without them.")  # fmt: skip
@click.option("--hold-out", multiple=True, metavar="NAME",
              help="A clip of LIVE not to train on; the last fold for other networks.")  # fmt: skip
@click.option(
    "--seed", type=click.IntRange(min=0), default=Recipe().seed, show_default=True, help="Seed of all chance."
)
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda or cuda:N.")
@click.option(
    "--threads", type=click.IntRange(min=1), default=3, show_default=True, help="CPU threads of PyTorch."
)
@click.option(
    "--workers", type=click.IntRange(min=0), default=1, show_default=True, help="Processes making pairs."
)
@click.option("--measure-every", type=click.IntRange(min=1), default=4000, show_default=True,
              help="Pairs between two checkpoints.")  # fmt: skip
@click.option("--export-only", is_flag=True, help="Export the newest checkpoint without training on.")
@click.option("--smoke", is_flag=True, help="Run everything on drawn faces, in about a minute.")
def main(
    faces: Path | None,
    live: Path | None,
    bench: Path | None,
    videos: Path | None,
    folder: Path,
    out: Path,
    version: str,
    device: str,
    threads: int,
    workers: int,
    measure_every: int,
    export_only: bool,
    smoke: bool,
    clips: tuple[str, ...],
    hold_out: tuple[str, ...],
    folds: tuple[tuple[str, ...], ...],
    **numbers: object,
) -> None:
    """Run the command; `--help` shows the module's text."""
    recipe = Recipe.of(clips=clips, **held_out(live, folds, hold_out, numbers["architecture"]), **numbers)  # type: ignore[arg-type]
    torch.set_num_threads(threads)
    cv2.setNumThreads(1)
    try:
        device = usable(device)
    except ModelError as error:
        raise click.BadParameter(str(error), param_hint="--device") from error
    with tempfile.TemporaryDirectory() as drawn:
        if smoke:
            faces, live, bench = (Path(drawn) / name for name in ("faces", "live", "bench"))
            folder, out = Path(drawn) / "run", Path(drawn) / "smoke.onnx"
            write_faces(faces)
            write_live(live)
            write_bench(bench)
            recipe = replace(smoke_recipe(), folds=(("0",), ("1",)), seed=recipe.seed)
        elif faces is None:
            raise click.UsageError("Give --faces, the folder of faces.csv, or --smoke.")
        if export_only and not (folder / CHECKPOINT).is_file():
            raise click.ClickException(f"{folder} holds no checkpoint to export: train first, or name --run.")
        try:
            check(Data(faces, live), recipe, bench)
            data = Data(faces, live, generate(faces, folder, recipe, device))
            run = open_run(folder, recipe, data, device=device)
            show_pairs(run, folder / "pairs.png")
            if not export_only:
                train(run, workers=workers, measure_every=measure_every)
            ship(run, out, version)
            gate(out, run, pairs=8 if smoke else GATE_PAIRS)
            know_people(out, run, videos)
            if bench is not None:
                from evaluate import measure_models

                for detect in (False, True):
                    measure_models([out], bench, out.parent / "results.csv", detect=detect, console=console)
        except VeritileError as error:
            raise click.ClickException(str(error)) from error


def held_out(
    live: Path | None, folds: tuple[tuple[str, ...], ...], hold_out: tuple[str, ...], architecture: object
) -> dict[str, tuple[object, ...]]:
    """What of a recipe says which clips are measured on."""
    if live is None:
        return {}
    if hold_out or not has_fixed_filters(str(architecture)):
        return {"held_out": hold_out or (folds[-1] if folds else ())}
    return {"folds": folds}


def check(data: Data, recipe: Recipe, bench: Path | None) -> None:
    """Say now what would otherwise end the run after hours."""
    HeldOut(data, recipe)
    build(recipe.architecture, size=recipe.size)
    if bench is not None:
        Bench(bench)


def generate(faces: Path, folder: Path, recipe: Recipe, device: str) -> Path | None:
    """Train the generators and let them make every face again, if the recipe wants generated faces."""
    if not recipe.shares.get("generated"):
        return None
    generated = folder / "generated"
    with progress_bar(console, transient=False) as bar:
        tasks: dict[str, TaskID] = {}

        def report(at: Making) -> None:
            if at.stage not in tasks:
                tasks[at.stage] = bar.add_task(f"generators: {at.stage}", total=at.total, rate="")
            task = tasks[at.stage]
            bar.update(task, completed=at.done, rate=rate(bar, task, "pictures"))

        prepare(faces, generated, GeneratorRecipe(), device=device, report=report)
    return generated


def show_pairs(run: Run, path: Path) -> None:
    """A sheet of what the network is shown: each real face above its fake."""
    cv2.imwrite(str(path), cv2.cvtColor(picture_sheet(run.pairs, 48), cv2.COLOR_RGB2BGR))


def train(run: Run, *, workers: int, measure_every: int) -> None:
    """Train to the end, with rate and time left on the screen and one line a measurement."""
    starts = starts_of(run)
    run.record(**starts[-1], starts=starts)  # what is interrupted has a record too
    shown = len(run.history)
    with progress_bar(console, transient=False) as bar:
        task = bar.add_task("pairs", total=run.recipe.pairs, completed=run.pairs_seen, rate="")

        def tell() -> None:
            nonlocal shown
            for at in run.history[shown:]:
                speed = f" ({at.pairs / at.seconds:.0f} pairs/s)" if at.seconds else ""
                console.print(
                    f"{at.pairs} pairs, {at.seconds:.0f} s{speed}: "
                    f"loss {at.loss:.4f}, held-out people: AUC {at.auc:.4f}, paired {at.paired:.4f}"
                    + ("" if at.live_auc is None else f", clips {at.live_auc:.4f}, {at.live_paired:.4f}")
                )
            shown = len(run.history)

        def on_step(pairs: int, loss: float | None) -> None:
            learnt = "" if loss is None else f", loss {loss:.3f}"
            bar.update(task, completed=pairs, rate=rate(bar, task, "pairs") + learnt)
            tell()

        run.go(workers=workers, measure_every=measure_every, on_step=on_step)
        tell()  # the last measurement comes after the last step
    run.record(**starts[-1], starts=starts)


def starts_of(run: Run) -> list[dict[str, object]]:
    """Every start that the weights of a run have learnt in; this one comes last, if it has anything to learn.

    Each has `from_pairs` (where it went on), `command`, `revision` and `versions`: code and libraries may
    change between two, and a record of the last alone would then be wrong.
    """
    try:
        earlier = json.loads((run.folder / RECORD).read_text(encoding="utf-8"))["starts"]
        earlier = [start for start in earlier if start["from_pairs"] < run.pairs_seen]
    except (OSError, ValueError, KeyError, TypeError):
        earlier = []
    this = {
        "from_pairs": run.pairs_seen,
        "command": shlex.join(["python", *sys.argv]),
        "revision": revision(),
        "versions": versions(),
    }
    return earlier if earlier and run.step == run.steps else [*earlier, this]


def ship(run: Run, out: Path, version: str) -> None:
    """Calibrate on the held-out people, export, and put name and SHA-256 into the card."""
    a, b = calibrate_run(run)
    metadata = Metadata(
        name=out.stem,
        version=version,
        licence=LICENCE,
        input_size=run.recipe.size,
        architecture=run.recipe.architecture,
        crop_margin=run.recipe.margin,
        calibration_a=a,
        calibration_b=b,
    )
    digest = export(run.result, out, metadata)
    set_front_matter(out.with_suffix(".md"), metadata.front_matter(out.name, digest))
    console.print(f"{out}: {run.pairs_seen} pairs seen, calibration a {a:.4f} b {b:.4f}, sha256 {digest}")


def gate(out: Path, run: Run, pairs: int) -> None:
    """Choose the quality gate on `pairs` of the held-out people; put it into the file and the card."""
    faces = run.held_out.photographs.faces.folder
    choice = choose_gate(out, faces, live=run.held_out.clips, pairs=pairs, console=console)
    write_gate(out, choice.gate)
    card = out.with_suffix(".md")
    card.write_text(fill_card(card.read_text(encoding="utf-8"), choice), encoding="utf-8")
    console.print(f"{out}: {choice.gate}")


def know_people(out: Path, run: Run, videos: Path | None) -> None:
    """Write how the network scores people, for the decision to compare with."""
    held_out = run.held_out
    faces = held_out.photographs.faces
    with progress_bar(console, transient=False) as bar:
        task = bar.add_task("real people", total=len(faces), rate="")
        path = write_people(
            out,
            faces,
            held_out.clips,
            swapped=run.score_clips(),
            clips=videos,
            advance=lambda: bar.advance(task),
        )
    console.print(f"{path}: {len(faces)} photographs shown")


if __name__ == "__main__":
    main()
