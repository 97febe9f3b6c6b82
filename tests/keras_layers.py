"""Keras weight files of the two MesoNets, and what Keras computes with them, in plain NumPy.

Written from Keras' documentation of its layers and from the networks' paper (Afchar et al., WIFS 2018),
not from our networks: channels last, SAME padding, epsilon 0.001, leaky slope 0.1.
"""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Weights = dict[str, dict[str, Floats]]
MESO4 = (("conv", 8, 3, 2), ("conv", 8, 5, 2), ("conv", 16, 5, 2), ("conv", 16, 5, 4))
MESOINCEPTION4 = (
    ("inception", (1, 4, 4, 2), 0, 2),
    ("inception", (2, 4, 4, 2), 0, 2),
    ("conv", 16, 5, 2),
    ("conv", 16, 5, 4),
)
"""Per block: kind, filters, side of the kernel, side of the pool."""


def random_weights(blocks: tuple, seed: int = 0, *, first: int = 1) -> Weights:
    """Layers by Keras' names, numbered from `first`; values that keep the activations near 1."""
    rng = np.random.default_rng(seed)
    layers: Weights = {}

    def name(kind: str) -> str:
        number = first + sum(layer.startswith(f"{kind}_") for layer in layers)
        return f"{kind}_{number}"

    def convolution(channels: int, filters: int, side: int) -> None:
        kernel = rng.normal(0, np.sqrt(2 / (channels * side * side)), (side, side, channels, filters))
        layers[name("conv2d")] = {"kernel": kernel, "bias": rng.normal(0, 0.1, filters)}

    channels = 3
    for kind, filters, side, _pool in blocks:
        if kind == "conv":
            convolution(channels, filters, side)
            channels = filters
        else:
            for branch, width in enumerate(filters):
                convolution(channels, width, 1)
                if branch:
                    convolution(width, width, 3)
            channels = sum(filters)
        layers[name("batch_normalization")] = {
            "gamma": rng.uniform(-1.5, 1.5, channels),
            "beta": rng.normal(0, 0.3, channels),
            "moving_mean": rng.normal(0, 0.5, channels),
            "moving_variance": rng.uniform(0.3, 2, channels),
        }
    layers[name("dense")] = {"kernel": rng.normal(0, 0.03, (8 * 8 * 16, 16)), "bias": rng.normal(0, 0.3, 16)}
    layers[name("dense")] = {"kernel": rng.normal(0, 0.5, (16, 1)), "bias": rng.normal(0, 0.3, 1)}
    return {
        layer: {key: values.astype(np.float32).astype(np.float64) for key, values in arrays.items()}
        for layer, arrays in layers.items()
    }


def write_h5(path: Path, layers: Weights, *, inside: str = "") -> Path:
    """As Keras writes them: group/group/array:0; `inside` is where a whole model keeps its weights."""
    with h5py.File(path, "w") as file:
        for layer, arrays in layers.items():
            for key, values in arrays.items():
                file[f"{inside}{layer}/{layer}/{key}:0"] = values.astype(np.float32)
    return path


def log_odds(blocks: tuple, layers: Weights, pictures: Floats) -> Floats:
    """What goes into the last sigmoid for (N, 256, 256, 3) pictures in 0-1: (N,)."""
    order = {
        kind: iter([layers[name] for name in layers if name.startswith(kind)])
        for kind in ("conv2d", "batch", "dense")
    }
    x = pictures
    for kind, filters, _side, pool in blocks:
        if kind == "conv":
            x = _relu(_convolve(x, next(order["conv2d"])))
        else:
            branches = []
            for branch in range(len(filters)):
                y = _relu(_convolve(x, next(order["conv2d"])))
                if branch:
                    y = _relu(_convolve(y, next(order["conv2d"]), dilation=branch))
                branches.append(y)
            x = np.concatenate(branches, axis=-1)
        norm = next(order["batch"])
        x = (x - norm["moving_mean"]) / np.sqrt(norm["moving_variance"] + 1e-3)
        x = x * norm["gamma"] + norm["beta"]
        n, height, width, channels = x.shape
        x = x.reshape(n, height // pool, pool, width // pool, pool, channels).max(axis=(2, 4))
    hidden, out = order["dense"]
    x = x.reshape(len(x), -1) @ hidden["kernel"] + hidden["bias"]
    x = np.where(x > 0, x, 0.1 * x)
    return (x @ out["kernel"] + out["bias"])[:, 0]


def _convolve(x: Floats, layer: dict[str, Floats], *, dilation: int = 1) -> Floats:
    """SAME padding, stride 1; one product for each place in the kernel."""
    kernel = layer["kernel"]
    side = kernel.shape[0]
    reach = dilation * (side // 2)
    padded = np.pad(x, ((0, 0), (reach, reach), (reach, reach), (0, 0)))
    height, width = x.shape[1:3]
    total = np.zeros((*x.shape[:3], kernel.shape[3]))
    for row in range(side):
        for column in range(side):
            top, left = row * dilation, column * dilation
            total += padded[:, top : top + height, left : left + width] @ kernel[row, column]
    return total + layer["bias"]


def _relu(x: Floats) -> Floats:
    return np.maximum(x, 0)
