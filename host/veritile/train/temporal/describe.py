"""What is kept of each look at a face: the fixed filters' statistics, the five points, and the time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray

from veritile.train.heldout import as_input
from veritile.train.nets.mesotexture import STATISTICS, MesoTexture
from veritile.train.temporal.sequences import SequenceSource
from veritile.video.temporal import Look

POINTS: Final = slice(STATISTICS, STATISTICS + 10)
TIME: Final = STATISTICS + 10
USED: Final = STATISTICS + 11
"""1 where there is a look, 0 where a sequence was shorter."""
WIDTH: Final = STATISTICS + 12

Described = NDArray[np.float32]
"""(…, length, WIDTH)."""


def describe(looks: Sequence[Look], net: MesoTexture, length: int) -> Described:
    """(length, WIDTH) of at most `length` looks; what is missing is 0."""
    table = np.zeros((length, WIDTH), dtype=np.float32)
    with torch.inference_mode():
        for row, look in zip(table, looks, strict=False):
            # One by one: a batch of them does not fit a processor's cache, and takes three times as long.
            row[:STATISTICS] = net.statistics(as_input(torch.from_numpy(look.crop[None])))[0].numpy()
            row[POINTS] = look.points
            row[TIME], row[USED] = look.t - looks[0].t, 1
    return table


def windows(looks: Sequence[Look], length: int) -> Iterator[Sequence[Look]]:
    """A clip in stretches of `length`, one after the other; the last one reaches back to be as long."""
    for start in range(0, len(looks), length):
        yield looks[max(0, min(start, len(looks) - length)) : start + length]


class DescribedSequences:
    """Sequences by number, described: (2, length, WIDTH) float32, the real one first."""

    def __init__(self, source: SequenceSource) -> None:
        self._source = source
        self._net: MesoTexture | None = None

    def __getitem__(self, number: int) -> Described:
        # Made in the process that uses it: filters are cheaper to make than to send.
        self._net = self._net or MesoTexture(size=self._source.size)
        net, length = self._net, self._source.length
        return np.stack([describe(looks, net, length) for looks in self._source[number]])
