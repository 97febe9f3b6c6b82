"""The device that PyTorch computes on."""

from __future__ import annotations

import torch

from veritile.errors import ModelError


def usable(name: str) -> str:
    """What `auto` stands for; any other name as it is, if PyTorch can use it.

    Raises:
        ModelError: it cannot.
    """
    if name == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        torch.zeros(1, device=name)
    except (RuntimeError, AssertionError) as error:
        raise ModelError(f"PyTorch cannot use {name!r}: choose cpu, or auto.") from error
    return name
