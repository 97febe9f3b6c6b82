#!/usr/bin/env python3
"""Show what each part of the training recipe brings: short runs that differ in one thing each.

    pip install -e '.[train]'
    python scripts/ablate.py --faces FACES --live LIVE

Every run learns from the same number of pairs and is measured on the same clips of
real live swaps, of people in no clip that it was trained on. An interrupted call is
continued by the next. Writes models/ablation.csv and the table in the model's card; the
benchmark is not touched, so that the table may be used to choose by.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import click
import cv2
import torch
from rich.table import Table

from train_mesonet import console, generate, train
from veritile.errors import VeritileError
from veritile.train.device import usable
from veritile.train.figures import Scores, clip_auc, frame_auc, measure, paired_accuracy
from veritile.train.generator.fit import GeneratorRecipe
from veritile.train.loop import Run
from veritile.train.nets import parameter_count
from veritile.train.recipe import Data, Recipe
from veritile.train.results import markdown

ROOT = Path(__file__).resolve().parents[1]
TRAINED: Final = tuple(f"train-{clip:02d}" for clip in (10, 11, 12, 13, 14, 15, 16, 17, 18, 19))
MEASURED: Final = tuple(f"train-{clip:02d}" for clip in (2, 3, 4, 6, 7, 9))
"""Of performers who are in no clip of `TRAINED`."""
MESO: Final[dict[str, object]] = {"architecture": "mesoinception4"}
ALL: Final = Recipe().shares
PHOTOGRAPHS: Final = {kind: share for kind, share in ALL.items() if kind not in ("transplant", "live")}
ARMS: Final[dict[str, dict[str, object]]] = {
    "MesoInception4, blended faces": {**MESO, "shares": {"blended": 1.0}},
    "MesoInception4, all fakes": MESO,
    "MesoResNet, blended faces": {"shares": {"blended": 1.0}},
    "MesoResNet, all but live swaps": {"shares": PHOTOGRAPHS},
    "MesoResNet, live swaps alone": {"shares": {"live": 1.0}},
    "MesoResNet, all fakes": {},
    "… without the map": {"mapping": 0.0},
    "… without the video encoder": {"encoded": 0.0},
}
FIGURES: Final[dict[str, Callable[[Scores], float]]] = {
    "Frame AUC": frame_auc,
    "Clip AUC": clip_auc,
    "Paired accuracy": paired_accuracy,
}
HEADINGS: Final = ["Run", "Parameters", "Pairs", *FIGURES]
_BLOCK: Final = re.compile(r"(<!-- ablation -->\n).*?(<!-- end -->)", re.DOTALL)


@click.command(help=__doc__)
@click.option("--faces", required=True, type=click.Path(path_type=Path), help="Folder of faces.csv.")
@click.option("--live", required=True, type=click.Path(path_type=Path), help="Folder of pairs.csv.")
@click.option("--run", "folder", type=click.Path(path_type=Path), default=ROOT / ".train/mesonet",
              help="Folder of the generators; the runs go below it.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), default=ROOT / "models/ablation.csv",
              help="CSV to write.")  # fmt: skip
@click.option("--pairs", type=click.IntRange(min=1), default=4000, show_default=True, help="Of each run.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda or cuda:N.")
@click.option("--threads", type=click.IntRange(min=1), default=3, show_default=True, help="CPU threads.")
@click.option(
    "--workers", type=click.IntRange(min=0), default=1, show_default=True, help="Processes making pairs."
)
def main(
    faces: Path, live: Path, folder: Path, out: Path, pairs: int, device: str, threads: int, workers: int
) -> None:
    """Run the command; `--help` shows the module's text."""
    torch.set_num_threads(threads)
    cv2.setNumThreads(1)
    # So short a run is over before an average as long as the recipe's has forgotten its beginning.
    base = Recipe(pairs=pairs, clips=TRAINED, held_out=MEASURED, averaging=0.98)
    rows: list[list[object]] = []
    try:
        device = usable(device)
        data = Data(faces, live, generate(faces, folder, GeneratorRecipe(), base, device))
        for number, (name, changes) in enumerate(ARMS.items()):
            console.print(f"{number + 1} of {len(ARMS)}: {name}")
            run = Run(folder / f"ablation-{number}", replace(base, **changes), data, device=device)  # type: ignore[arg-type]
            train(run, workers=workers, measure_every=pairs)
            rows.append([name, parameter_count(run.net), pairs, *figures(run)])
            write(out, rows)
    except VeritileError as error:
        raise click.ClickException(str(error)) from error
    show(rows)
    if (card := out.with_name("mesonet.md")).is_file():
        card.write_text(fill_card(card.read_text(encoding="utf-8"), [HEADINGS, *rows]), encoding="utf-8")


def figures(run: Run) -> list[str]:
    """The figures on the held-out clips, each with its interval over clips."""
    scores = run.held_out.score_clips(run.result)
    assert scores is not None  # the recipe holds out clips
    measured = (measure(scores.scores, statistic) for statistic in FIGURES.values())
    return [f"{m.value:.3f} ({m.low:.3f}-{m.high:.3f})" for m in measured]


def write(path: Path, rows: list[list[object]]) -> None:
    """What is known so far, so that nothing is lost when a later run fails."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(HEADINGS)
        table.writerows(rows)


def fill_card(text: str, table: Sequence[Sequence[object]]) -> str:
    """A card's text with the table between `<!-- ablation -->` and `<!-- end -->`, if it has such lines."""
    lines = markdown([[str(cell) for cell in row] for row in table])
    return _BLOCK.sub(lambda match: match[1] + lines + match[2], text)


def show(rows: list[list[object]]) -> None:
    """Print the table."""
    table = Table(*HEADINGS, title=f"{len(MEASURED)} clips of live swaps")
    for row in rows:
        table.add_row(*map(str, row))
    console.print(table)


if __name__ == "__main__":
    main()
