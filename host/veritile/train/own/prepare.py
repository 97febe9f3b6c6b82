"""A user's folder -> a prepared set: faces cut out and split by person, and what was left out."""

from __future__ import annotations

import csv
import os
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from veritile.errors import (
    CorruptImageError,
    FileUnreadableError,
    ImageTooLargeError,
    NoFramesError,
    UnsupportedFormatError,
    VeritileError,
)
from veritile.frame.quality import Gate
from veritile.train.faces import LANDMARKS, file_digest
from veritile.train.own.cut import Crop, Cutter
from veritile.train.own.files import LABELS, Found, Listing, SplitBy, list_files
from veritile.train.own.journal import Entry, Face, Journal, Settings
from veritile.train.own.split import split
from veritile.train.own.table import ARCHIVE, TABLE, replacing, write_table

JOURNAL: Final = "unfinished.journal"
SKIPPED: Final = "skipped.csv"
_NAMES: Final = {fake: label for label, fake in LABELS.items()}
_WORDS: Final[dict[type[VeritileError], str]] = {
    UnsupportedFormatError: "of another format",
    CorruptImageError: "damaged",
    ImageTooLargeError: "too large",
    FileUnreadableError: "not readable",
    NoFramesError: "without a picture",
}
_DOUBLE: Final = "the same as another file"
_BOTH: Final = "in real and in fake"


@dataclass(frozen=True, slots=True)
class Options:
    """What a user may choose."""

    frames: int = 20
    """Sampled from each video, at most."""
    min_face: float = Gate().face_px
    """Long side of the smallest face that is taken, in pixels."""
    split_by: SplitBy = SplitBy.PERSON
    held_out: float = 0.3
    """Share of the people who are not learnt from, 0-1."""
    seed: int = 1
    """Of the split."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of a folder. Counters are by (is fake, …)."""

    files: Counter[bool] = field(default_factory=Counter)
    """Files with a picture's or video's name."""
    used: Counter[bool] = field(default_factory=Counter)
    """Files that gave at least one face."""
    faces: Counter[tuple[bool, str]] = field(default_factory=Counter)
    """Faces by class and split."""
    people: Counter[tuple[bool, str]] = field(default_factory=Counter)
    """People by class and split; who is in both classes counts in both."""
    skipped: Counter[tuple[bool, str]] = field(default_factory=Counter)
    """Files that gave none, by class and reason."""
    alone: int = 0
    """Files directly in real or fake: each counts as a person."""
    others: int = 0
    closed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Row:
    """A used file: where it is in the journal's order does not matter, its number in the set does."""

    number: int
    found: Found
    identity: str


def prepare(folder: Path, out: Path, options: Options, on_file: Callable[[int, int, str], None]) -> Summary:
    """Make the set, or go on with one that was interrupted.

    Args:
        folder: holds `real` and `fake`.
        out: folder of the set, made if it is not there.
        options: what to take and how to split it.
        on_file: told the files done, the files in all and the name of the next one.

    Raises:
        FileUnreadableError: the folder cannot be read, `out` cannot be written, or holds a finished set.
        NoFramesError: one class only, or too few people; what was found so far is kept.
        CorruptImageError: `out` holds an unfinished set of another folder or other options.
        ModelError: the face detector cannot be loaded.
    """
    if (out / TABLE).exists():
        raise FileUnreadableError(f"{out} holds a finished set already: name another --out, or delete it.")
    listing = list_files(folder)
    _check_early(listing, options)
    settings = Settings(os.fsencode(folder.resolve()), options.frames, options.min_face)
    with Journal(out / JOURNAL, settings) as journal:
        cutter = Cutter(frames=options.frames, gate=Gate(face_px=options.min_face))
        for number, found in enumerate(listing.files):
            on_file(number, len(listing.files), found.origin)
            size, modified = _state(found.path)
            if journal.done.get(os.fsencode(found.origin)) != (size, modified):
                journal.add(_look(found, cutter, size, modified))
        on_file(len(listing.files), len(listing.files), "")
        summary = _finish(listing, journal, out, options)
    journal.path.unlink()
    return summary


def _check_early(listing: Listing, options: Options) -> None:
    """A folder that cannot be split is refused before hours are spent on it."""
    split(
        _classes((f, f.identity(options.split_by)) for f in listing.files), held_out=options.held_out, seed=0
    )


def _classes(people: Iterable[tuple[Found, str]]) -> dict[str, frozenset[bool]]:
    classes: dict[str, frozenset[bool]] = {}
    for found, identity in people:
        classes[identity] = classes.get(identity, frozenset()) | {found.fake}
    return classes


def _state(path: Path) -> tuple[int, int]:
    """Size and time of change; -1 when there is no such file."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return -1, -1
    return status.st_size, status.st_mtime_ns


def _look(found: Found, cutter: Cutter, size: int, modified: int) -> Entry:
    origin = os.fsencode(found.origin)
    try:
        cut = cutter.cut(found.path)
        digest = file_digest(found.path)
    except (VeritileError, OSError) as error:
        words = _WORDS.get(type(error), "not readable")  # type: ignore[arg-type]
        return Entry(origin, size, modified, found.fake, problem=f"{words}: {_printable(str(error))}")
    return Entry(
        origin,
        size,
        modified,
        found.fake,
        sha256=digest,
        passed_over={str(reason): count for reason, count in cut.passed_over.items()},
        faces=[_face(crop) for crop in cut.crops],
    )


def _face(crop: Crop) -> Face:
    return Face(
        crop.frame, crop.t, crop.side, crop.face_px, crop.original_px, list(crop.landmarks), crop.jpeg
    )


def _finish(listing: Listing, journal: Journal, out: Path, options: Options) -> Summary:
    """Choose what counts, split it, and write the set."""
    found_by_origin = {os.fsencode(found.origin): found for found in listing.files}
    why = _left_out(journal, found_by_origin)
    used = [found for found in listing.files if os.fsencode(found.origin) not in why]
    rows = {
        os.fsencode(found.origin): _Row(number, found, found.identity(options.split_by))
        for number, found in enumerate(used)
    }
    _write_skipped(out / SKIPPED, why)
    try:
        places = split(
            _classes((row.found, row.identity) for row in rows.values()),
            held_out=options.held_out,
            seed=options.seed,
        )
    except NoFramesError as error:
        reasons = f" {out / SKIPPED} names what was left out, and why." if why else ""
        raise NoFramesError(f"{error}{reasons}") from error
    summary = Summary(
        files=Counter(found.fake for found in listing.files),
        used=Counter(row.found.fake for row in rows.values()),
        skipped=Counter(
            (found_by_origin[origin].fake, reason.split(":")[0]) for origin, reason in why.items()
        ),
        alone=sum(found.stands_alone for found in used) if options.split_by is SplitBy.PERSON else 0,
        others=listing.others,
        closed=listing.closed,
    )
    for fake, identity in {(row.found.fake, row.identity) for row in rows.values()}:
        summary.people[fake, places[identity]] += 1
    lines = []
    with replacing(out / ARCHIVE) as partial, zipfile.ZipFile(partial, "w") as archive:
        for entry in journal.entries():
            row = rows.get(entry.origin)
            if row is None:
                continue
            for face in entry.faces:
                line = _line(row, face, places[row.identity], entry.sha256)
                # A fixed date: the same faces make the same file, which training records name by its digest.
                archive.writestr(zipfile.ZipInfo(line["file"]), face.jpeg)
                lines.append(line)
                summary.faces[row.found.fake, line["split"]] += 1
    write_table(out / TABLE, sorted(lines, key=lambda line: line["file"]))
    return summary


def _left_out(journal: Journal, found: dict[bytes, Found]) -> dict[bytes, str]:
    """Every file that gives nothing, by origin, with the reason in words."""
    why: dict[bytes, str] = {}
    shown_as: dict[str, set[bool]] = {}
    originals: dict[str, bytes] = {}
    digests: dict[bytes, str] = {}
    for entry in journal.entries():
        if entry.origin not in found:  # it was taken away since
            continue
        if entry.problem:
            why[entry.origin] = entry.problem
        elif not entry.faces:
            reason, _ = max(entry.passed_over.items(), key=itemgetter(1))
            why[entry.origin] = reason.replace("_", " ")
        else:
            digests[entry.origin] = entry.sha256
            shown_as.setdefault(entry.sha256, set()).add(entry.fake)
            originals[entry.sha256] = min(entry.origin, originals.get(entry.sha256, entry.origin))
    for origin, digest in digests.items():
        if len(shown_as[digest]) > 1:
            why[origin] = _BOTH
        elif originals[digest] != origin:
            why[origin] = f"{_DOUBLE}: {_printable(os.fsdecode(originals[digest]))}"
    return why


def _write_skipped(path: Path, why: dict[bytes, str]) -> None:
    """`origin, reason` of every file that gave nothing; no file when all were used."""
    if not why:
        return
    with replacing(path) as partial, partial.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["origin", "reason"])
        table.writerows((_printable(os.fsdecode(origin)), reason) for origin, reason in sorted(why.items()))


def _line(row: _Row, face: Face, place: str, sha256: str) -> dict[str, Any]:
    label = _NAMES[row.found.fake]
    points = [value for point in face.landmarks for value in point]
    names = [f"{point}_{axis}" for point in LANDMARKS for axis in "xy"]
    return {
        "file": f"{label}/{row.number:06d}-{face.frame:04d}.jpg",
        "label": label,
        "identity": _printable(row.identity),
        "split": place,
        "origin": _printable(row.found.origin),
        "frame": face.frame,
        "t": round(face.t, 3),
        "size": face.side,
        "face_px": round(face.face_px, 2),
        "original_px": round(face.original_px, 1),
        **{name: round(value, 1) for name, value in zip(names, points, strict=True)},
        "sha256": sha256,
    }


def _printable(text: str) -> str:
    """Text that any encoding can hold: names may be bytes that are no Unicode."""
    return text.encode("utf-8", "backslashreplace").decode()
