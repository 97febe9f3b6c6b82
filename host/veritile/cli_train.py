"""The group `veritile train`: what its commands take. What they do is in `veritile.train.own.commands`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from veritile.frame.card import DEFAULT_MODEL
from veritile.reporting import reported, require_training_extra

_PATH = click.Path(path_type=Path, readable=False)
_TORCH = ("torch", "onnx", "onnxscript", "sklearn")


@click.group()
def train() -> None:
    """Make a model from your own pictures and videos, and measure it.

    \b
    veritile train prepare FOLDER --out SET      find and cut out faces, split them by person
    veritile train fit SET --out RUN             learn, starting from Veritile's weights
    veritile train export RUN --out MINE.onnx    calibrate, export, draft the model card
    veritile train evaluate SET MINE.onnx        figures on people who were held out
    veritile analyze --model MINE.onnx FILE      use it

    docs/training.md goes through it step by step.
    """


@train.command()
@click.argument("folder", type=_PATH)
@click.option("--out", required=True, type=_PATH, metavar="SET", help="Folder to make the set in.")
@click.option("--frames", type=click.IntRange(1, 600), default=20, show_default=True, metavar="N",
              help="Frames taken from a video, at most, spread over its length.")  # fmt: skip
@click.option("--min-face", type=click.FloatRange(16, 4096), default=64, show_default=True, metavar="PX",
              help="Smallest face that is taken: long side in pixels.")  # fmt: skip
@click.option("--split-by", type=click.Choice(["person", "file"]), default="person", show_default=True,
              help="Never torn apart: the first folder below real and fake, or each file.")  # fmt: skip
@click.option("--held-out", type=click.FloatRange(0.05, 0.8), default=0.3, show_default=True, metavar="SHARE",
              help="Share of the people who are not learnt from.")  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of the split.")
def prepare(
    folder: Path, out: Path, frames: int, min_face: float, split_by: str, held_out: float, seed: int
) -> None:
    """Cut out the faces of FOLDER/real and FOLDER/fake and split them by person.

    Takes pictures (JPEG, WebP, PNG) and videos (MP4, MOV, WebM, MKV, AVI) in
    any depth of folders. The first folder below real and fake names a person:
    FOLDER/real/anna/1.mp4. A file directly in real or fake counts as a person
    of its own. After Ctrl-C the same command goes on where it was.

    Exit codes: 0 done, 1 impossible (the message says why), 130 interrupted.
    """
    with reported():
        from veritile.train.own.commands import run_prepare
        from veritile.train.own.files import SplitBy
        from veritile.train.own.prepare import Options

        sys.exit(run_prepare(folder, out, Options(frames, min_face, SplitBy(split_by), held_out, seed)))


@train.command()
@click.argument("data", metavar="SET", type=_PATH)
@click.option("--out", required=True, type=_PATH, metavar="RUN",
              help="Folder of the run: checkpoint and record.")  # fmt: skip
@click.option("--start", default=DEFAULT_MODEL, show_default=True, metavar="MODEL",
              help="What to start from: a model's name, or the path of a .onnx.")  # fmt: skip
@click.option("--examples", type=click.IntRange(min=1), default=20_000, show_default=True, metavar="N",
              help="Pictures to learn from at most, half of them real; each may recur.")  # fmt: skip
@click.option("--batch", type=click.IntRange(2, 4096), default=32, show_default=True, metavar="N",
              help="Pictures a step.")  # fmt: skip
@click.option("--learning-rate", type=click.FloatRange(0, 1, min_open=True), default=3e-4, show_default=True,
              metavar="RATE", help="At its peak.")  # fmt: skip
@click.option("--self-blend", type=click.FloatRange(0, 1), default=0.25, show_default=True, metavar="SHARE",
              help="Share of the fakes that are made by blending real faces with themselves.")  # fmt: skip
@click.option("--measure-every", type=click.IntRange(min=1), default=1600, show_default=True, metavar="N",
              help="Pictures between two measurements on held-out people; each saves the run.")  # fmt: skip
@click.option("--patience", type=click.IntRange(min=1), default=4, show_default=True, metavar="N",
              help="Measurements without an improvement after which it stops.")  # fmt: skip
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of all chance.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda or cuda:N.")
@click.option("--threads", type=click.IntRange(min=1), default=2, show_default=True, metavar="N",
              help="CPU threads of PyTorch.")  # fmt: skip
@click.option("--workers", type=click.IntRange(min=0), default=1, show_default=True, metavar="N",
              help="Processes that prepare pictures; 0 for none beside the first.")  # fmt: skip
def fit(
    data: Path,
    out: Path,
    start: str,
    examples: int,
    batch: int,
    learning_rate: float,
    self_blend: float,
    measure_every: int,
    patience: int,
    seed: int,
    device: str,
    threads: int,
    workers: int,
) -> None:
    """Learn from a prepared SET, starting from Veritile's weights.

    Stops when people who are not learnt from are no longer told apart better.
    After Ctrl-C the same command goes on where it was.

    Exit codes: 0 done, 1 impossible (the message says why), 130 interrupted.
    """
    with reported():
        require_training_extra(*_TORCH)
        from veritile.train.own.commands import run_fit

        recipe = {
            "examples": examples,
            "batch": batch,
            "learning_rate": learning_rate,
            "blended": self_blend,
            "measure_every": measure_every,
            "patience": patience,
            "seed": seed,
        }
        sys.exit(run_fit(data, out, start, recipe, device=device, threads=threads, workers=workers))


@train.command()
@click.argument("run", type=_PATH)
@click.option("--out", required=True, type=_PATH, metavar="FILE.onnx",
              help="The ONNX file to write; its name without the ending becomes the model's.")  # fmt: skip
@click.option("--version", default="1.0.0", show_default=True, metavar="TEXT", help="Version of the weights.")
@click.option("--licence", default="not stated", show_default=True, metavar="TEXT",
              help="Licence of the weights, for the file and its card.")  # fmt: skip
def export(run: Path, out: Path, version: str, licence: str) -> None:
    """Calibrate a RUN on held-out people and write it as an ONNX file with a card.

    The card is a draft: what was measured is filled in, what only you know is
    marked with "To fill in". File and card are used together:
    veritile analyze --model FILE.onnx, or Detector(model="FILE.onnx").
    """
    with reported():
        require_training_extra(*_TORCH)
        from veritile.train.own.commands import run_export

        run_export(run, out, version=version, licence=licence)


@train.command()
@click.argument("data", type=_PATH)
@click.argument("models", nargs=-1, metavar="[MODEL]...")
@click.option("--detect", is_flag=True, help="Find the faces anew and apply the quality gate, as in a call.")
@click.option("--draws", type=click.IntRange(min=100), default=2000, show_default=True, metavar="N",
              help="Samples of the bootstrap that the intervals come from.")  # fmt: skip
@click.option("--out", type=_PATH, metavar="CSV", help="Write the figures to this file too.")
def evaluate(data: Path, models: tuple[str, ...], detect: bool, draws: int, out: Path | None) -> None:
    """Measure models on the held-out people of a prepared set, or on a benchmark folder.

    DATA is a set of `veritile train prepare`, or a folder of bench.csv. A
    MODEL is a name or the path of a .onnx; without any, the model that ships.
    """
    with reported():
        from veritile.train.own.commands import run_evaluate

        run_evaluate(data, models or (DEFAULT_MODEL,), detect=detect, draws=draws, out=out)


@train.command("import-keras")
@click.argument("weights", metavar="FILE.h5", type=_PATH)
@click.option("--out", required=True, type=_PATH, metavar="FILE.onnx", help="The ONNX file to write.")
@click.option("--licence", default="Apache-2.0", show_default=True, metavar="TEXT",
              help="Licence of the weights, for the file and its card.")  # fmt: skip
@click.option("--check", multiple=True, metavar="PICTURE=P",
              help="A face crop and its known P(real); another answer is an error.")  # fmt: skip
def import_keras(weights: Path, out: Path, licence: str, check: tuple[str, ...]) -> None:
    """Convert one of the published MesoNet weight files (Keras HDF5).

    Meso4 and MesoInception4 are told apart by their layers. The result
    answers P(real), as the published weights do.
    """
    known = []
    for entry in check:
        name, _, number = entry.rpartition("=")
        try:
            known.append((Path(name), float(number)))
        except ValueError as error:
            raise click.UsageError(f"Write --check as PICTURE=NUMBER, not {entry!r}.") from error
    with reported():
        require_training_extra(*_TORCH, "h5py")
        from veritile.train.keras import import_keras as convert

        digest, answers = convert(weights, out, licence=licence, known=known)
        for (picture, expected), answer in zip(known, answers, strict=True):
            click.echo(f"{picture.name}: P(real) {answer:.4f}, expected {expected:.4f}")
        click.echo(f"{out}: sha256 {digest}")
