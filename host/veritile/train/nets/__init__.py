"""The networks that can be trained and exported: one file each, and one row here.

Every network is a module with an attribute `size` that turns (N, 3, size, size)
float32 pictures, RGB in 0-1, into (N,) log-odds of the class that its weights call 1.
One that has `score_and_map` also learns where a picture was changed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from torch import nn

from veritile.errors import ModelMetadataError
from veritile.train.nets.mesonet import meso4, meso_inception4
from veritile.train.nets.mesoresnet import meso_resnet
from veritile.train.nets.mesotexture import meso_texture

NETWORKS: Final[dict[str, Callable[..., nn.Module]]] = {
    "meso4": meso4,
    "mesoinception4": meso_inception4,
    "mesoresnet": meso_resnet,
    "mesotexture": meso_texture,
}
"""By the name that stands as `architecture` in the metadata of an exported file."""


def build(architecture: str, *, size: int) -> nn.Module:
    """A network by name, with random weights.

    Args:
        architecture: a key of `NETWORKS`.
        size: side of the input in pixels.

    Raises:
        ModelMetadataError: there is no network of that name.
    """
    if architecture not in NETWORKS:
        raise ModelMetadataError(
            f"There is no network {architecture!r}: it must be one of {', '.join(NETWORKS)}."
        )
    return NETWORKS[architecture](size=size)


def parameter_count(net: nn.Module) -> int:
    """Trainable numbers in a network."""
    return sum(p.numel() for p in net.parameters() if p.requires_grad)
