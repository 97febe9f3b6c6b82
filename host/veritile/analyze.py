"""The work of `veritile analyze`: files in, one JSON line or table row each, an exit code.

One bad file never stops the others. With --json every line is one object:

    {"path", "verdict": {"label", "score", "confidence", "reason"},
     "frames": [{"t", "score", "quality", "face": [x, y, w, h] | null, "reason"}],
     "model": {"name", "version", "sha256"}}
    {"path", "error": {"code", "text"}}

`t` is in seconds (0 for a picture), boxes are in pixels of the upright frame,
`score` is P(fake). A picture gets its verdict by the rule of videos, as a video
of one frame: a label, with a low confidence.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

from rich.console import Console
from rich.table import Table
from rich.text import Text

from veritile.decision import Verdict
from veritile.detector import Detector, TimedResult
from veritile.errors import FileUnreadableError, NoFramesError, VeritileError
from veritile.video.kind import SUFFIXES, Kind, file_kind

ALL_ANALYSED, SOME_FAILED, WRONG_USAGE = 0, 1, 2


class _Output(Protocol):
    def analysed(
        self, path: Path, detector: Detector, verdict: Verdict, frames: list[TimedResult]
    ) -> None: ...
    def failed(self, path: Path, error: VeritileError) -> None: ...
    def close(self) -> None: ...


def run(paths: Sequence[Path], *, as_json: bool, model: str) -> int:
    """Analyse pictures, videos and folders: results to standard output, progress to standard error.

    Returns:
        0 when every file was analysed, 1 when some failed, 2 when no path was given.
    """
    terminal = Console(stderr=True)
    if not paths:
        terminal.print("Nothing to analyse: give the path of a picture, a video or a folder.")
        return WRONG_USAGE
    output: _Output = _JsonLines() if as_json else _HumanTable()
    detector: Detector | VeritileError
    try:
        detector = Detector(model)
    except VeritileError as error:
        detector = error  # told once a file, so that every path that was asked for is answered
    failures = 0
    try:
        with terminal.status("Looking for files …") as status:
            for path, problem in _files(paths):
                status.update(_shown(f"Analysing {path} …"))
                try:
                    if problem is not None:
                        raise problem
                    if isinstance(detector, VeritileError):
                        raise detector
                    frames = _frames(
                        detector, path, lambda t, path=path: status.update(_shown(f"{path}: {t:.0f} s …"))
                    )
                    output.analysed(path, detector, detector.conclude(frames), frames)
                except VeritileError as error:
                    failures += 1
                    output.failed(path, error)
    finally:
        output.close()  # after Ctrl-C too: what has been found out is shown
    return SOME_FAILED if failures else ALL_ANALYSED


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
                    f"The folder {path} holds no picture (JPEG, WebP) or video (MP4, MOV, WebM, MKV, AVI)."
                ),
            )


def _frames(detector: Detector, path: Path, progress: Any) -> list[TimedResult]:
    if file_kind(path) is Kind.PICTURE:
        return [TimedResult(0.0, detector.analyze_image(path))]
    return list(detector.analyze_video(path, progress).frames)


class _JsonLines:
    """One object a line, written as soon as it is known."""

    def analysed(self, path: Path, detector: Detector, verdict: Verdict, frames: list[TimedResult]) -> None:
        self._print(
            {
                "path": str(path),
                "verdict": {
                    "label": verdict.label,
                    "score": _rounded(verdict.score, 4),
                    "confidence": round(verdict.confidence, 4),
                    "reason": verdict.reason,
                },
                "frames": [_frame_object(frame) for frame in frames],
                "model": {
                    "name": detector.model.name,
                    "version": detector.model.version,
                    "sha256": detector.model.sha256,
                },
            }
        )

    def failed(self, path: Path, error: VeritileError) -> None:
        self._print({"path": str(path), "error": {"code": error.code, "text": str(error)}})

    def close(self) -> None:
        pass

    def _print(self, line: dict[str, Any]) -> None:
        # ASCII: a name that is no Unicode still makes a line that can be printed and read.
        print(json.dumps(line, ensure_ascii=True), flush=True)  # noqa: T201


class _HumanTable:
    """A table at the end, then what went wrong."""

    def __init__(self) -> None:
        self._table = Table(box=None)
        for heading in ("Verdict", "P(fake)", "Confidence", "Usable frames"):
            self._table.add_column(heading, no_wrap=True)
        self._table.add_column("File", overflow="fold")
        self._errors: list[Text] = []

    def analysed(self, path: Path, detector: Detector, verdict: Verdict, frames: list[TimedResult]) -> None:
        words = verdict.label.replace("_", " ")
        if verdict.reason is not None:
            words += f": {verdict.reason.replace('_', ' ')}"
        score = "–" if verdict.score is None else f"{verdict.score:.2f}"
        usable = f"{verdict.frames} of {len(frames)}"
        self._table.add_row(words, score, f"{verdict.confidence:.2f}", usable, _shown(str(path)))

    def failed(self, path: Path, error: VeritileError) -> None:
        text = f"{error} [{error.code}]"
        self._errors.append(_shown(text if str(path) in text else f"{path}: {text}"))

    def close(self) -> None:
        if self._table.row_count:
            # Only a terminal needs lines broken; rows that are piped on stay whole.
            Console(width=None if sys.stdout.isatty() else 10_000).print(self._table)
        errors = Console(stderr=True)
        for error in self._errors:
            errors.print(error, soft_wrap=True)


def _frame_object(frame: TimedResult) -> dict[str, Any]:
    result = frame.result
    return {
        "t": round(frame.t, 3),
        "score": _rounded(result.score, 4),
        "quality": round(result.quality, 4),
        "face": None if result.face is None else [round(value, 1) for value in result.face.box],
        "reason": result.reason,
    }


def _shown(text: str) -> Text:
    """Text without markup; file names may hold bytes that are no Unicode, or control a terminal."""
    return Text("".join(character if character.isprintable() else "�" for character in text))


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
