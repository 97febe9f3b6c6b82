"""Where a score came from: the map finds the part that a network looks at."""

import numpy as np
import pytest

import pictures
from veritile.frame.card import read_card
from veritile.frame.model import Model
from veritile.frame.occlusion import CELLS, heat_map

BOX = (180.0, 63.0, 92.0, 115.0)


class OneCorner:
    """A network that looks at the fine texture of the lower right of what it is shown."""

    info = Model.load(read_card()).info

    def log_odds(self, crop: np.ndarray) -> float:
        part = crop[crop.shape[0] // 2 :, crop.shape[1] // 2 :].astype(float)
        return float(np.abs(np.diff(part, axis=0)).mean())


def test_the_map_is_where_the_network_looks() -> None:
    found = heat_map(OneCorner(), pictures.astronaut(), BOX)  # type: ignore[arg-type]
    half = CELLS // 2
    assert found.values.shape == (CELLS, CELLS)
    assert found.values[half:, half:].sum() > 0.6 * found.values.sum()
    assert found.values[: half - 2, : half - 2].max() < 1e-3 * found.values.max()
    assert found.shares.max() == pytest.approx(1)


def test_the_overlay_is_a_picture_of_the_crop() -> None:
    found = heat_map(Model.load(read_card()), pictures.astronaut(), BOX)
    left, top, side = found.square
    assert (left + side / 2, top + side / 2) == (pytest.approx(226, abs=1), pytest.approx(120.5, abs=1))
    assert found.overlay(200).shape == (200, 200, 3)
