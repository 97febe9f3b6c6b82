"""MesoResNet: a shallow residual network of our own that judges small places, then the face.

As in MesoNet (Afchar et al., WIFS 2018) the evidence is of middle scale: seams, and skin of
another make than its surroundings. A network that sees a whole face learns whose face it is
sooner than how it was made. So this one never does: each place of its map answers for
a neighbourhood of about a third of the face (as in Chai et al., "What makes fake
images detectable?", ECCV 2020), is taught by the mask of what was changed, and the face's
log-odds are the mean over its inside. The first layer sees the picture beside what
is left of it without its local mean.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from veritile.errors import ModelMetadataError
from veritile.train.nets.mesonet import Residual

_STEM: Final = (16, 32)
_STAGES: Final = ((64, 2), (128, 2))
"""(channels, blocks) of each stage; every stage halves the picture."""
MAP_SHRINKING: Final = 8
"""Side of the input / side of the map."""
_INSIDE: Final = 0.28
"""Radius of the part of the map that counts, as a share of its side: within the face at a margin of 1.3."""


class Block(nn.Module):
    """Two 3x3 convolutions added to what they were given (He et al., CVPR 2016)."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1, reach: int = 3) -> None:
        super().__init__()
        self.first = _convolution(inputs, outputs, stride)
        self.second = _convolution(outputs, outputs, side=reach)
        changes = stride != 1 or inputs != outputs
        self.shortcut = (
            nn.Sequential(
                nn.AvgPool2d(stride), nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs)
            )
            if changes
            else nn.Identity()
        )

    def forward(self, x: Tensor) -> Tensor:
        """(N, inputs, H, W) -> (N, outputs, H / stride, W / stride)."""
        y = self.second(functional.relu(self.first(x)))
        return functional.relu(y + self.shortcut(x))


class MesoResNet(nn.Module):
    """In: (N, 3, size, size) float32, RGB in 0-1; `size` a multiple of 8. Out: (N,) log-odds of fake."""

    def __init__(self, *, size: int) -> None:
        super().__init__()
        self.size = size
        self.residual = Residual()
        self.stem = nn.Sequential(
            _convolution(6, _STEM[0]), nn.ReLU(), _convolution(*_STEM, stride=2), nn.ReLU()
        )
        blocks: list[nn.Module] = []
        inputs = _STEM[1]
        for outputs, count in _STAGES:
            blocks += [
                Block(inputs, outputs, stride=2),
                *(Block(outputs, outputs, reach=1) for _ in range(count - 1)),
            ]
            inputs = outputs
        self.blocks = nn.Sequential(*blocks)
        self.dropout = nn.Dropout2d(0.1)
        self.places = nn.Conv2d(inputs, 1, 1)
        side = size // MAP_SHRINKING
        away = torch.arange(side) - (side - 1) / 2
        inside = (away[:, None] ** 2 + away**2) <= (_INSIDE * side) ** 2
        self.register_buffer("inside", inside / inside.sum(), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, size, size) -> (N,) log-odds."""
        return self.score_and_map(x)[0]

    def score_and_map(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(N, 3, size, size) -> (N,) log-odds, and (N, size / 8, size / 8) log-odds of each place."""
        x = self.stem(torch.cat([x * 4 - 2, self.residual(x)], dim=1))
        places = self.places(self.dropout(self.blocks(x))).squeeze(1)
        return (places * self.inside).sum(dim=(1, 2)), places


def _convolution(inputs: int, outputs: int, stride: int = 1, side: int = 3) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, side, stride=stride, padding=side // 2, bias=False),
        nn.BatchNorm2d(outputs),
    )


def meso_resnet(*, size: int) -> MesoResNet:
    """With random weights.

    Raises:
        ModelMetadataError: the size does not fit.
    """
    if size < 32 or size % MAP_SHRINKING:
        raise ModelMetadataError(
            f"A side of {size} pixels does not fit MesoResNet: take a multiple of {MAP_SHRINKING} from 32 up."
        )
    return MesoResNet(size=size)
