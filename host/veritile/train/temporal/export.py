"""The temporal model as one ONNX file: from the crops of a stretch, its points and times to one answer."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Final

import numpy as np
import onnx
import onnxruntime as ort
import torch
from torch import Tensor, nn

from veritile.errors import ModelError
from veritile.train.export import TOLERANCE, Metadata, to_onnx, write
from veritile.train.temporal.network import MesoTemporal
from veritile.video.temporal import KIND

ARCHITECTURE: Final = "mesotemporal"


def export_temporal(net: MesoTemporal, path: Path, metadata: Metadata, *, length: int) -> str:
    """Write the network and check the file against it; returns the file's SHA-256.

    Args:
        net: that has learnt.
        path: of the file.
        metadata: its input size is that of the frame model's crops.
        length: frames of a stretch.

    Raises:
        ModelError: ONNX Runtime answers differently from PyTorch.
    """
    deployed = _Deployed(copy.deepcopy(net)).eval()
    model = to_onnx(deployed, _stretch(2, 3, metadata.input_size, seed=0), ("batch", "frames"))
    onnx.helper.set_model_props(model, metadata.entries() | {"kind": KIND, "frames": str(length)})
    data = model.SerializeToString()
    session = ort.InferenceSession(data, providers=["CPUExecutionProvider"])
    for batch, frames in ((1, length), (2, 8)):
        stretch = _stretch(batch, frames, metadata.input_size, seed=frames)
        with torch.inference_mode():
            expected = deployed(*stretch.values()).numpy()
        feed = {name: value.numpy() for name, value in stretch.items()}
        difference = float(np.abs(np.asarray(session.run(None, feed)[0]) - expected).max())
        if not difference <= TOLERANCE:
            raise ModelError(
                f"ONNX Runtime differs from PyTorch by {difference:g}: the export is wrong, so nothing was "
                "written; try another version of torch or onnxscript."
            )
    return write(path, data)


class _Deployed(nn.Module):
    """The network from pixels to answer."""

    def __init__(self, net: MesoTemporal) -> None:
        super().__init__()
        self.net = net

    def forward(self, pixels: Tensor, points: Tensor, seconds: Tensor) -> Tensor:
        """(N, T, size, size, 3) uint8, (N, T, 10), (N, T) -> (N,) log-odds."""
        batch, frames = pixels.shape[:2]
        pictures = pixels.flatten(0, 1).permute(0, 3, 1, 2).float() / 255
        statistics = self.net.frame.statistics(pictures).reshape(batch, frames, -1)
        used = torch.ones_like(seconds)
        looks = torch.cat([statistics, points, seconds[..., None], used[..., None]], dim=-1)
        return torch.Tensor(self.net(looks))


def _stretch(batch: int, frames: int, size: int, *, seed: int) -> dict[str, Tensor]:
    """Noise, coarse enough to have some structure, and points that wander."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (batch, frames, size // 8, size // 8, 3), dtype=np.uint8)
    pixels = coarse.repeat(8, axis=2).repeat(8, axis=3) // 2 + rng.integers(
        0, 100, (batch, frames, size, size, 3), dtype=np.uint8
    )
    points = rng.uniform(0.3, 0.7, (1, 1, 10)) + rng.normal(0, 0.01, (batch, frames, 10))
    seconds = np.cumsum(rng.uniform(0.1, 0.5, (batch, frames)), axis=1)
    return {
        "pixels": torch.from_numpy(pixels),
        "points": torch.from_numpy(points.astype(np.float32)),
        "seconds": torch.from_numpy(seconds.astype(np.float32)),
    }
