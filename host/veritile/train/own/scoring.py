"""A network asked about the faces of a prepared set as they were cut out."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from veritile.errors import ModelError
from veritile.frame.crop import crop_face
from veritile.train.heldout import as_input
from veritile.train.own.table import OwnSet


def score(net: nn.Module, own: OwnSet, split: str, *, size: int, margin: float) -> NDArray[np.float64]:
    """Log-odds of a network for every face of a split, in the table's order."""
    device = next(net.parameters()).device
    faces = own.of(split)
    scores: list[NDArray[np.float64]] = []
    net.eval()
    with torch.no_grad():
        for start in range(0, len(faces), 64):
            pixels = np.stack(
                [
                    crop_face(own.read(face), face.box, margin=margin, size=size)
                    for face in faces[start : start + 64]
                ]
            )
            scores.append(net(as_input(torch.from_numpy(pixels).to(device))).double().cpu().numpy())
    found = np.concatenate(scores)
    if not np.isfinite(found).all():
        raise ModelError("The weights have become infinite: start again with a lower --learning-rate.")
    return found
