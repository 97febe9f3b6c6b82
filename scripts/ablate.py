#!/usr/bin/env python3
"""Show what each part of the training recipe brings: short runs that differ in one thing each.

    pip install -e '.[train]'
    python scripts/ablate.py --faces FACES --live LIVE

Every run learns from the same number of pairs and is measured on all clips of real live
swaps, each by a network that learnt neither from it nor from another swap with the same
face put on. An interrupted call is continued by the next; calls side by side, each with
other --arm, share the work. Writes models/ablation.csv and the table in the model's card;
the benchmark is not touched, so that the table may be used to choose by.
"""

from __future__ import annotations

import laboratory  # isort: skip  # noqa: F401

import csv
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import click
import cv2
import numpy as np
import torch
from rich.table import Table

from train_mesonet import FOLDS, Fold, console, generate, train
from veritile.errors import VeritileError
from veritile.train.device import usable
from veritile.train.figures import Scores, clip_auc, frame_auc, measure, paired_accuracy
from veritile.train.head import HeadRun, open_run
from veritile.train.heldout import PairScores
from veritile.train.loop import Run
from veritile.train.nets import parameter_count
from veritile.train.recipe import Data, Recipe
from veritile.train.results import markdown

ROOT = Path(__file__).resolve().parents[1]
CLIPS: Final = "clips.npy"
"""The log-odds of the clips' frames, once a run has been measured."""
ARMS: Final[dict[str, dict[str, Any]]] = {
    "MesoInception4, blended faces": {"architecture": "mesoinception4", "shares": {"blended": 1.0}},
    "MesoResNet, blended faces": {"architecture": "mesoresnet", "shares": {"blended": 1.0}},
    "MesoTexture, blended faces": {"shares": {"blended": 1.0}},
    "MesoTexture, restyled faces": {"shares": {"restyled": 1.0}},
    "MesoTexture, blended and restyled faces: the recipe": {},
    "MesoTexture, generated faces": {"shares": {"generated": 1.0}},
    "MesoTexture, other people's faces": {"shares": {"other": 1.0}},
    "The recipe without the video encoder": {"encoded": 0.0},
    "The recipe with live swaps": {"shares": {**Recipe().shares, "live": 0.15}},
}
"""What differs from the recipe. A network with filters of its own is trained once, not once a fold,
so it may learn from photographs alone."""
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
@click.option("--run", "folder", type=click.Path(path_type=Path), default=ROOT / ".train/ablation",
              help="Folder of the generators (`generated`) and of the runs.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), default=ROOT / "models/ablation.csv",
              help="CSV to write.")  # fmt: skip
@click.option("--arm", "arms", multiple=True, type=click.Choice(list(ARMS)), metavar="NAME",
              help="Only this run, without writing tables; may be repeated.")  # fmt: skip
@click.option("--fold", "folds", multiple=True, type=Fold(), default=FOLDS, show_default=True,
              help="Clips of LIVE that share a swapped-in face.")  # fmt: skip
@click.option("--pairs", type=click.IntRange(min=1), default=8000, show_default=True, help="Of each run.")
@click.option("--device", default="auto", show_default=True, help="auto, cpu, cuda or cuda:N.")
@click.option("--threads", type=click.IntRange(min=1), default=3, show_default=True, help="CPU threads.")
@click.option(
    "--workers", type=click.IntRange(min=0), default=1, show_default=True, help="Processes making pairs."
)
def main(
    faces: Path,
    live: Path,
    folder: Path,
    out: Path,
    arms: tuple[str, ...],
    folds: tuple[tuple[str, ...], ...],
    pairs: int,
    device: str,
    threads: int,
    workers: int,
) -> None:
    """Run the command; `--help` shows the module's text."""
    torch.set_num_threads(threads)
    cv2.setNumThreads(1)
    rows: list[list[object]] = []
    try:
        device = usable(device)
        wanted = Recipe(shares={"generated": 1.0})
        data = Data(faces, live, generate(faces, folder, wanted, device))
        for number, name in enumerate(ARMS):
            if arms and name not in arms:
                continue
            console.print(f"{number + 1} of {len(ARMS)}: {name}")
            run = open_run(folder / f"arm-{number}", recipe_of(name, pairs, folds), data, device=device)
            # Fixed filters are saved so often, others measured: once is enough for those.
            train(run, workers=workers, measure_every=500 if isinstance(run, HeadRun) else pairs)
            rows.append([name, parameter_count(run.net), pairs, *figures(clips_of(run))])
            if not arms:
                write(out, rows)
    except VeritileError as error:
        raise click.ClickException(str(error)) from error
    show(rows)
    card = out.with_name("mesonet.md")
    if not arms and card.is_file():
        card.write_text(fill_card(card.read_text(encoding="utf-8"), [HEADINGS, *rows]), encoding="utf-8")


def recipe_of(arm: str, pairs: int, folds: tuple[tuple[str, ...], ...]) -> Recipe:
    """The recipe of an arm."""
    # So short a run is over before an average as long as the recipe's has forgotten its beginning; and
    # a head needs more passes to take as many steps.
    short = {"architecture": Recipe().architecture, "averaging": 0.98, "passes": 24}
    changes: dict[str, Any] = short | ARMS[arm]
    return Recipe.of(pairs=pairs, folds=folds, **changes)


def clips_of(run: Run) -> PairScores:
    """What a finished run says of the clips; kept in its folder, for it takes a minute to compute."""
    assert run.held_out.clips is not None  # the recipe has folds
    path = run.folder / CLIPS
    if not path.is_file():
        scores = run.score_clips()
        assert scores is not None
        np.save(path, scores.log_odds)
    lengths = [len(run.held_out.clips.by_clip[clip]) for clip in run.held_out.clips.clips]
    return PairScores(np.load(path), np.repeat(np.arange(len(lengths)), lengths))


def figures(scores: PairScores) -> list[str]:
    """The figures on the clips, each with its interval over clips."""
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
    table = Table(*HEADINGS, title="Clips of live swaps")
    for row in rows:
        table.add_row(*map(str, row))
    console.print(table)


if __name__ == "__main__":
    main()
