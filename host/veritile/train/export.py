"""A trained network as an ONNX file that says in its metadata how it is fed and read, and the card beside it.

The graph takes what the live path has, (N, size, size, 3) uint8 RGB: scaling
and layout are inside.
"""

from __future__ import annotations

import copy
import io
import logging
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np
import onnx
import onnxruntime as ort
import torch
from torch import Tensor, nn

from veritile.errors import ModelError
from veritile.train.faces import file_digest
from veritile.train.nets.mesonet import MesoNet

TOLERANCE: Final = 1e-3
"""Largest difference that is accepted between PyTorch and ONNX Runtime, in log-odds: rounding alone comes to
1e-4 where energies are measured of a picture that has hardly any."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """The custom metadata of the graph; names and meaning are the live path's (`veritile.frame.model`)."""

    name: str
    version: str
    licence: str
    input_size: int
    architecture: str
    """Key of `veritile.train.nets.NETWORKS`, to build it again for further training."""
    crop_margin: float = 1.3
    calibration_a: float = 1.0
    calibration_b: float = 0.0
    output: str = "log_odds_fake"
    layout: str = "NHWC"
    colour: str = "RGB"

    def entries(self) -> dict[str, str]:
        """As strings, which is all that ONNX metadata holds."""
        return {key: str(value) for key, value in asdict(self).items()}

    def front_matter(self, file: str, sha256: str) -> dict[str, str]:
        """What the card beside the file starts with (`veritile.frame.card`)."""
        return {
            "name": self.name,
            "version": self.version,
            "file": file,
            "sha256": sha256,
            "licence": self.licence,
            "input_size": str(self.input_size),
        }


def export(net: nn.Module, path: Path, metadata: Metadata) -> str:
    """Write `net` to `path` and check the file against it.

    Returns:
        The file's SHA-256, hexadecimal.

    Raises:
        ModelError: ONNX Runtime answers differently from PyTorch.
    """
    net = copy.deepcopy(net).cpu().eval()
    probability = metadata.output != "log_odds_fake"
    deployed = _Deployed(net, probability=probability).eval()
    example = torch.zeros(2, metadata.input_size, metadata.input_size, 3, dtype=torch.uint8)
    model = to_onnx(deployed, {"pixels": example}, ("batch",))
    onnx.helper.set_model_props(model, metadata.entries())
    data = model.SerializeToString()
    _check(data, net, metadata.input_size, probability=probability)
    return write(path, data)


def write(path: Path, data: bytes) -> str:
    """Write a file whole or not at all; return its SHA-256, hexadecimal."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    partial.write_bytes(data)
    partial.replace(path)
    return file_digest(path)


def set_front_matter(card: Path, entries: Mapping[str, str]) -> None:
    """Replace the front matter of a card, or start a card with it; the text below is kept."""
    text = card.read_text(encoding="utf-8") if card.is_file() else ""
    body = re.sub(r"\A---\n.*?\n---\n", "", text, count=1, flags=re.DOTALL)
    head = "".join(f"{key}: {value}\n" for key, value in entries.items())
    card.write_text(f"---\n{head}---\n{body}", encoding="utf-8")


class _Deployed(nn.Module):
    """The network from pixels to answer, with everything folded that folds exactly."""

    def __init__(self, net: nn.Module, *, probability: bool) -> None:
        super().__init__()
        self.net = net.folded() if isinstance(net, MesoNet) else net
        self.probability = probability

    def forward(self, pixels: Tensor) -> Tensor:
        """(N, size, size, 3) uint8 -> (N,) log-odds or probability."""
        x = self.net(pixels.permute(0, 3, 1, 2).float() / 255)
        return torch.sigmoid(x) if self.probability else x


def to_onnx(net: nn.Module, inputs: Mapping[str, Tensor], free: Sequence[str]) -> onnx.ModelProto:
    """A network as ONNX whose one output is `answer`.

    Args:
        net: in evaluation mode.
        inputs: an example of each, by the name that it gets.
        free: names of the first dimensions of each input, which take any size.

    Raises:
        ModelError: PyTorch cannot export it.
    """
    sizes = {place: torch.export.Dim(name) for place, name in enumerate(free)}
    buffer = io.BytesIO()
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter warns of its own internals
        program = torch.onnx.export(
            net,
            tuple(inputs.values()),
            dynamo=True,
            input_names=list(inputs),
            output_names=["answer"],
            dynamic_shapes=(sizes,) * len(inputs),
            verbose=False,
        )
    if program is None:
        raise ModelError("PyTorch could not export the network: try another version of torch or onnxscript.")
    program.save(buffer)
    model = onnx.load_from_string(buffer.getvalue())
    # The exporter notes source lines and paths of this machine on every node.
    del model.metadata_props[:]
    model.graph.doc_string = ""
    del model.graph.value_info[:]
    del model.graph.metadata_props[:]
    for node in model.graph.node:
        node.doc_string = ""
        del node.metadata_props[:]
    for value in [*model.graph.input, *model.graph.output]:
        del value.metadata_props[:]
    onnx.checker.check_model(model, full_check=True)
    return model


def _check(data: bytes, net: nn.Module, size: int, *, probability: bool) -> None:
    """Compare the file with the network on noise and on flat pictures, alone and in a batch."""
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (8, size, size, 3), dtype=np.uint8)
    pixels[4:] = (pixels[4:] // 8) + np.arange(4, dtype=np.uint8)[:, None, None, None] * 60
    with torch.no_grad():
        expected = net(torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255)
        expected = torch.sigmoid(expected) if probability else expected
    session = ort.InferenceSession(data, providers=["CPUExecutionProvider"])
    batch = np.asarray(session.run(None, {"pixels": pixels})[0])
    alone = np.concatenate([np.asarray(session.run(None, {"pixels": one[None]})[0]) for one in pixels])
    difference = max(float(np.abs(got - expected.numpy()).max()) for got in (batch, alone))
    if not difference <= TOLERANCE:
        raise ModelError(
            f"ONNX Runtime differs from PyTorch by {difference:g}: the export is wrong, so nothing was "
            "written; try another version of torch or onnxscript."
        )
