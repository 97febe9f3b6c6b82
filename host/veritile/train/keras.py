"""The published MesoNet weights, Keras' HDF5 files, as networks of ours.

Meso4 and MesoInception4 are told apart by their layers. The published weights
answer P(real): so does what is imported, and its metadata say so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from operator import itemgetter
from pathlib import Path
from typing import Final

import h5py
import numpy as np
import onnxruntime as ort
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import nn

from veritile.errors import CorruptImageError, FileUnreadableError, ModelError, ModelMissingError
from veritile.train.export import Metadata, export, set_front_matter
from veritile.train.nets.mesonet import Inception, MesoNet, meso4, meso_inception4

Layer = dict[str, NDArray[np.float32]]
SIZE: Final = 256
"""Side of the published networks' input in pixels."""
TOLERANCE: Final = 0.001
"""Of a known answer, which is published with three digits."""
_MOST_NUMBERS: Final = 1_000_000
"""In one layer; theirs have up to 16,384. More are not read into memory."""
_HDF5: Final = b"\x89HDF\r\n\x1a\n"
_NETWORKS: Final = {
    "meso4": (meso4, (4, 4, 2)),
    "mesoinception4": (meso_inception4, (16, 4, 2)),
}
"""By architecture: how to build it, and how many convolutions, normalisations and dense layers it has."""
_NORM_KEYS: Final = {
    "weight": "gamma",
    "bias": "beta",
    "running_mean": "moving_mean",
    "running_var": "moving_variance",
}


def import_keras(
    weights: Path, out: Path, *, licence: str, known: Sequence[tuple[Path, float]] = ()
) -> tuple[str, list[float]]:
    """Convert a weight file and write the card beside the result.

    Args:
        weights: Keras HDF5 file.
        out: ONNX file to write; its name without the ending becomes the model's.
        licence: of the weights.
        known: face crops with their known P(real).

    Returns:
        The file's SHA-256 and its answers to the known pictures.

    Raises:
        ModelError: the file is not there or holds another network, or an answer is not the known one;
            then nothing is left at `out`.
        FileUnreadableError, CorruptImageError: a known picture cannot be used.
    """
    net, architecture = read_keras(weights)
    metadata = Metadata(
        name=out.stem,
        version=weights.stem,
        licence=licence,
        input_size=SIZE,
        architecture=architecture,
        output="p_real",
    )
    digest = export(net, out, metadata)
    try:
        answers = [check_picture(out, picture, expected) for picture, expected in known]
    except Exception:
        out.unlink()
        raise
    set_front_matter(out.with_suffix(".md"), metadata.front_matter(out.name, digest))
    return digest, answers


def read_keras(path: Path) -> tuple[MesoNet, str]:
    """The network of a weight file, ready to be asked, and its architecture.

    Raises:
        ModelMissingError: there is no such file.
        ModelError: it cannot be read, or holds neither Meso4 nor MesoInception4.
    """
    layers = _read_layers(path)
    counts = tuple(len(kind) for kind in layers)
    for architecture, (make, expected) in _NETWORKS.items():
        if counts == expected:
            net = make(size=SIZE)
            try:
                _fill(net, *layers)
            except (KeyError, ValueError) as error:
                raise _foreign(path, f"a layer is {error}") from error
            return net.eval(), architecture
    found = "{} convolutions, {} normalisations and {} dense layers".format(*counts)
    raise _foreign(path, f"it has {found}")


def check_picture(model: Path, picture: Path, expected: float) -> float:
    """Run an imported file on a face crop, the whole picture, and return P(real).

    Raises:
        FileUnreadableError, CorruptImageError: the picture cannot be used.
        ModelError: the answer is further than `TOLERANCE` from `expected`.
    """
    if not picture.is_file():
        raise FileUnreadableError(f"{picture} is missing: give a face crop with its known answer.")
    try:
        with Image.open(picture) as opened:
            # As Keras' own loader resizes, so that the published answers come out.
            crop = np.asarray(opened.convert("RGB").resize((SIZE, SIZE), Image.Resampling.NEAREST))
    except (OSError, Image.DecompressionBombError) as error:
        raise CorruptImageError(
            f"{picture} is no picture: give a face crop with its known answer."
        ) from error
    session = ort.InferenceSession(model, providers=["CPUExecutionProvider"])
    answer = float(np.asarray(session.run(None, {"pixels": crop[None]})[0]).item())
    if abs(answer - expected) > TOLERANCE:
        raise ModelError(
            f"The weights answer {answer:.4f} for {picture.name} instead of {expected:.4f}: they are not "
            "those that the answer is known of, or the picture is another."
        )
    return answer


def _read_layers(path: Path) -> tuple[list[Layer], list[Layer], list[Layer]]:
    """Convolutions, normalisations and dense layers, each in the order in which Keras numbered them."""
    try:
        with path.open("rb") as file:
            start = file.read(len(_HDF5))
    except OSError as error:
        raise ModelMissingError(
            f"{path} cannot be read ({error.strerror}): give the path of a Keras weight file (.h5)."
        ) from error
    if start != _HDF5:
        raise ModelError(f"{path} is no HDF5 file: give the .h5 file that the weights were published in.")
    found: dict[str, list[tuple[int, Layer]]] = {"conv2d": [], "batch_normalization": [], "dense": []}
    try:
        with h5py.File(path) as file:
            # A whole model keeps its weights one level down.
            layers = file.get("model_weights", file)
            for name in layers:
                match = re.fullmatch(r"(conv2d|batch_normalization|dense)(?:_(\d+))?", name)
                if match and isinstance(layers[name], h5py.Group):
                    found[match[1]].append((int(match[2] or 0), _layer(layers[name], path)))
    except (OSError, RuntimeError, KeyError, TypeError, ValueError) as error:
        raise ModelError(
            f"{path} is a damaged HDF5 file, perhaps cut short: fetch it again and compare its size."
        ) from error
    convolutions, norms, dense = (
        [layer for _, layer in sorted(kind, key=itemgetter(0))] for kind in found.values()
    )
    return convolutions, norms, dense


def _layer(group: h5py.Group, path: Path) -> Layer:
    weights: Layer = {}

    def take(key: str, item: object) -> None:
        if isinstance(item, h5py.Dataset):
            if item.size > _MOST_NUMBERS:
                raise _foreign(path, f"a layer holds {item.size:,} numbers")
            weights[key.rsplit("/", 1)[-1].removesuffix(":0")] = np.asarray(item, np.float32)

    group.visititems(take)
    return weights


def _foreign(path: Path, reason: str) -> ModelError:
    return ModelError(
        f"{path} holds neither Meso4 nor MesoInception4 for {SIZE} px ({reason}): only these two "
        "can be imported."
    )


def _fill(net: MesoNet, convolutions: list[Layer], norms: list[Layer], dense: list[Layer]) -> None:
    """Copy every layer in; KeyError or ValueError names what does not fit."""
    waiting = iter(convolutions)
    for block, norm in zip(net.blocks, norms, strict=True):
        features = block["features"]
        if isinstance(features, Inception):
            _fill_inception(features, [next(waiting) for _ in range(7)])
        else:
            _fill_convolution(features.conv, next(waiting))
        for name, key in _NORM_KEYS.items():
            _copy(getattr(block["norm"], name), _get(norm, key))
    # Keras flattens rows, columns, channels; PyTorch channels, rows, columns.
    side = SIZE // 32
    kernel = _get(dense[0], "kernel").reshape(side, side, -1, net.hidden.out_features)
    _copy(net.hidden.weight, kernel.transpose(3, 2, 0, 1).reshape(net.hidden.out_features, -1))
    _copy(net.hidden.bias, _get(dense[0], "bias"))
    _copy(net.out.weight, _get(dense[1], "kernel").T)
    _copy(net.out.bias, _get(dense[1], "bias"))


def _fill_inception(block: Inception, layers: list[Layer]) -> None:
    """Seven Keras layers: the 1x1 of the first branch, then 1x1 and 3x3 of each of the other three."""
    reduce = [layers[0], *layers[1::2]]
    _copy(block.reduce.weight, np.concatenate([_kernel(layer) for layer in reduce]))
    _copy(block.reduce.bias, np.concatenate([_get(layer, "bias") for layer in reduce]))
    for convolution, layer in zip(block.reach, layers[2::2], strict=True):
        _fill_convolution(convolution, layer)


def _fill_convolution(convolution: nn.Module, layer: Layer) -> None:
    _copy(convolution.weight, _kernel(layer))
    _copy(convolution.bias, _get(layer, "bias"))


def _kernel(layer: Layer) -> NDArray[np.float32]:
    """Keras' (rows, columns, in, out) as PyTorch's (out, in, rows, columns)."""
    return _get(layer, "kernel").transpose(3, 2, 0, 1)


def _get(layer: Layer, key: str) -> NDArray[np.float32]:
    if key not in layer:
        raise ValueError(f"without its {key}")
    return layer[key]


def _copy(into: object, values: NDArray[np.float32]) -> None:
    assert isinstance(into, torch.Tensor)
    if into.shape != values.shape:
        raise ValueError(f"{values.shape} where {tuple(into.shape)} belongs")
    with torch.no_grad():
        into.copy_(torch.from_numpy(np.ascontiguousarray(values)))
