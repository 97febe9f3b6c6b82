#!/usr/bin/env python3
"""Convert one of the published MesoNet weight files (Keras HDF5) to an ONNX file that Veritile can run.

    python scripts/import_keras.py Meso4_DF.h5 --out .train/baselines/meso4_df.onnx

Meso4 and MesoInception4 are told apart by their layers. The result outputs
P(real), as the published weights do, and its metadata say so. A card with the
file's SHA-256 is written beside it. With --check PICTURE=P(real) ... the file
is run on face crops whose answers are known, and refused when one is further
off than 0.001.
"""

from __future__ import annotations

import re
from operator import itemgetter
from pathlib import Path

import click
import h5py
import numpy as np
import onnxruntime as ort
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import nn

from veritile.errors import CorruptImageError, FileUnreadableError, ModelError, VeritileError
from veritile.train.export import Metadata, export, set_front_matter
from veritile.train.nets.mesonet import Inception, MesoNet, meso4, meso_inception4

Layer = dict[str, NDArray[np.float32]]
SIZE = 256
TOLERANCE = 0.001
NORM_KEYS = {
    "weight": "gamma",
    "bias": "beta",
    "running_mean": "moving_mean",
    "running_var": "moving_variance",
}


@click.command(help=__doc__)
@click.argument("weights", type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The ONNX file to write.")
@click.option("--licence", default="Apache-2.0", show_default=True, help="Licence of the weights.")
@click.option("--check", multiple=True, metavar="PICTURE=P", help="A face crop and its known P(real).")
def main(weights: Path, out: Path, licence: str, check: tuple[str, ...]) -> None:
    """Run the command; `--help` shows the module's text."""
    try:
        net = read_keras(weights)
        metadata = Metadata(
            name=out.stem,
            version=weights.stem,
            licence=licence,
            input_size=SIZE,
            architecture="mesoinception4" if isinstance(net.blocks[0]["features"], Inception) else "meso4",
            output="p_real",
        )
        digest = export(net, out, metadata)
        set_front_matter(out.with_suffix(".md"), metadata.front_matter(out.name, digest))
        for entry in check:
            picture, _, expected = entry.rpartition("=")
            check_picture(out, Path(picture), float(expected))
    except VeritileError as error:
        raise click.ClickException(str(error)) from error
    except ValueError as error:
        raise click.UsageError(f"Write --check as PICTURE=NUMBER ({error}).") from error
    click.echo(f"{out}: sha256 {digest}")


def read_keras(path: Path) -> MesoNet:
    """The network of a weight file.

    Raises:
        ModelError: the file cannot be read, or does not hold Meso4 or MesoInception4.
    """
    try:
        convolutions, norms, dense = _layers(path)
    except (OSError, KeyError, AttributeError) as error:
        raise ModelError(f"{path} is no Keras weight file: {error}.") from error
    counts = (len(convolutions), len(norms), len(dense))
    if counts not in ((4, 4, 2), (16, 4, 2)):
        raise ModelError(f"{path} holds neither Meso4 nor MesoInception4: its layers are {counts}.")
    net = meso4(size=SIZE) if counts[0] == 4 else meso_inception4(size=SIZE)
    waiting = iter(convolutions)
    try:
        for block, norm in zip(net.blocks, norms, strict=True):
            features = block["features"]
            if isinstance(features, Inception):
                _load_inception(features, [next(waiting) for _ in range(7)])
            else:
                _load_convolution(features.conv, next(waiting))
            for name, key in NORM_KEYS.items():
                _copy(getattr(block["norm"], name), norm[key])
        # Keras flattens rows, columns, channels; PyTorch channels, rows, columns.
        side = SIZE // 32
        hidden = dense[0]["kernel"].reshape(side, side, -1, net.hidden.out_features)
        _copy(net.hidden.weight, hidden.transpose(3, 2, 0, 1).reshape(net.hidden.out_features, -1))
        _copy(net.hidden.bias, dense[0]["bias"])
        _copy(net.out.weight, dense[1]["kernel"].T)
        _copy(net.out.bias, dense[1]["bias"])
    except (KeyError, ValueError, RuntimeError) as error:
        raise ModelError(f"{path} does not fit Meso4 or MesoInception4 at {SIZE} px: {error}.") from error
    net.eval()
    return net


def check_picture(model: Path, picture: Path, expected: float) -> None:
    """Run the file on a face crop (the whole picture) and compare P(real).

    Raises:
        FileUnreadableError, CorruptImageError: the picture cannot be used.
        ModelError: the answer is not the expected one.
    """
    if not picture.is_file():
        raise FileUnreadableError(f"{picture} is missing: give a face crop with its known answer.")
    try:
        with Image.open(picture) as opened:
            # As Keras' own loader resizes, so that the published answers come out.
            crop = np.asarray(opened.convert("RGB").resize((SIZE, SIZE), Image.Resampling.NEAREST))
    except OSError as error:
        raise CorruptImageError(f"{picture} is no picture.") from error
    session = ort.InferenceSession(model, providers=["CPUExecutionProvider"])
    answer = float(np.asarray(session.run(None, {"pixels": crop[None]})[0]).item())
    click.echo(f"{picture.name}: P(real) {answer:.4f}, expected {expected:.4f}")
    if abs(answer - expected) > TOLERANCE:
        raise ModelError(f"{model} answers {answer:.4f} for {picture.name} instead of {expected:.4f}.")


def _layers(path: Path) -> tuple[list[Layer], list[Layer], list[Layer]]:
    """Convolutions, normalisations and dense layers, each in the order in which Keras numbered them."""
    found: dict[str, list[tuple[int, Layer]]] = {"conv2d": [], "batch_normalization": [], "dense": []}
    with h5py.File(path) as file:
        for name in file:
            match = re.fullmatch(r"(conv2d|batch_normalization|dense)_(\d+)", name)
            if match:
                weights: Layer = {}
                file[name].visititems(
                    lambda key, item, into=weights: into.update(
                        {key.rsplit("/", 1)[-1].removesuffix(":0"): np.asarray(item, np.float32)}
                        if isinstance(item, h5py.Dataset)
                        else {}
                    )
                )
                found[match[1]].append((int(match[2]), weights))
    convolutions, norms, dense = (
        [layer for _, layer in sorted(kind, key=itemgetter(0))] for kind in found.values()
    )
    return convolutions, norms, dense


def _load_inception(block: Inception, layers: list[Layer]) -> None:
    """Seven Keras layers: the 1x1 of the first branch, then 1x1 and 3x3 of each of the other three."""
    reduce = [layers[0], *layers[1::2]]
    _copy(block.reduce.weight, np.concatenate([_kernel(layer) for layer in reduce]))
    _copy(block.reduce.bias, np.concatenate([layer["bias"] for layer in reduce]))
    for convolution, layer in zip(block.reach, layers[2::2], strict=True):
        _load_convolution(convolution, layer)


def _load_convolution(convolution: nn.Module, layer: Layer) -> None:
    _copy(convolution.weight, _kernel(layer))
    _copy(convolution.bias, layer["bias"])


def _kernel(layer: Layer) -> NDArray[np.float32]:
    """Keras' (rows, columns, in, out) as PyTorch's (out, in, rows, columns)."""
    return layer["kernel"].transpose(3, 2, 0, 1)


def _copy(into: object, values: NDArray[np.float32]) -> None:
    assert isinstance(into, torch.Tensor)
    if into.shape != values.shape:
        raise ValueError(f"{values.shape} where {tuple(into.shape)} belongs")
    with torch.no_grad():
        into.copy_(torch.from_numpy(np.ascontiguousarray(values)))


if __name__ == "__main__":
    main()
