"""`veritile bench`."""

from __future__ import annotations

import click

from veritile.frame.card import DEFAULT_MODEL
from veritile.reporting import reported


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of tables.")
@click.option(
    "--runs",
    type=click.IntRange(1, 1000),
    default=20,
    show_default=True,
    metavar="N",
    help="Starts of the host, and batches of each size.",
)
@click.option(
    "--model",
    default=DEFAULT_MODEL,
    show_default=True,
    envvar="VERITILE_MODEL",
    show_envvar=True,
    help="A model's name, or the path of a .onnx.",
)
def bench(as_json: bool, runs: int, model: str) -> None:
    """Measure what Veritile costs here, each figure beside its goal and its fastest parts.

    Takes about a minute. Also tries every device that ONNX Runtime offers,
    compares its answers and its speed with the CPU's, and notes the winner:
    the host uses it from its next start.

    Wall-clock times mean something on a quiet machine only; CPU times hold on a busy one too.
    """
    with reported():
        from veritile.bench.run import run

        run(model, runs, as_json)
