"""Measures everything that can be measured without a browser, and prints it."""

from __future__ import annotations

from rich.console import Console

from veritile.bench import figure, frame, host
from veritile.bench.figure import Figure
from veritile.frame.trial import compare, winner

ELSEWHERE = (
    Figure("capture to badge, 1 tile, p95", None, "ms", 60, note="python3 scripts/demo.py --headless"),
    Figure("page's main thread, 9 tiles", None, "%", 1, note="python3 scripts/demo.py --headless"),
    Figure("8 h call, growth of memory", None, "MB/h", 1, note="python tests/bench/bench_long_call.py"),
)
"""What takes a browser, or a checkout."""


def run(model: str, runs: int, as_json: bool) -> None:
    """Measure and print. Raises ModelError or HostError when there is nothing that can be measured."""
    progress = Console(stderr=True, quiet=as_json)
    with progress.status("measuring a frame and its parts …") as status:
        figures = frame.measure(model)
        figures += host.measure(model, runs, lambda text: status.update(f"{text} …"))
        status.update("trying execution providers …")
        trials = compare(model)
    best = winner(trials)
    figures += ELSEWHERE
    if as_json:
        print(figure.as_json(figures, trials, best, model))  # noqa: T201
        return
    console = Console()
    console.print(figure.as_table(figures))
    console.print()
    console.print(figure.trials_table(trials, best))
