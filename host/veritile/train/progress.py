"""Progress bars of every command that takes its time: count, rate and time left."""

from __future__ import annotations

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


def progress_bar(console: Console, *, transient: bool = True, disable: bool = False) -> Progress:
    """A bar whose tasks have the field `rate`, a text of their own; when `transient` it goes in the end."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
        console=console,
        transient=transient,
        disable=disable,
    )


def rate(bar: Progress, task: TaskID, unit: str) -> str:
    """`123 pictures/s`, or nothing while it is not known."""
    speed = next(shown.speed for shown in bar.tasks if shown.id == task)
    if not speed:
        return ""
    return f"{speed:.0f} {unit}/s" if speed >= 10 else f"{speed:.1f} {unit}/s"
