"""MesoTexture: statistics of a face's texture beside those of its surroundings, judged by a small network.

As in MesoNet (Afchar et al., WIFS 2018) the evidence is of middle scale: how much detail there is of each
scale, in light and colours, how it is spread and how light and colours go together. A network that is free to
choose its filters learns from few swaps whose faces they put on. So this one's are fixed: five
Gaussian scales, their energies on a grid of places, then mean and spread over parts of the face and of
its surroundings. Only what follows is learnt. Nothing of who it is passes those statistics; that a face
is smoother or crisper than camera, hair and neck allow does.
"""

from __future__ import annotations

import math
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from veritile.errors import ModelMetadataError

SCALES: Final = (0.7, 1.4, 2.8, 5.6, 11.2)
"""Standard deviations of the successive Gaussian filters, in pixels of the input."""
_FINE: Final = 3
"""How many of them work on the picture as it is; the others on one of half its side."""
GRID: Final = 8
"""Side of a place of the grid, in pixels of the input."""
STATISTICS: Final = 420
"""Numbers that describe a picture: mean and spread of 30 maps over 7 parts."""
_HIDDEN: Final = (128, 64)
_FAR: Final = 4.0
"""Beyond so many standard deviations a statistic tells nothing more."""


class MesoTexture(nn.Module):
    """In: (N, 3, size, size) float32, RGB in 0-1; `size` a multiple of 16. Out: (N,) log-odds of fake."""

    def __init__(self, *, size: int) -> None:
        super().__init__()
        self.size = size
        for number, sigma in enumerate(SCALES):
            fine = number < _FINE
            blur = _blur(size if fine else size // 2, sigma if fine else sigma / 2)
            self.register_buffer(f"blur{number}", blur, persistent=False)
        self.register_buffer("parts", _parts(size // GRID), persistent=False)
        self.register_buffer("mean", torch.zeros(STATISTICS))
        self.register_buffer("spread", torch.ones(STATISTICS))
        self.head = nn.Sequential(
            nn.Linear(STATISTICS, _HIDDEN[0]),
            nn.ReLU(),
            nn.Dropout(0.1),
            nn.Linear(*_HIDDEN),
            nn.ReLU(),
            nn.Linear(_HIDDEN[1], 1),
        )

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, size, size) -> (N,) log-odds."""
        return self.judge(self.statistics(x))

    def judge(self, statistics: Tensor) -> Tensor:
        """(N, STATISTICS) -> (N,) log-odds."""
        known = ((statistics - self.mean) / self.spread).clamp(-_FAR, _FAR)
        return torch.Tensor(self.head(known).squeeze(1))

    def standardise(self, statistics: Tensor) -> None:
        """Learn from (N, STATISTICS) what is usual."""
        self.mean.copy_(statistics.mean(dim=0))
        self.spread.copy_(statistics.std(dim=0) + 1e-3)

    def statistics(self, x: Tensor) -> Tensor:
        """(N, 3, size, size) -> (N, STATISTICS): what a picture is judged by."""
        maps = self._maps(x.float()).flatten(2)
        mean = maps @ self.parts
        spread = (((maps * maps) @ self.parts - mean * mean).clamp(min=0) + 1e-3).sqrt()
        return torch.cat([mean, spread], dim=2).flatten(1)

    def _maps(self, x: Tensor) -> Tensor:
        """(N, 30, places, places): energies of light and colours, the light's peakedness, correlations."""
        energies, details = self._energies(_colours(x))
        light = energies[:, 0]
        maps = [part for colour in energies.unbind(1) for part in colour.unbind(1)]
        for number, detail in enumerate(details):
            amount = light[:, number].exp()
            maps.append(3 * torch.log(_places(detail[:, 0].abs(), self.size) / amount + 0.05))
            for colour in (1, 2):
                together = _places(detail[:, 0] * detail[:, colour], self.size)
                maps.append(together / (amount * energies[:, colour, number].exp()))
        return torch.stack(maps, dim=1)

    def _energies(self, colours: Tensor) -> tuple[Tensor, list[Tensor]]:
        """(N, 3, 5, places, places) logarithms of the root mean square, and the details themselves."""
        details: list[Tensor] = []
        rest = colours
        for number in range(len(SCALES)):
            if number == _FINE:
                rest = functional.avg_pool2d(rest, 2)
            blur = getattr(self, f"blur{number}")
            coarser = blur @ rest @ blur.T
            details.append(rest - coarser)
            rest = coarser
        squares = [_places(detail * detail, self.size) for detail in details]
        return 0.5 * torch.log(torch.stack(squares, dim=2) + 1e-6), details


def _colours(x: Tensor) -> Tensor:
    """RGB -> logarithm of light, and two colours against it, so that more light changes little."""
    light = 0.299 * x[:, 0] + 0.587 * x[:, 1] + 0.114 * x[:, 2]
    blue, red = ((x[:, channel] - light) / (light + 0.1) for channel in (2, 0))
    return torch.stack([torch.log(light + 0.05), 0.564 * blue, 0.713 * red], dim=1)


def _places(x: Tensor, size: int) -> Tensor:
    """Mean over each place of the grid; of (N, 3, …) or (N, …) pictures of full or half side."""
    side = GRID * x.shape[-1] // size
    return functional.avg_pool2d(x, side) if x.dim() == 4 else functional.avg_pool2d(x[:, None], side)[:, 0]


def _blur(side: int, sigma: float) -> Tensor:
    """(side, side): a Gaussian filter along one axis, mirrored at the edges; a matrix product is fastest."""
    reach = max(1, math.ceil(4 * sigma))
    weights = [math.exp(-0.5 * (offset / sigma) ** 2) for offset in range(-reach, reach + 1)]
    matrix = torch.zeros(side, side)
    for row in range(side):
        for offset, weight in zip(range(-reach, reach + 1), weights, strict=True):
            column = abs(row + offset)
            column = column if column < side else 2 * (side - 1) - column
            if 0 <= column < side:
                matrix[row, column] += weight
    return matrix / matrix.sum(dim=1, keepdim=True)


def _parts(side: int) -> Tensor:
    """(side², 7): weights of a mean over each part of a centred face, and of what is around it."""
    away = (torch.arange(side) - (side - 1) / 2) / side
    y, x = away[:, None].expand(side, side), away[None, :].expand(side, side)
    radius = torch.sqrt(x * x + y * y)
    face, around = radius <= 0.28, radius >= 0.42
    parts = [
        face,
        radius >= 0.45,
        face & (y < -0.06),
        face & (y > 0.08),
        (radius > 0.3) & (radius < 0.42),
        around & (y > 0.25),
        around & (y < -0.1),
    ]
    return torch.stack([part.flatten() / part.sum() for part in parts], dim=1)


def meso_texture(*, size: int) -> MesoTexture:
    """With random weights.

    Raises:
        ModelMetadataError: the size does not fit.
    """
    if size < 64 or size % (2 * GRID):
        raise ModelMetadataError(
            f"A side of {size} pixels does not fit MesoTexture: take a multiple of {2 * GRID} from 64 up."
        )
    return MesoTexture(size=size)
