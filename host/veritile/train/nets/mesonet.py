"""The two MesoNet networks (Afchar et al., WIFS 2018, arXiv 1809.00888) in PyTorch.

Here so that the four published weight files run through the same evaluation,
and as what other networks are compared with. The paper's dropout is left out:
so small a network does not learn by heart what is drawn anew each time.
"""

from __future__ import annotations

import copy
from typing import Final, cast

import torch
from torch import Tensor, nn
from torch.nn import functional

BATCH_NORM_EPS: Final = 1e-3
"""Keras' default, which the published weights were trained with."""


class Inception(nn.Module):
    """Four parallel branches of growing reach: 1x1, 3x3, and 3x3 dilated by 2 and by 3.

    The 1x1 convolutions that all four start with are one convolution here.
    """

    def __init__(self, channels: int, a: int, b: int, c: int, d: int) -> None:
        super().__init__()
        self.widths = (a, b, c, d)
        self.reduce = nn.Conv2d(channels, a + b + c + d, 1)
        self.reach = nn.ModuleList(
            nn.Conv2d(n, n, 3, padding=dilation, dilation=dilation)
            for dilation, n in enumerate((b, c, d), start=1)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(N, channels, H, W) -> (N, a + b + c + d, H, W)."""
        near, *reduced = functional.relu(self.reduce(x)).split(self.widths, dim=1)
        far = [functional.relu(reach(part)) for reach, part in zip(self.reach, reduced, strict=True)]
        return torch.cat([near, *far], dim=1)


class Convolution(nn.Module):
    """A square convolution that keeps the size, and its ReLU."""

    def __init__(self, channels: int, filters: int, side: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, filters, side, padding=side // 2)

    def forward(self, x: Tensor) -> Tensor:
        """(N, channels, H, W) -> (N, filters, H, W)."""
        return functional.relu(self.conv(x))


class Residual(nn.Module):
    """What is left of a picture when its local mean is taken away: texture and seams, not colour or light."""

    gain: Final = 10.0
    """Brings the residual of a photograph, a few levels of 255, to the order of 1."""

    def __init__(self) -> None:
        super().__init__()
        kernel = torch.full((3, 1, 3, 3), -1 / 9)
        kernel[:, :, 1, 1] += 1
        self.register_buffer("kernel", kernel * self.gain, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, H, W) -> (N, 3, H, W)."""
        return functional.conv2d(functional.pad(x, (1, 1, 1, 1), mode="replicate"), self.kernel, groups=3)


class MesoNet(nn.Module):
    """Four blocks of convolution, batch normalisation and pooling, then a small dense head.

    In: (N, 3, size, size) float32, RGB in 0-1. Out: (N,) log-odds of the class
    that the weights call 1 (fake in ours, real in the published ones).
    """

    def __init__(self, blocks: list[tuple[nn.Module, int, int]], *, size: int) -> None:
        """Build from (module, its output channels, its pool) for each block.

        Args:
            blocks: the convolutional part.
            size: side of the input in pixels, a multiple of all pools' product.
        """
        super().__init__()
        self.size = size
        self.blocks = nn.ModuleList(
            nn.ModuleDict(
                {
                    "features": module,
                    "norm": nn.BatchNorm2d(filters, eps=BATCH_NORM_EPS),
                    "pool": nn.MaxPool2d(pool),
                }
            )
            for module, filters, pool in blocks
        )
        for _, _, pool in blocks:
            size //= pool
        self.hidden = nn.Linear(blocks[-1][1] * size * size, 16)
        self.out = nn.Linear(16, 1)
        self.pool_first = [False] * len(blocks)
        """Of each block: pool before normalising, which is equal for a rising normalisation, and cheaper."""

    def forward(self, x: Tensor) -> Tensor:
        """(N, 3, size, size) -> (N,) log-odds."""
        for block, pool_first in zip(self.blocks, self.pool_first, strict=True):
            x = block["features"](x)
            x = block["norm"](block["pool"](x)) if pool_first else block["pool"](block["norm"](x))
        x = functional.leaky_relu(self.hidden(x.flatten(1)), 0.1)
        return self.out(x).squeeze(1)

    def folded(self) -> MesoNet:
        """A copy for use, not training: the last normalisation in the dense layer, others behind the pool."""
        net = copy.deepcopy(self)
        net.eval()
        last = net.blocks[-1]
        if _may_follow_pool(last["norm"]):
            _fold_into_dense(last["norm"], net.hidden)
            last["norm"] = nn.Identity()
        net.pool_first = [_may_follow_pool(block["norm"]) for block in net.blocks]
        return net


def _may_follow_pool(norm: nn.Module) -> bool:
    """Whether max(norm(x)) = norm(max(x)): only a rising map may change places with a maximum."""
    return not isinstance(norm, nn.BatchNorm2d) or bool((norm.weight > 0).all())


def _fold_into_dense(norm: nn.Module, dense: nn.Linear) -> None:
    """Make dense(x) equal to what dense(norm(x)) was; there is no padding in between, so this is exact."""
    norm = cast(nn.BatchNorm2d, norm)
    mean, variance = cast(Tensor, norm.running_mean), cast(Tensor, norm.running_var)
    with torch.no_grad():
        scale = norm.weight / torch.sqrt(variance + norm.eps)
        shift = norm.bias - mean * scale
        weight = dense.weight.reshape(dense.out_features, len(scale), -1)
        dense.bias += (weight * shift[None, :, None]).sum(dim=(1, 2))
        dense.weight.copy_((weight * scale[None, :, None]).reshape(dense.weight.shape))


def meso_inception4(*, size: int = 256) -> MesoNet:
    """MesoInception4: 28,615 parameters at 256 px, of which the dense layer's follow the input's size."""
    return MesoNet(
        [
            (Inception(3, 1, 4, 4, 2), 11, 2),
            (Inception(11, 2, 4, 4, 2), 12, 2),
            (Convolution(12, 16, 5), 16, 2),
            (Convolution(16, 16, 5), 16, 4),
        ],
        size=size,
    )


def meso4(*, size: int = 256) -> MesoNet:
    """Meso4: 27,977 parameters at 256 px."""
    return MesoNet(
        [
            (Convolution(3, 8, 3), 8, 2),
            (Convolution(8, 8, 5), 8, 2),
            (Convolution(8, 16, 5), 16, 2),
            (Convolution(16, 16, 5), 16, 4),
        ],
        size=size,
    )
