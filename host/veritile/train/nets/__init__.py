"""The networks that can be trained and exported: one file each, and one row here.

Every network is a module with an attribute `size` that turns (N, 3, size, size)
float32 pictures, RGB in 0-1, into (N,) log-odds of the class that its weights call 1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from torch import nn

from veritile.errors import ModelMetadataError
from veritile.train.nets.efficientnet import efficientnet_lite0
from veritile.train.nets.mesonet import meso4, meso_inception4

NETWORKS: Final[dict[str, Callable[..., nn.Module]]] = {
    "meso4": meso4,
    "mesoinception4": meso_inception4,
    "efficientnet-lite0": efficientnet_lite0,
}
"""By the name that stands as `architecture` in the metadata of an exported file."""
PRETRAINED: Final = frozenset({"efficientnet-lite0"})
"""Those that can start from weights learnt on ImageNet."""


def build(architecture: str, *, size: int, pretrained: bool = False) -> nn.Module:
    """A network by name.

    Args:
        architecture: a key of `NETWORKS`.
        size: side of the input in pixels.
        pretrained: start from ImageNet's weights.

    Raises:
        ModelMetadataError: there is no network of that name, or no weights to start it from.
    """
    if architecture not in NETWORKS or (pretrained and architecture not in PRETRAINED):
        kind = "pretrained network" if pretrained else "network"
        known = ", ".join(sorted(PRETRAINED if pretrained else NETWORKS))
        raise ModelMetadataError(f"There is no {kind} {architecture!r}: it must be one of {known}.")
    return NETWORKS[architecture](size=size, **({"pretrained": True} if pretrained else {}))


def parameter_count(net: nn.Module) -> int:
    """Trainable numbers in a network."""
    return sum(p.numel() for p in net.parameters() if p.requires_grad)
