"""Benchmark folders: pictures with known answers, and the rows of figures that scores of them give.

A folder holds `bench.csv` and the pictures it lists, in `<set>.zip` or beside
it. Columns: `file, set, clip, label` (`real` or `fake`), `kind, width, height,
frame`, and the face box `face_x, face_y, face_w, face_h` in pixels.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from veritile.errors import CorruptImageError, FileUnreadableError
from veritile.train.archive import PictureArchive
from veritile.train.figures import (
    Figure,
    Scores,
    calibration_error,
    clip_auc,
    clip_order,
    equal_error_rate,
    false_alarms,
    frame_auc,
    frame_correlation,
    measure,
    paired_accuracy,
    swaps_found,
    swaps_found_at_rare,
)
from veritile.train.tables import read_table
from veritile.vocabulary import THRESHOLDS, Sensitivity

TABLE: Final = "bench.csv"
FACE_SIZES: Final = ((0, 100, "<100 px"), (100, 200, "100-200 px"), (200, 1 << 30, ">=200 px"))
"""Long side of the face box, half open, and how it is called."""
MIN_CLIPS: Final = 3
"""A face size, or a correlation, of fewer clips gets no figure: it would be about those people."""
THRESHOLD: Final = THRESHOLDS[Sensitivity.BALANCED]


@dataclass(frozen=True, slots=True)
class BenchFrame:
    """One row of the table."""

    file: str
    set: str
    clip: str
    fake: bool
    kind: str
    frame: int
    box: tuple[float, float, float, float]

    @property
    def face_px(self) -> float:
        """Long side of the face box in pixels."""
        return max(self.box[2:])


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of one model: a line of results.csv."""

    model: str
    version: str
    faces: str
    """Where the face boxes came from: `table` (the benchmark's) or `detected` (the product's own)."""
    set: str
    group: str
    """`all`, one face size, or `kind` and one kind of swap."""
    figure: str
    value: float
    low: float
    high: float
    clips: int
    frames: int
    unscored: int
    """Frames of the group that the model gave no score, because no usable face was found."""


class Bench:
    """A benchmark folder."""

    def __init__(self, folder: Path) -> None:
        """Read the table.

        Raises:
            FileUnreadableError: there is none.
            CorruptImageError: a row cannot be understood.
        """
        self.folder = folder
        path = folder / TABLE
        rows = read_table(path, f"name the folder of {TABLE}")
        try:
            self.frames = [_frame(row) for row in rows]
        except (KeyError, ValueError, TypeError) as error:
            raise CorruptImageError(
                f"{path} lacks a column or holds a wrong value ({error}): fetch or write it again."
            ) from error
        if not self.frames:
            raise FileUnreadableError(f"{path} lists no picture: fetch or write it again.")

    @property
    def sets(self) -> list[str]:
        """Names of the sets, in the table's order."""
        return list(dict.fromkeys(frame.set for frame in self.frames))

    def pictures(self) -> Iterator[tuple[BenchFrame, NDArray[np.uint8]]]:
        """Every frame with its (H, W, 3) uint8 RGB picture."""
        yield from self.pictures_of(self.sets)

    def pictures_of(self, sets: Sequence[str]) -> Iterator[tuple[BenchFrame, NDArray[np.uint8]]]:
        """The same of some sets."""
        for name in sets:
            archive = PictureArchive(self.folder, name)
            for frame in self.frames:
                if frame.set == name:
                    yield frame, archive.read(frame.file)


def scores_of(frames: Sequence[BenchFrame], log_odds: Sequence[float | None]) -> Scores:
    """The arrays of the frames, clips numbered across sets; nan where there is no score."""
    numbers: dict[tuple[str, str], int] = {}
    clips = [numbers.setdefault((frame.set, frame.clip), len(numbers)) for frame in frames]
    return Scores(
        np.array([np.nan if value is None else value for value in log_odds], dtype=np.float64),
        np.array([frame.fake for frame in frames], dtype=np.bool_),
        np.array(clips, dtype=np.int64),
        np.array([frame.frame for frame in frames], dtype=np.int64),
    )


def originals(frames: Sequence[BenchFrame]) -> dict[tuple[str, str], str | None]:
    """The name of the original of every fake clip (set, clip), None where the set has none."""
    real = {(frame.set, frame.clip) for frame in frames if not frame.fake}
    return {
        (frame.set, frame.clip): next(
            (name for name in _names_of_original(frame.clip) if (frame.set, name) in real), None
        )
        for frame in frames
        if frame.fake
    }


def _names_of_original(clip: str) -> tuple[str, ...]:
    numbers = re.fullmatch(r"(\d+)_\d+", clip)
    return (clip, numbers[1]) if numbers else (clip,)


def evaluate(
    frames: Sequence[BenchFrame],
    log_odds: Sequence[float | None],
    *,
    model: str,
    version: str,
    faces: str,
    draws: int,
) -> list[Row]:
    """All figures of one model: each set as a whole, by size of the face, and by kind of swap.

    Args:
        frames: of the benchmark.
        log_odds: one entry a frame, None where there is no score.
        model: name for the rows.
        version: of the model, for the rows.
        faces: `table` or `detected`.
        draws: bootstrap samples.
    """
    rows: list[Row] = []
    scores = scores_of(frames, log_odds)
    pairs = _beside_originals(frames, scores)
    sizes = np.array([frame.face_px for frame in frames])
    names = np.array([frame.set for frame in frames])
    kinds = np.array([frame.kind for frame in frames])
    scored = ~np.isnan(scores.log_odds)

    def add(name: str, group: str, chosen: NDArray[np.bool_], figures: Iterator[tuple[str, Figure]]) -> None:
        unscored = int(np.sum(chosen & ~scored))
        rows.extend(
            Row(model, version, faces, name, group, key, f.value, f.low, f.high, f.clips, f.frames, unscored)
            for key, f in figures
        )

    for name in dict.fromkeys(names.tolist()):
        mine = names == name
        for least, most, group in ((0, 1 << 30, "all"), *FACE_SIZES):
            chosen = mine & (sizes >= least) & (sizes < most)
            part = scores.where(chosen & scored)
            if not len(part) or (group != "all" and len(np.unique(part.clip)) < MIN_CLIPS):
                continue
            add(name, group, chosen, _figures(part, draws))
            if group == "all" and (order := pairs.get((name, ""))) is not None:
                add(name, group, chosen, _order(order, draws))
        for kind in dict.fromkeys(kinds[mine & scores.fake].tolist()):
            chosen = mine & (~scores.fake | (kinds == kind))
            group = f"kind {kind}"
            add(name, group, chosen, _figures_of_kind(scores.where(chosen & scored), draws))
            if (order := pairs.get((name, kind))) is not None:
                add(name, group, chosen, _order(order, draws))
    return rows


def _beside_originals(frames: Sequence[BenchFrame], scores: Scores) -> dict[tuple[str, str], Scores]:
    """Each fake clip numbered together with its original, by set and kind of swap, and by set (kind ``)."""
    clips = np.array([f"{frame.set}\0{frame.clip}" for frame in frames])
    kind_of = {(frame.set, frame.clip): frame.kind for frame in frames if frame.fake}
    rows: dict[tuple[str, str], list[NDArray[np.int64]]] = {}
    for (name, clip), original in originals(frames).items():
        if original is None:
            continue
        fake = np.flatnonzero((clips == f"{name}\0{clip}") & scores.fake & ~np.isnan(scores.log_odds))
        real = np.flatnonzero((clips == f"{name}\0{original}") & ~scores.fake & ~np.isnan(scores.log_odds))
        if len(fake) and len(real):
            for key in ((name, ""), (name, kind_of[name, clip])):
                rows.setdefault(key, []).append(np.concatenate([fake, real]))
    return {
        key: Scores(
            scores.log_odds[at := np.concatenate(parts)],
            scores.fake[at],
            np.repeat(np.arange(len(parts)), [len(part) for part in parts]),
            scores.frame[at],
        )
        for key, parts in rows.items()
    }


def _order(pairs: Scores, draws: int) -> Iterator[tuple[str, Figure]]:
    yield "clip_order", measure(pairs, clip_order, draws=draws)


def _figures(scores: Scores, draws: int) -> Iterator[tuple[str, Figure]]:
    """The figures that a set allows: comparisons need both classes, the others one of them."""
    if scores.fake.any() and not scores.fake.all():
        yield "frame_auc", measure(scores, frame_auc, draws=draws)
        yield "clip_auc", measure(scores, clip_auc, draws=draws)
        if not np.isnan(paired_accuracy(scores)):
            yield "paired_accuracy", measure(scores, paired_accuracy, draws=draws)
        yield "equal_error_rate", measure(scores, equal_error_rate, draws=draws)
        yield "swaps_found_at_rare", measure(scores, swaps_found_at_rare, draws=draws)
        yield "calibration_error", measure(scores, calibration_error, draws=draws)
    yield from _found(scores, draws)
    real = scores.where(~scores.fake)
    if len(real):
        alarms = false_alarms(THRESHOLD)
        yield "frame_false_alarms", measure(real, alarms, draws=draws)
        yield "clip_false_alarms", measure(real.by_clip(), alarms, draws=draws)
        if len(np.unique(real.clip)) >= MIN_CLIPS and not np.isnan(frame_correlation(real)):
            yield "frame_correlation", measure(real, frame_correlation, draws=draws)


def _figures_of_kind(scores: Scores, draws: int) -> Iterator[tuple[str, Figure]]:
    """What can be said of one kind of swap beside all real frames of its set."""
    if scores.fake.any() and not scores.fake.all():
        yield "frame_auc", measure(scores, frame_auc, draws=draws)
        yield "clip_auc", measure(scores, clip_auc, draws=draws)
        if not np.isnan(paired_accuracy(scores)):
            yield "paired_accuracy", measure(scores, paired_accuracy, draws=draws)
    yield from _found(scores, draws)


def _found(scores: Scores, draws: int) -> Iterator[tuple[str, Figure]]:
    fake = scores.where(scores.fake)
    if len(fake):
        found = swaps_found(THRESHOLD)
        yield "frame_swaps_found", measure(fake, found, draws=draws)
        yield "clip_swaps_found", measure(fake.by_clip(), found, draws=draws)


def _frame(row: dict[str, str]) -> BenchFrame:
    if row["label"] not in ("real", "fake"):
        raise ValueError(f"label {row['label']!r}")
    x, y, w, h = (float(row[f"face_{side}"]) for side in "xywh")
    if not all(map(math.isfinite, (x, y, w, h))) or min(w, h) <= 0:
        raise ValueError(f"a face box of {w}x{h} pixels for {row['file']}")
    return BenchFrame(
        file=row["file"],
        set=row["set"],
        clip=row["clip"],
        fake=row["label"] == "fake",
        kind=row["kind"],
        frame=int(row["frame"]),
        box=(x, y, w, h),
    )
