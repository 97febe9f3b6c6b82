"""Which clips there are to play, and which of them are real: folders of videos, and tables."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from veritile.errors import CorruptImageError, FileUnreadableError, NoFramesError
from veritile.train.archive import PictureArchive
from veritile.video import VideoFrame, sample_frames
from veritile.video.kind import SUFFIXES

TABLE: Final = "bench.csv"
"""The table that a folder of pictures has."""
RATE: Final = 15.0
"""Pictures a second that are taken of a video, at most: calls send 15 to 30, and nobody looks as often."""
FEWEST: Final = 5
"""A clip of fewer pictures shows no call."""
_MOST: Final = 1 << 30
_LABELLED: Final = re.compile(r"(.+)[-_.](real|fake)")


@dataclass(frozen=True, slots=True)
class Source:
    """A clip that can be played."""

    name: str
    fake: bool
    pair: str
    """The same for a real clip and the fake that was made of it."""
    path: Path
    """A video; for pictures, the folder that they are in."""
    pictures: tuple[str, ...] = ()
    """Of a table, in their order; empty for a video."""
    archive: str = ""
    """`<archive>.zip` in that folder may hold the pictures."""
    fps: float = 0.0
    """How fast pictures are shown, a second."""

    def frames(self) -> Iterator[VideoFrame]:
        """Yield the clip from its start. Raises ImageError when it cannot be read."""
        if not self.pictures:
            yield from sample_frames(self.path, rate=RATE, most=_MOST)
            return
        archive = PictureArchive(self.path, self.archive)
        for place, file in enumerate(self.pictures):
            yield VideoFrame(place / self.fps, archive.read(file))


@dataclass(frozen=True, slots=True)
class Found:
    """What `find` found."""

    sources: tuple[Source, ...]
    stills: int
    """Clips of a table that were left out because they have fewer than `FEWEST` pictures."""


def find(paths: Iterable[Path], fps: float) -> Found:
    """Return the clips of folders and tables, in order of name.

    A folder holds videos called `NAME-real.*` and `NAME-fake.*`, in any depth, or `bench.csv`. A table is
    `path,label` (videos, beside the table or by full path), or `file,clip,label,frame` with pictures in
    `<set>.zip` (a further column) or beside it, as in `veritile.train.bench`.

    Args:
        paths: of folders and tables.
        fps: how fast the pictures of tables are shown, a second.

    Raises:
        FileUnreadableError, CorruptImageError, NoFramesError: see `veritile.errors`; each names the file.
    """
    sources: list[Source] = []
    stills = 0
    for path in paths:
        if not path.exists():
            raise FileUnreadableError(f"{path} does not exist: name a folder of videos, or a CSV of them.")
        table = path / TABLE if path.is_dir() else path
        if path.is_dir() and not table.is_file():
            sources += _in_folder(path)
        else:
            found, short = _in_table(table, fps)
            sources += found
            stills += short
    if not sources:
        raise NoFramesError(f"All {stills} clips have fewer than {FEWEST} pictures: name others.")
    if twice := [name for name, times in Counter(source.name for source in sources).items() if times > 1]:
        raise CorruptImageError(f"{twice[0]} is there twice: name each clip once.")
    return Found(tuple(sorted(sources, key=lambda source: source.name)), stills)


def _in_folder(folder: Path) -> Iterator[Source]:
    empty = True
    for file in sorted(folder.rglob("*")):
        named = _LABELLED.fullmatch(file.stem)
        if named and file.suffix.lower() in SUFFIXES and file.is_file():
            empty = False
            name = file.relative_to(folder).with_suffix("").as_posix()
            pair = file.relative_to(folder).with_name(named[1]).as_posix()
            yield Source(f"{folder.name}/{name}", named[2] == "fake", f"{folder.name}/{pair}", file)
    if empty:
        raise NoFramesError(
            f"{folder} holds neither {TABLE} nor videos called NAME-real.mp4 or NAME-fake.mp4: "
            "rename them, or list them in a CSV with the columns path and label."
        )


def _in_table(path: Path, fps: float) -> tuple[list[Source], int]:
    """The clips of a table, and how many are too short."""
    rows = _rows(path)
    try:
        if "path" in rows[0]:
            return [_video(path, row) for row in rows], 0
        clips: dict[tuple[str, str, str], list[tuple[int, str]]] = {}
        for row in rows:
            key = (row.get("set") or "", row["clip"], _label(row))
            clips.setdefault(key, []).append((int(row["frame"]), row["file"]))
    except (KeyError, ValueError, TypeError) as error:
        raise CorruptImageError(
            f"{path} lacks a column or holds a wrong value ({error}): it needs path and label, "
            "or file, clip, label (real or fake) and frame."
        ) from error
    sources = [
        Source(
            name="/".join(filter(None, (archive, clip, label))),
            fake=label == "fake",
            pair="/".join(filter(None, (archive, clip))),
            path=path.parent,
            pictures=tuple(file for _, file in sorted(pictures)),
            archive=archive,
            fps=fps,
        )
        for (archive, clip, label), pictures in clips.items()
        if len(pictures) >= FEWEST
    ]
    return sources, len(clips) - len(sources)


def _rows(path: Path) -> list[dict[str, str]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:  # spreadsheets begin with a mark
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise FileUnreadableError(
            f"{path} cannot be read ({error.strerror}): check its permissions."
        ) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise CorruptImageError(
            f"{path} is no table of text: name a folder of videos, or a CSV of them."
        ) from error
    if not rows:
        raise NoFramesError(f"{path} lists no clip: write one line for each.")
    return rows


def _video(table: Path, row: dict[str, str]) -> Source:
    label, file = _label(row), Path(row["path"])
    named = _LABELLED.fullmatch(file.stem)
    pair = row.get("clip") or file.with_name(named[1] if named else file.stem).as_posix()
    return Source(file.as_posix(), label == "fake", pair, table.parent / file)


def _label(row: dict[str, str]) -> str:
    if row["label"] not in ("real", "fake"):
        raise ValueError(f"label {row['label']!r}")
    return row["label"]


def pairs(sources: Iterable[Source]) -> list[tuple[Source, Source]]:
    """Return every fake clip behind the real one that it was made of.

    Raises NoFramesError when there is not one.
    """
    sources = list(sources)
    real = {source.pair: source for source in sources if not source.fake}
    found = [(real[fake.pair], fake) for fake in sources if fake.fake and fake.pair in real]
    if not found:
        raise NoFramesError(
            "No fake clip has the real one beside it: name them NAME-real and NAME-fake, or give both the "
            "same clip in the table."
        )
    return found
