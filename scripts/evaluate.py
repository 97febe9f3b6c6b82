#!/usr/bin/env python3
"""Measure ONNX models on a benchmark folder: every figure with its 95 % interval, beside the goals.

    pip install -e '.[train]'
    python scripts/evaluate.py --bench BENCH models/mesonet.onnx [MORE.onnx ...]

BENCH holds bench.csv and its pictures; every model needs its card beside it. Rows
go to models/results.csv in place of those of the same models and sets, and the
figures blocks of the cards beside that file are filled in again. `--report FOLDER`
writes all of it with plots, `--clips VIDEOS` adds the autocorrelation time.
docs/evaluation.md says what each figure means and how it is made.
"""

from __future__ import annotations

import laboratory  # isort: skip  # noqa: F401

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
import cv2
from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, TaskID
from rich.table import Table

from veritile.errors import ModelError, VeritileError
from veritile.frame import FrameAnalyzer
from veritile.train import autocorrelation, results
from veritile.train.bench import TABLE, THRESHOLD, Bench, BenchFrame, Row
from veritile.train.cost import measure_cost
from veritile.train.figures import DRAWS
from veritile.train.goals import goals_table
from veritile.train.progress import progress_bar, rate
from veritile.train.provenance import provenance
from veritile.train.report import order_table, write_report
from veritile.train.scoring import (
    DETECTED,
    FACES,
    Lineup,
    check_tools,
    number_of_pictures,
    pictures_and_calls,
    rows_of,
    sets_to_recode,
)

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "models/results.csv"


@dataclass(frozen=True, slots=True)
class Options:
    """What is measured, and how."""

    faces: tuple[str, ...] = FACES
    recode: str = "paired"
    """As `veritile.train.scoring.sets_to_recode` takes it."""
    clips: Path | None = None
    """Folder of videos for the autocorrelation time."""
    cost: bool = True
    report: Path | None = None
    """Folder for the report."""
    draws: int = DRAWS
    workers: int = 2
    """Threads that encode."""
    markdown: bool = False


@click.command(help=__doc__)
@click.argument("models", nargs=-1, required=True)
@click.option("--bench", required=True, type=click.Path(path_type=Path), help="Folder of bench.csv.")
@click.option("--faces", type=click.Choice(["both", *FACES]), default="both", show_default=True,
              help="The table's face boxes (the network alone), the product's own, or both.")  # fmt: skip
@click.option("--detect", is_flag=True, help="The same as --faces detected.")
@click.option("--recode", default="paired", show_default=True, metavar="SETS",
              help="Sets to measure as a call shows them: paired, all, none, or names.")  # fmt: skip
@click.option("--clips", type=click.Path(path_type=Path),
              help="Folder of videos for the autocorrelation time.")  # fmt: skip
@click.option("--cost/--no-cost", default=True, help="Time each model in fresh processes.")
@click.option("--report", "folder", type=click.Path(path_type=Path),
              help="Folder for a report with tables, plots and scores.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), default=RESULTS, help="CSV to write.")
@click.option(
    "--draws", type=click.IntRange(min=100), default=DRAWS, show_default=True, help="Bootstrap samples."
)
@click.option(
    "--workers", type=click.IntRange(min=1), default=2, show_default=True, help="Threads that encode calls."
)
@click.option("--markdown", is_flag=True, help="Print the tables as Markdown.")
def main(
    models: tuple[str, ...],
    bench: Path,
    faces: str,
    detect: bool,
    recode: str,
    clips: Path | None,
    cost: bool,
    folder: Path | None,
    out: Path,
    draws: int,
    workers: int,
    markdown: bool,
) -> None:
    """Run the command; `--help` shows the module's text."""
    chosen = (DETECTED,) if detect else FACES if faces == "both" else (faces,)
    options = Options(chosen, recode, clips, cost, folder, draws, workers, markdown)
    try:
        failed = evaluate_models(models, bench, out, options, Console())
    except VeritileError as error:
        raise click.ClickException(str(error)) from error
    if failed:
        sys.exit(1)


def measure_models(
    models: Sequence[str | Path],
    folder: Path,
    out: Path,
    *,
    detect: bool = False,
    draws: int = DRAWS,
    console: Console,
) -> None:
    """The pictures as they are, under one condition: what a training run wants to know of its own model.

    Raises ModelError when a model cannot be measured, else as `evaluate_models`.
    """
    options = Options((FACES[int(detect)],), recode="none", cost=False, draws=draws)
    if evaluate_models(models, folder, out, options, console):
        raise ModelError("Not every model could be measured: see above.")


def evaluate_models(
    models: Sequence[str | Path], folder: Path, out: Path, options: Options, console: Console
) -> bool:
    """Measure, write the rows to `out`, print the tables, fill in the cards beside `out`, write the report.

    Returns:
        Whether a model failed; the others are measured all the same.

    Raises:
        VeritileError: the benchmark, the videos or the place of the report cannot be used, or no model can.
    """
    bench = Bench(folder)
    recode = sets_to_recode(bench, options.recode)
    check_tools(encode=bool(recode), plot=options.report is not None)
    videos = autocorrelation.videos(options.clips) if options.clips else []
    lineup = Lineup.load(models, options.faces)
    cv2.setNumThreads(1)
    frames: list[BenchFrame] = []
    rows: list[Row] = []
    with progress_bar(console) as bar:
        if lineup.contenders:
            with _task(bar, "pictures", number_of_pictures(bench, recode)) as task:
                for frame, picture in pictures_and_calls(bench, recode, options.workers):
                    frames.append(frame)
                    lineup.score(frame, picture)
                    _advance(bar, task, "pictures")
        scored = _score_videos(lineup, videos, bar)
        if options.cost:
            with _task(bar, "cost", len(lineup.cards)) as task:
                for card in lineup.cards:
                    try:
                        rows += measure_cost(card)
                    except ModelError as error:
                        lineup.drop(card, str(error))
                    _advance(bar, task, "models")
        rows = [row for row in rows if any(row.model == card.name for card in lineup.cards)]
        with _task(bar, "figures", len(lineup.contenders)) as task:
            for contender in lineup.contenders:
                rows += rows_of(contender, frames, draws=options.draws)
                _advance(bar, task, "models")
    rows += _tau_rows(lineup, scored, options.draws)
    if not lineup.contenders:
        raise ModelError("No model could be measured. " + " ".join(f.why for f in lineup.failures))
    written = results.write_rows(out, rows)
    for path in sorted(out.parent.glob("*.md")):
        text = path.read_text(encoding="utf-8")
        if (filled := results.fill_card(text, written)) != text:
            path.write_text(filled, encoding="utf-8")
    show(lineup, frames, rows, options, console)
    if options.report:
        files = [folder / TABLE, *sorted(folder.glob("*.zip")), *(c.file for c in lineup.cards), *videos]
        path = write_report(
            options.report,
            rows=rows,
            frames=frames,
            contenders=lineup.contenders,
            videos={card.name: scored[card.name] for card in lineup.cards if card.name in scored},
            failures=lineup.failures,
            origin=provenance(files),
        )
        console.print(f"Report: {path}", soft_wrap=True)
    for failure in lineup.failures:
        console.print(f"Not measured: {failure.model}: {failure.why}", soft_wrap=True, markup=False)
    return bool(lineup.failures)


def show(
    lineup: Lineup, frames: Sequence[BenchFrame], rows: Sequence[Row], options: Options, console: Console
) -> None:
    """Print all models side by side, then each by set and size, by kind, by clip, and beside the goals."""
    for faces in options.faces:
        mine = [contender for contender in lineup.contenders if contender.faces == faces]
        _print(
            f"Faces from: {faces}. False alarms at {THRESHOLD}.",
            results.models_table(rows, faces),
            options,
            console,
        )
        for contender in mine:
            name = contender.card.name
            of = f"{name}, faces from: {faces}"
            _print(f"{of}: by size of the face", results.sizes_table(rows, name, faces), options, console)
            _print(f"{of}: by kind of swap", results.kinds_table(rows, name, faces), options, console)
            _print(
                f"{of}: fake clips and originals", order_table(frames, contender.log_odds), options, console
            )
            _print(f"{of}: goals", goals_table(rows, name, faces), options, console)


def _print(title: str, lines: Sequence[Sequence[str]], options: Options, console: Console) -> None:
    if options.markdown:
        console.print(f"{title}\n\n{results.markdown(lines)}", highlight=False, soft_wrap=True, markup=False)
        return
    table = Table(title=escape(title))
    for heading in lines[0]:
        table.add_column(heading, overflow="fold")
    for line in lines[1:]:
        table.add_row(*map(escape, line))
    console.print(table)


def _score_videos(
    lineup: Lineup, videos: Sequence[Path], bar: Progress
) -> dict[str, list[autocorrelation.ScoredClip]]:
    """The product's scores of every video by every model."""
    analyzers = {card.name: FrameAnalyzer.load(card.file) for card in lineup.cards} if videos else {}
    scored: dict[str, list[autocorrelation.ScoredClip]] = {name: [] for name in analyzers}
    with _task(bar, "videos", len(videos)) as task:
        for path in videos:
            clips = autocorrelation.score_video(path, list(analyzers.values()))
            for found, clip in zip(scored.values(), clips, strict=True):
                found.append(clip)
            _advance(bar, task, "videos")
    return scored


def _tau_rows(
    lineup: Lineup, scored: dict[str, list[autocorrelation.ScoredClip]], draws: int
) -> Iterator[Row]:
    for card in lineup.cards:
        if clips := scored.get(card.name):
            tau = autocorrelation.tau(clips, draws=min(draws, 500))
            yield Row(
                card.name, card.version, DETECTED, "videos", "all", "autocorrelation_s",
                tau.value, tau.low, tau.high, tau.clips, tau.frames,
                sum(len(clip.log_odds) for clip in clips) - tau.frames,
            )  # fmt: skip


@contextmanager
def _task(bar: Progress, what: str, total: int) -> Iterator[TaskID]:
    """A line of the progress bar for a step, gone when the step is done."""
    task = bar.add_task(what, total=total, rate="", visible=total > 0)
    yield task
    bar.remove_task(task)


def _advance(bar: Progress, task: TaskID, unit: str) -> None:
    bar.update(task, advance=1, rate=rate(bar, task, unit))


if __name__ == "__main__":
    main()
