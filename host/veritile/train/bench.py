"""Benchmark folders: pictures with known answers, scored by a model and turned into rows of figures.

A folder holds `bench.csv` and the pictures it lists, in `<set>.zip` or beside
it. Columns: `file, set, clip, label` (`real` or `fake`), `kind, width, height,
frame`, and the face box `face_x, face_y, face_w, face_h` in pixels.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from veritile.errors import CorruptImageError, FileUnreadableError
from veritile.frame import FrameAnalyzer
from veritile.frame.crop import crop_face
from veritile.frame.model import Model
from veritile.train.archive import PictureArchive
from veritile.train.figures import (
    Figure,
    Scores,
    clip_auc,
    false_alarms,
    frame_auc,
    frame_correlation,
    measure,
    paired_accuracy,
    swaps_found,
)
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
    """`all`, or one face size."""
    figure: str
    value: float
    low: float
    high: float
    clips: int
    frames: int
    unscored: int
    """Frames of the group that the model gave no score, because no usable face was found."""


Scorer = Callable[[NDArray[np.uint8], Sequence[float]], float | None]
"""Turns an (H, W, 3) uint8 RGB picture and the table's face box into calibrated log-odds of fake, or None."""


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
        try:
            with path.open(newline="", encoding="utf-8") as file:
                self.frames = [_frame(row) for row in csv.DictReader(file)]
        except OSError as error:
            raise FileUnreadableError(f"{path} cannot be read: name the folder of {TABLE}.") from error
        except (KeyError, ValueError, TypeError) as error:
            raise CorruptImageError(f"{path} lacks a column or holds a wrong value: {error}.") from error
        if not self.frames:
            raise FileUnreadableError(f"{path} lists no picture.")

    @property
    def sets(self) -> list[str]:
        """Names of the sets, in the table's order."""
        return list(dict.fromkeys(frame.set for frame in self.frames))

    def pictures(self) -> Iterator[tuple[BenchFrame, NDArray[np.uint8]]]:
        """Every frame with its (H, W, 3) uint8 RGB picture."""
        for name in self.sets:
            archive = PictureArchive(self.folder, name)
            for frame in self.frames:
                if frame.set == name:
                    yield frame, archive.read(frame.file)


def crop_scorer(model: Model) -> Scorer:
    """The model on the benchmark's own face boxes: the network alone, without detection and quality gate."""
    info = model.info

    def score(rgb: NDArray[np.uint8], box: Sequence[float]) -> float | None:
        return model.log_odds(crop_face(rgb, box, margin=info.crop_margin, size=info.input_size))

    return score


def product_scorer(analyzer: FrameAnalyzer) -> Scorer:
    """The product as shipped: its own face detection and quality gate, then the model."""

    def score(rgb: NDArray[np.uint8], _box: Sequence[float]) -> float | None:
        return analyzer.analyze_rgb(rgb).log_odds

    return score


def evaluate(
    frames: Sequence[BenchFrame],
    log_odds: Sequence[float | None],
    *,
    model: str,
    version: str,
    faces: str,
    draws: int,
) -> list[Row]:
    """All figures of one model: each set as a whole, then by size of the face.

    Args:
        frames: of the benchmark.
        log_odds: one entry a frame, None where there is no score.
        model: name for the rows.
        version: of the model, for the rows.
        faces: `table` or `detected`.
        draws: bootstrap samples.
    """
    rows: list[Row] = []
    sizes = np.array([frame.face_px for frame in frames])
    names = np.array([frame.set for frame in frames])
    scored = np.array([value is not None for value in log_odds])
    clip_numbers = {clip: i for i, clip in enumerate(dict.fromkeys(f"{f.set}/{f.clip}" for f in frames))}
    scores = Scores(
        np.array([np.nan if value is None else value for value in log_odds], dtype=np.float64),
        np.array([frame.fake for frame in frames]),
        np.array([clip_numbers[f"{f.set}/{f.clip}"] for f in frames], dtype=np.int64),
        np.array([frame.frame for frame in frames], dtype=np.int64),
    )
    groups = [(0, 1 << 30, "all"), *FACE_SIZES]
    for name in dict.fromkeys(names):
        for least, most, group in groups:
            chosen = (names == name) & (sizes >= least) & (sizes < most)
            part = scores.where(chosen & scored)
            if not len(part) or (group != "all" and len(np.unique(part.clip)) < MIN_CLIPS):
                continue
            for figure, value in _figures(part, draws):
                rows.append(
                    Row(
                        model, version, faces, str(name), group, figure,
                        value.value, value.low, value.high, value.clips, value.frames,
                        int(np.sum(chosen & ~scored)),
                    )
                )  # fmt: skip
    return rows


def _figures(scores: Scores, draws: int) -> Iterator[tuple[str, Figure]]:
    """The figures that a set allows: comparisons need both classes, the others one of them."""
    if scores.fake.any() and not scores.fake.all():
        yield "frame_auc", measure(scores, frame_auc, draws=draws)
        yield "clip_auc", measure(scores, clip_auc, draws=draws)
        if not np.isnan(paired_accuracy(scores)):
            yield "paired_accuracy", measure(scores, paired_accuracy, draws=draws)
    fake = scores.where(scores.fake)
    if len(fake):
        found = swaps_found(THRESHOLD)
        yield "frame_swaps_found", measure(fake, found, draws=draws)
        yield "clip_swaps_found", measure(fake.by_clip(), found, draws=draws)
    real = scores.where(~scores.fake)
    if len(real):
        alarms = false_alarms(THRESHOLD)
        yield "frame_false_alarms", measure(real, alarms, draws=draws)
        yield "clip_false_alarms", measure(real.by_clip(), alarms, draws=draws)
        if len(np.unique(real.clip)) >= MIN_CLIPS and not np.isnan(frame_correlation(real)):
            yield "frame_correlation", measure(real, frame_correlation, draws=draws)


def _frame(row: dict[str, str]) -> BenchFrame:
    if row["label"] not in ("real", "fake"):
        raise ValueError(f"label {row['label']!r}")
    x, y, w, h = (float(row[f"face_{side}"]) for side in "xywh")
    return BenchFrame(
        file=row["file"],
        set=row["set"],
        clip=row["clip"],
        fake=row["label"] == "fake",
        kind=row["kind"],
        frame=int(row["frame"]),
        box=(x, y, w, h),
    )
