"""The work of `veritile analyze`: files in, one JSON line or table row each, an exit code.

One bad file never stops the others. With --json every line is one object:

    {"path", "verdict": {"label", "score", "confidence", "reason"},
     "frames": [{"t", "score", "quality", "face": [x, y, w, h] | null, "reason"}],
     "model": {"name", "version", "sha256"}}
    {"path", "error": {"code", "text"}}

A video's also has "people" (each with a verdict, segments that look swapped, and
frames of their own) and "video" (length and size). `t` is in seconds (0 for a
picture), boxes are in pixels of the upright frame, `score` is P(fake). A picture
gets its verdict by the rule of videos, as a video of one frame: a label, with a
low confidence.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from veritile.detector import Detector
from veritile.errors import (
    CorruptImageError,
    EmptyFileError,
    EncryptedVideoError,
    FileUnreadableError,
    ImageTooLargeError,
    NoFramesError,
    NoVideoError,
    UnsupportedFormatError,
    VeritileError,
)
from veritile.outputs import OUTPUTS, plain, shown
from veritile.video.file import FRAMES_PER_SECOND, describe
from veritile.video.kind import SUFFIXES, Kind, file_kind
from veritile.video.page import Pictures, as_page, clock
from veritile.video.record import as_record
from veritile.video.result import TimedResult, VideoResult
from veritile.video.worst import pictures

ALL_ANALYSED, SOME_FAILED, WRONG_USAGE = 0, 1, 2
EXIT_CODES: Final[dict[type[VeritileError], int]] = {
    FileUnreadableError: 3,
    EmptyFileError: 4,
    UnsupportedFormatError: 5,
    CorruptImageError: 6,
    ImageTooLargeError: 7,
    NoFramesError: 8,
    NoVideoError: 9,
    EncryptedVideoError: 10,
}
"""Where no file could be analysed and all for the same reason; else `SOME_FAILED`."""


@dataclass(frozen=True, slots=True)
class Choices:
    """How files are looked at, and what is told of them."""

    model: str
    form: str = "text"
    """One of `OUTPUTS`."""
    page: Path | None = None
    """Where a report is written, too."""
    fps: float = FRAMES_PER_SECOND
    quick: bool = False
    temporal: str | None = None
    """The temporal model that judges the stretches of videos too."""


def run(paths: Sequence[Path], choices: Choices) -> int:
    """Analyse pictures, videos and folders: results to standard output, progress to standard error.

    Returns:
        0 when every file was analysed, 1 when some failed, 2 when no path was given or the report cannot be
        written; one of `EXIT_CODES` when all failed for the same reason.
    """
    terminal = Console(stderr=True)
    if not paths:
        terminal.print("Nothing to analyse: give the path of a picture, a video or a folder.")
        return WRONG_USAGE
    if choices.page is not None and not choices.page.absolute().parent.is_dir():
        terminal.print(shown(f"There is no folder for the report {choices.page}: make it first."))
        return WRONG_USAGE
    output = OUTPUTS[choices.form]()
    detector: Detector | VeritileError
    try:
        detector = Detector(choices.model, temporal=choices.temporal)
    except VeritileError as error:
        detector = error  # told once a file, so that every path that was asked for is answered
    failures: list[VeritileError] = []
    report: list[tuple[dict[str, Any], Pictures]] = []
    analysed = 0
    try:
        with _progress(terminal) as progress:
            for path, problem in _files(paths):
                task = progress.add_task(escape(plain(path.name)), total=None, reached="")
                try:
                    if problem is not None:
                        raise problem
                    if isinstance(detector, VeritileError):
                        raise detector
                    told = analyse(detector, path, choices, _moving(progress, task))
                    output.analysed(told)
                    if choices.page is not None:
                        report.append((told, pictures(detector, path, told)))
                    analysed += 1
                except VeritileError as error:
                    failures.append(error)
                    told = {"path": str(path), "error": {"code": error.code, "text": str(error)}}
                    output.failed(told)
                    report.append((told, {}))
                progress.remove_task(task)
    finally:
        output.close()  # after Ctrl-C too: what has been found out is shown
        if choices.page is not None and report:
            choices.page.write_text(as_page(report), encoding="utf-8")
    if choices.page is not None:
        terminal.print(shown(f"Written: {choices.page}"), soft_wrap=True)
    if not failures:
        return ALL_ANALYSED
    kinds = {type(error) for error in failures}
    return SOME_FAILED if analysed or len(kinds) > 1 else EXIT_CODES.get(kinds.pop(), SOME_FAILED)


def analyse(
    detector: Detector,
    path: Path,
    choices: Choices,
    progress: Callable[[float, float | None], None] = lambda t, seconds: None,
) -> dict[str, Any]:
    """Judge one file, and return what `--json` tells of it.

    `progress` is called with the time that has been reached and the video's length, in seconds, the latter
    None when it is not known. Raises VeritileError.
    """
    if file_kind(path) is Kind.PICTURE:
        frame = TimedResult(0.0, detector.analyze_image(path))
        return as_record(str(path), detector, VideoResult(detector.conclude([frame]), (frame,)))
    seconds = describe(path).seconds
    result = detector.analyze_video(
        path, lambda t: progress(t, seconds), fps=choices.fps, quick=choices.quick
    )
    return as_record(str(path), detector, result)


def _progress(terminal: Console) -> Progress:
    """Bars for people; where nobody looks, nothing."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[reached]}"),
        TimeRemainingColumn(),
        console=terminal,
        transient=True,
        disable=not terminal.is_terminal,
    )


def _moving(progress: Progress, task: TaskID) -> Callable[[float, float | None], None]:
    def move(t: float, seconds: float | None) -> None:
        reached = clock(t) if seconds is None else f"{clock(t)} of {clock(seconds)}"
        progress.update(task, total=seconds, completed=t, reached=reached)

    return move


def _files(paths: Sequence[Path]) -> Iterator[tuple[Path, VeritileError | None]]:
    """Every file to analyse, in order; a folder stands for what is in it, links to other folders excepted."""
    for path in paths:
        if not os.path.isdir(path):  # noqa: PTH112 - Path.is_dir raises where a folder above is barred
            yield path, None
            continue
        found = False
        problems: list[OSError] = []
        for folder, subfolders, names in os.walk(path, onerror=problems.append):
            subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
            for name in sorted(names):
                if Path(name).suffix.lower() in SUFFIXES and not name.startswith("."):
                    found = True
                    yield Path(folder, name), None
        for problem in problems:
            unreadable = Path(os.fsdecode(problem.filename))
            yield (
                unreadable,
                FileUnreadableError(
                    f"The folder {unreadable} cannot be read ({problem.strerror}): check its permissions."
                ),
            )
        if not found and not problems:
            yield (
                path,
                NoFramesError(
                    f"The folder {path} holds no picture (JPEG, WebP) or video (MP4, MOV, WebM, MKV, AVI, "
                    "GIF)."
                ),
            )
