#!/usr/bin/env python3
"""Choose a model's quality gate: the least face size, sharpness and light at which its scores say something.

    pip install -e '.[train]'
    python scripts/choose_gate.py MODEL.onnx --faces FACES

FACES holds faces.csv and its zip files; its held-out people are shown at known sizes, in
known blur, light and coding, real and faked. Prints what the scores are worth in each bin,
and the gate. `--write` puts it into the file's metadata and the card. The rule stands in
veritile/train/gate.py, the options in models/README.md. Two to three minutes on one thread.
"""

from __future__ import annotations

import laboratory  # isort: skip  # noqa: F401

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from veritile.errors import VeritileError
from veritile.train.gate import choose_gate, fill_card, write_bins, write_gate
from veritile.train.livepairs import LivePairs

FILE = click.Path(path_type=Path)


@click.command(help=__doc__)
@click.argument("model", type=FILE)
@click.option("--faces", type=FILE, required=True, help="Folder of faces.csv.")
@click.option("--live", type=FILE, help="Folder of pairs.csv: real live swaps, then the only fakes.")
@click.option("--clip", "clips", multiple=True, help="A clip of --live that was not trained on; repeat it.")
@click.option("--pairs", type=click.IntRange(min=1), default=160, show_default=True,
              help="Photographs, and as many live swaps.")  # fmt: skip
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of all chance.")
@click.option("--csv", "table", type=FILE, help="File to write every bin to.")
@click.option(
    "--write", is_flag=True, help="Put the gate into the model's metadata, the table into its card."
)
def main(
    model: Path,
    faces: Path,
    live: Path | None,
    clips: tuple[str, ...],
    pairs: int,
    seed: int,
    table: Path | None,
    write: bool,
) -> None:
    """Run the command; `--help` shows the module's text."""
    console = Console(soft_wrap=True)
    if live and not clips:
        raise click.UsageError("Name the clips of --live that the model was not trained on with --clip.")
    try:
        swaps = LivePairs(live, clips) if live else None
        choice = choose_gate(model, faces, live=swaps, pairs=pairs, seed=seed, console=console)
        shown = Table(*choice.table()[0], box=None)
        for line in choice.table()[1:]:
            shown.add_row(*line)
        console.print(shown)
        console.print(f"{choice.model} {choice.version}: {choice.gate}")
        for measure in choice.unsettled:
            console.print(f"{measure}: not even the best bin is good, so the default is kept.")
        if table:
            write_bins(table, choice)
        if write:
            digest = write_gate(model, choice.gate)
            card = model.with_suffix(".md")
            card.write_text(fill_card(card.read_text(encoding="utf-8"), choice), encoding="utf-8")
            console.print(f"{model}: SHA-256 {digest}")
    except VeritileError as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    main()
