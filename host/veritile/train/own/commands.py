"""What the commands of `veritile train` show: progress with rate and time left, and what came out."""

from __future__ import annotations

import shlex
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from veritile.reporting import INTERRUPTED
from veritile.train.own.prepare import SKIPPED, Options, Summary, prepare
from veritile.train.own.split import SPLITS
from veritile.train.own.table import OwnSet
from veritile.train.progress import progress_bar, rate

if TYPE_CHECKING:
    from veritile.train.bench import Row
    from veritile.train.own.recipe import Measurement

_CLASSES = ((False, "real"), (True, "fake"))


def run_prepare(folder: Path, out: Path, options: Options) -> int:
    """Make a set, show what was used and what was not, and return the exit code."""
    console = _console()
    done = 0
    with _progress(console) as bar:
        task = bar.add_task("files", total=None, rate="")

        def on_file(number: int, total: int, name: str) -> None:
            nonlocal done
            done = number
            bar.update(task, completed=number, total=total, rate=rate(bar, task, "files"))

        try:
            summary = prepare(folder, out, options, on_file)
        except KeyboardInterrupt:
            bar.stop()
            _say(console, f"Stopped after {done} files. The same command goes on from there.")
            return INTERRUPTED
    _show_summary(console, summary, out)
    return 0


def run_fit(
    data: Path, out: Path, start: str, recipe: dict[str, Any], *, device: str, threads: int, workers: int
) -> int:
    """Train, show every measurement, and return the exit code."""
    import cv2
    import torch

    from veritile.train.device import usable
    from veritile.train.own.finetune import FineTune
    from veritile.train.own.interrupt import Interrupt
    from veritile.train.own.recipe import Recipe
    from veritile.train.own.release import record
    from veritile.train.own.weights import load_start

    console = _console()
    torch.set_num_threads(threads)
    cv2.setNumThreads(1)
    run = FineTune(out, Recipe(**recipe), OwnSet(data), load_start(start), device=usable(device))
    for measurement in run.history:
        _show_measurement(console, measurement)
    with Interrupt() as interrupt, _progress(console) as bar:
        total = run.recipe.steps * run.recipe.batch
        task = bar.add_task("pictures", total=total, completed=run.examples_seen, rate="")

        def on_step(examples: int, loss: float) -> None:
            bar.update(task, completed=examples, rate=f"{rate(bar, task, 'pictures')}, loss {loss:.3f}")

        def on_measurement(measurement: Measurement) -> None:
            _show_measurement(console, measurement)
            record(run, _command())

        run.go(workers=workers, interrupt=interrupt, on_step=on_step, on_measurement=on_measurement)
    record(run, _command())
    if not run.finished:
        _say(console, f"Stopped after {run.examples_seen} pictures. The same command goes on from there.")
        return INTERRUPTED
    best = run.best_measurement
    if best.examples:
        _say(console, f"Best after {best.examples} pictures: held-out AUC {best.held_out_auc:.3f}.")
    else:
        _say(
            console,
            f"Nothing that was learnt tells held-out people better apart than {start} does: more people, or "
            "more kinds of fakes, are needed. An export would hold the weights that it started from.",
        )
    _say(console, f"Next: veritile train export {shlex.quote(str(out))} --out mine.onnx")
    return 0


def run_export(run: Path, out: Path, *, version: str, licence: str) -> None:
    """Write the model and its card, and show its figures."""
    import torch

    from veritile.train.own.release import export_run

    torch.set_num_threads(1)
    console = _console()
    with console.status("Calibrating, exporting and measuring …"):
        released = export_run(run, out, version=version, licence=licence, command=_command())
    _show_rows(console, released.rows, "table")
    a, b = released.calibration
    _say(console, f"{out}: calibration a {a:.4f} b {b:.4f}, sha256 {released.sha256}")
    if released.measured_split != SPLITS[-1]:
        _say(console, "These people also decided when to stop and set the calibration: the figures flatter.")
    _say(console, f"Complete the card {out.with_suffix('.md')} where it says 'To fill in'.")
    _say(console, f"Next: veritile analyze --model {shlex.quote(str(out))} FILE")


def run_evaluate(data: Path, models: Sequence[str], *, detect: bool, draws: int, out: Path | None) -> None:
    """Measure models and show their figures side by side."""
    from veritile.train.own.measure import faces_from, measure
    from veritile.train.results import write_rows

    console = _console()
    with _progress(console) as bar:
        task = bar.add_task("pictures", total=None, rate="")

        def on_frame(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total, rate=rate(bar, task, "pictures"))

        rows = measure(data, models, detect=detect, draws=draws, on_frame=on_frame)
    _show_rows(console, rows, faces_from(detect))
    if out is not None:
        write_rows(out, rows)
        _say(console, f"Written to {out}")


def _show_summary(console: Console, summary: Summary, out: Path) -> None:
    table = Table(box=None)
    for heading in ("", "Files", "Used", "Faces", *(f"{split}: people / faces" for split in SPLITS)):
        table.add_column(heading, justify="left" if not heading else "right")
    for fake, name in _CLASSES:
        faces = [summary.faces[fake, split] for split in SPLITS]
        people = [summary.people[fake, split] for split in SPLITS]
        places = [f"{p} / {f}" for p, f in zip(people, faces, strict=True)]
        table.add_row(name, str(summary.files[fake]), str(summary.used[fake]), str(sum(faces)), *places)
    console.print(table)
    reasons: Counter[str] = Counter()
    for (_, reason), count in summary.skipped.items():
        reasons[reason] += count
    if reasons:
        words = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
        _say(console, f"Left out: {words}. {out / SKIPPED} names each file.")
    if summary.others:
        _say(console, f"{summary.others} files of other kinds were passed over.")
    for folder in summary.closed:
        _say(console, f"Not entered, a link or barred: {folder}")
    if summary.alone:
        _say(
            console,
            f"{summary.alone} files lie directly in real or fake and count as a person each: if several show "
            "one person, put them into a folder of that person's name.",
        )
    if not summary.people[True, SPLITS[-1]]:
        _say(console, "Too few people for a split that is only measured: figures will flatter.")
    _say(console, f"Next: veritile train fit {shlex.quote(str(out))} --out RUN")


def _show_measurement(console: Console, at: Measurement) -> None:
    learnt = (
        "before learning"
        if at.loss is None
        else f"{at.examples} pictures, {at.seconds:.0f} s: loss {at.loss:.4f}"
    )
    _say(console, f"{learnt}; held-out people: AUC {at.held_out_auc:.4f}, loss {at.held_out_loss:.4f}")


def _show_rows(console: Console, rows: Sequence[Row], faces: str) -> None:
    from veritile.train.results import models_table

    lines = models_table(rows, faces)
    table = Table(box=None)
    for heading in lines[0]:
        table.add_column(Text(heading), overflow="fold")
    for line in lines[1:]:
        table.add_row(*map(Text, line))
    console.print(table)


def _console() -> Console:
    """Only a terminal needs lines broken."""
    return Console(soft_wrap=True) if sys.stdout.isatty() else Console(width=10_000)


def _say(console: Console, text: str) -> None:
    """A line as it is: names may look like markup, control a terminal, or be no Unicode."""
    console.print(Text("".join(c if c.isprintable() else "�" for c in text)), soft_wrap=True)


def _progress(console: Console) -> Progress:
    return progress_bar(console, disable=not console.is_terminal)


def _command() -> str:
    return shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])
