"""Models on the held-out people of a prepared set, or on a benchmark folder: rows of figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from veritile.errors import FileUnreadableError
from veritile.frame import FrameAnalyzer
from veritile.frame.card import read_card
from veritile.frame.model import Model
from veritile.train import bench
from veritile.train.bench import Bench, BenchFrame, Row
from veritile.train.own.table import TABLE, OwnSet
from veritile.train.scoring import DETECTED, TABLE_BOXES, crop_scorer, product_scorer

Box = tuple[float, float, float, float]
Judged = tuple[BenchFrame, Box, NDArray[np.uint8]]
"""A frame of known answer, the face box in its picture, and the (H, W, 3) uint8 RGB picture."""


def measure(
    data: Path,
    models: Sequence[str | Path],
    *,
    detect: bool = False,
    draws: int,
    on_frame: Callable[[int, int], None] = lambda done, total: None,
) -> list[Row]:
    """All figures of some models.

    Args:
        data: a prepared set, of which the held-out split is taken, or a folder of `bench.csv`.
        models: names in `models/`, or paths of .onnx files with their cards beside them.
        detect: find the faces anew and apply the quality gate, as the product does.
        draws: bootstrap samples.
        on_frame: told the pictures done and those in all.

    Raises:
        FileUnreadableError: `data` is neither of the two, or a picture of it is missing.
        CorruptImageError: its table or a picture is damaged.
        ModelError: a model cannot be used.
    """
    total, pictures = _open(data)
    cards = [read_card(model) for model in models]
    scorers = [
        product_scorer(FrameAnalyzer.load(model)) if detect else crop_scorer(Model.load(card))
        for model, card in zip(models, cards, strict=True)
    ]
    cv2.setNumThreads(1)
    frames: list[BenchFrame] = []
    scores: list[list[float | None]] = [[] for _ in models]
    for frame, box, picture in pictures:
        on_frame(len(frames), total)
        frames.append(frame)
        for values, scorer in zip(scores, scorers, strict=True):
            values.append(scorer(picture, box))
    on_frame(total, total)
    rows: list[Row] = []
    for card, values in zip(cards, scores, strict=True):
        rows += bench.evaluate(
            frames,
            values,
            model=card.name,
            version=card.version,
            faces=faces_from(detect),
            draws=draws,
        )
    return rows


def faces_from(detect: bool) -> str:
    """How `Row.faces` calls where the face boxes came from."""
    return DETECTED if detect else TABLE_BOXES


def set_name(split: str) -> str:
    """How the rows call a prepared set's split."""
    return f"own {split}"


def _open(data: Path) -> tuple[int, Iterator[Judged]]:
    if (data / bench.TABLE).is_file():
        folder = Bench(data)
        return len(folder.frames), ((frame, frame.box, picture) for frame, picture in folder.pictures())
    if (data / TABLE).is_file():
        own = OwnSet(data)
        return len(own.of(own.measured_split)), _own_frames(own)
    raise FileUnreadableError(
        f"{data} holds neither a prepared set ({TABLE}) nor a benchmark ({bench.TABLE}): make a set with "
        "veritile train prepare."
    )


def _own_frames(own: OwnSet) -> Iterator[Judged]:
    """The faces of the measured split; a clip is a person, and no two frames are taken for a pair."""
    for number, face in enumerate(own.of(own.measured_split)):
        # The size that counts is the one in the user's picture, not in the crop.
        box = (0.0, 0.0, face.original_px, face.original_px)
        frame = BenchFrame(
            file=face.file,
            set=set_name(face.split),
            clip=face.identity,
            fake=face.fake,
            kind="own",
            frame=number,
            box=box,
        )
        yield frame, face.box, own.read(face)
