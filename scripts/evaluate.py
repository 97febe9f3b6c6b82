#!/usr/bin/env python3
"""Measure ONNX models on a benchmark folder: AUC, paired accuracy, false alarms, each with its 95 % interval.

    python scripts/evaluate.py --bench BENCH models/mesonet.onnx [MORE.onnx ...]

Every model needs its card beside it. BENCH holds bench.csv and its pictures; the
format is described in veritile/train/bench.py. Without --detect the benchmark's
own face boxes are used, which measures the network alone; with it Veritile's
face detection and quality gate run too, which measures the product. The intervals
come from a bootstrap over clips. Rows go to
models/results.csv in place of those of the same models, and the figures blocks
of the cards beside that file are filled in again.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import cv2
from rich.console import Console
from rich.progress import track
from rich.table import Table

from veritile.errors import VeritileError
from veritile.frame import FrameAnalyzer
from veritile.frame.card import read_card
from veritile.frame.model import Model
from veritile.train import report
from veritile.train.bench import THRESHOLD, Bench, Row, Scorer, crop_scorer, evaluate, product_scorer
from veritile.train.figures import DRAWS

ROOT = Path(__file__).resolve().parents[1]


@click.command(help=__doc__)
@click.argument("models", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--bench", required=True, type=click.Path(path_type=Path), help="Folder of bench.csv.")
@click.option(
    "--detect", is_flag=True, help="Find faces as the product does instead of using the table's boxes."
)
@click.option(
    "--out", type=click.Path(path_type=Path), default=ROOT / "models/results.csv", help="CSV to write."
)
@click.option(
    "--draws", type=click.IntRange(min=100), default=DRAWS, show_default=True, help="Bootstrap samples."
)
@click.option("--markdown", is_flag=True, help="Print the tables as Markdown.")
def main(models: tuple[Path, ...], bench: Path, detect: bool, out: Path, draws: int, markdown: bool) -> None:
    """Run the command; `--help` shows the module's text."""
    try:
        measure_models(models, bench, out, detect=detect, draws=draws, markdown=markdown, console=Console())
    except VeritileError as error:
        raise click.ClickException(str(error)) from error


def measure_models(
    models: Sequence[Path],
    folder: Path,
    out: Path,
    *,
    detect: bool = False,
    draws: int = DRAWS,
    markdown: bool = False,
    console: Console,
) -> list[Row]:
    """Score every frame, write the rows to `out`, print the tables, and fill in the cards beside it."""
    bench = Bench(folder)
    cards = [read_card(path) for path in models]
    scorers: list[Scorer] = [
        product_scorer(FrameAnalyzer.load(path)) if detect else crop_scorer(Model.load(card))
        for path, card in zip(models, cards, strict=True)
    ]
    cv2.setNumThreads(1)
    scores: list[list[float | None]] = [[] for _ in models]
    pictures = track(
        bench.pictures(), total=len(bench.frames), description="frames", console=console, transient=True
    )
    frames = []
    for frame, picture in pictures:
        frames.append(frame)
        for values, scorer in zip(scores, scorers, strict=True):
            values.append(scorer(picture, frame.box))
    faces = "detected" if detect else "table"
    measured: list[Row] = []
    for card, values in zip(cards, scores, strict=True):
        measured += evaluate(frames, values, model=card.name, version=card.version, faces=faces, draws=draws)
    rows = report.write_rows(out, measured)
    for path in sorted(out.parent.glob("*.md")):
        text = path.read_text(encoding="utf-8")
        path.write_text(report.fill_card(text, rows), encoding="utf-8")
    show(rows, [card.name for card in cards], faces, markdown=markdown, console=console)
    return rows


def show(rows: Sequence[Row], names: Sequence[str], faces: str, *, markdown: bool, console: Console) -> None:
    """Print all models side by side, then each one by set and face size."""
    mine = [row for row in rows if row.model in names]
    tables = {f"Faces from: {faces}. False alarms at {THRESHOLD}.": report.models_table(mine, faces)}
    tables |= {name: report.sets_table(mine, name, faces) for name in names}
    for title, lines in tables.items():
        if markdown:
            console.print(f"{title}\n\n{report.markdown(lines)}", highlight=False, soft_wrap=True)
            continue
        table = Table(title=title)
        for heading in lines[0]:
            table.add_column(heading, overflow="fold")
        for line in lines[1:]:
            table.add_row(*line)
        console.print(table)


if __name__ == "__main__":
    main()
