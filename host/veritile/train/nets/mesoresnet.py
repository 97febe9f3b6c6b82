"""MesoResNet: a shallow residual network of our own that looks at texture before it looks at faces.

As in MesoNet (Afchar et al., WIFS 2018) the evidence is of middle scale: seams, and skin of
another make than its surroundings. So the first layer sees the picture beside what is
left of it without its local mean, nothing is thrown away before some filtering at full
resolution, and the depth stops at a sixteenth of the input. While training, a second
head says where in the picture the face was changed: one answer a picture teaches little,
a map of them teaches where to look.
"""

from __future__ import annotations

from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from veritile.errors import ModelMetadataError
from veritile.train.nets.mesonet import Residual

_STEM: Final = (12, 24)
_STAGES: Final = ((48, 2), (80, 2), (128, 2))
"""(channels, blocks) of each stage; every stage halves the picture."""
_MAP_STAGE: Final = 1
"""Stage at whose resolution the map is drawn: an eighth of the input."""
MAP_SHRINKING: Final = 8
_DROPOUT: Final = 0.2


class Block(nn.Module):
    """Two 3x3 convolutions added to what they were given (He et al., CVPR 2016)."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.first = _convolution(inputs, outputs, stride)
        self.second = _convolution(outputs, outputs)
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
    """In: (N, 3, size, size) float32, RGB in 0-1; `size` a multiple of 16. Out: (N,) log-odds of fake."""

    def __init__(self, *, size: int) -> None:
        super().__init__()
        self.size = size
        self.residual = Residual()
        self.stem = nn.Sequential(
            _convolution(6, _STEM[0]), nn.ReLU(), _convolution(*_STEM, stride=2), nn.ReLU()
        )
        stages: list[nn.Module] = []
        inputs = _STEM[1]
        for outputs, count in _STAGES:
            blocks = [Block(inputs, outputs, stride=2), *(Block(outputs, outputs) for _ in range(count - 1))]
            stages.append(nn.Sequential(*blocks))
            inputs = outputs
        self.stages = nn.ModuleList(stages)
        self.dropout = nn.Dropout(_DROPOUT)
        self.out = nn.Linear(inputs, 1)
        self.map_fine = nn.Conv2d(_STAGES[_MAP_STAGE][0], 32, 1)
        self.map_coarse = nn.Conv2d(inputs, 32, 1)
        self.map_out = nn.Conv2d(32, 1, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, size, size) -> (N,) log-odds."""
        return self._score(self._features(x)[-1])

    def score_and_map(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """(N, 3, size, size) -> (N,) log-odds, and (N, size / 8, size / 8) log-odds of each place."""
        features = self._features(x)
        fine, coarse = self.map_fine(features[_MAP_STAGE]), self.map_coarse(features[-1])
        both = fine + functional.interpolate(coarse, size=fine.shape[-2:], mode="nearest")
        return self._score(features[-1]), self.map_out(functional.relu(both)).squeeze(1)

    def _features(self, x: Tensor) -> list[Tensor]:
        x = self.stem(torch.cat([x * 4 - 2, self.residual(x)], dim=1))
        features = []
        for stage in self.stages:
            x = stage(x)
            features.append(x)
        return features

    def _score(self, features: Tensor) -> Tensor:
        return self.out(self.dropout(features.mean(dim=(2, 3)))).squeeze(1)


def _convolution(inputs: int, outputs: int, stride: int = 1) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, stride=stride, padding=1, bias=False), nn.BatchNorm2d(outputs)
    )


def meso_resnet(*, size: int) -> MesoResNet:
    """With random weights.

    Raises:
        ModelMetadataError: the size is no multiple of 16, so that the parts of the network would not meet.
    """
    if size < 16 or size % 16:
        raise ModelMetadataError(f"MesoResNet sees squares of a multiple of 16 pixels, not of {size}.")
    return MesoResNet(size=size)
