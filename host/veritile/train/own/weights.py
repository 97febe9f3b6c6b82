"""Weights read back from an exported ONNX file, so that training goes on from what was shipped.

Exporting folds: a batch normalisation behind a convolution becomes a part of it, the last
one of a MesoNet a part of the dense layer. What was folded away comes back as a
normalisation that changes nothing (mean 0, variance 1, scale 1) and carries the bias of the
convolution, so the network answers as the file does; it is compared before it is used.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import onnx
import onnxruntime as ort
import torch
from onnx import numpy_helper
from torch import Tensor, nn

from veritile.errors import ModelMetadataError
from veritile.frame.card import read_card
from veritile.frame.model import Model, ModelInfo
from veritile.train.nets import build

TOLERANCE: Final = 1e-3
"""Largest difference that is accepted between the file and the network, in log-odds or probability: rounding
alone comes to 1e-4 where energies are measured of a picture that has hardly any."""
_PREFIX: Final = "net."
_FIRST_ARCHITECTURE: Final = "mesoinception4"
"""Of files whose metadata do not name theirs."""


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """What training starts from."""

    net: nn.Module
    """(N, 3, size, size) float32 in 0-1 -> (N,) log-odds of fake, not calibrated."""
    architecture: str
    info: ModelInfo
    file: Path


def load_start(model: str | Path) -> Start:
    """The network of a model: a name in `models/`, or an .onnx file with its card beside it.

    Raises:
        ModelError: it cannot be used (see `veritile.frame.model.Model.load`), or was not exported by this
            program, so that its weights do not come back exactly.
    """
    card = read_card(model)
    info = Model.load(card).info
    proto = onnx.load(card.file)
    metadata = {entry.key: entry.value for entry in proto.metadata_props}
    architecture = metadata.get("architecture", _FIRST_ARCHITECTURE)
    net = build(architecture, size=info.input_size)
    if info.colour != "RGB" or info.layout != "NHWC":
        raise _foreign(card.file, f"it takes {info.colour} in {info.layout}")
    _fill(net, proto, card.file)
    _compare(net, card.file, info)
    if info.output == "p_real":
        # Its class 1 is real; turned around it starts with fake as class 1, as all of ours do.
        last = [module for module in net.modules() if isinstance(module, nn.Linear)][-1]
        with torch.no_grad():
            last.weight.neg_()
            last.bias.neg_()
    return Start(net, architecture, info, card.file)


def parts_of_answer(net: nn.Module) -> set[str]:
    """Names of the modules that take part in an answer."""
    used: set[str] = set()
    hooks = [
        module.register_forward_hook(lambda *_, name=name: used.add(name))
        for name, module in net.named_modules()
    ]
    with torch.no_grad():
        net.eval()(torch.zeros(1, 3, net.size, net.size))
    for hook in hooks:
        hook.remove()
    return used


def _fill(net: nn.Module, proto: onnx.ModelProto, file: Path) -> None:
    """Copy every weight of the graph to where its name says, and undo the folding."""
    stored = {
        entry.name.removeprefix(_PREFIX): torch.from_numpy(numpy_helper.to_array(entry).copy())
        for entry in proto.graph.initializer
    }
    # Folding names a new bias after the weight, so it is looked up where it is used.
    biases = {
        node.input[1].removeprefix(_PREFIX): stored.get(node.input[2].removeprefix(_PREFIX))
        for node in proto.graph.node
        if node.op_type in ("Conv", "Gemm") and len(node.input) > 2
    }
    used, kept = parts_of_answer(net), net.state_dict().keys()
    spare: Tensor | None = None  # a bias that belongs to the normalisation behind its convolution
    for name, module in net.named_modules():
        if name not in used:  # a head that only training has is in no file: nothing, not chance
            for parameter in module.parameters(recurse=False):
                nn.init.zeros_(parameter)
            continue
        if isinstance(module, nn.Conv2d | nn.Linear):
            weight = f"{name}.weight"
            _copy(module.weight, stored.get(weight), weight, file)
            bias = biases.get(weight)
            spare = None
            if module.bias is not None:
                _copy(module.bias, bias, f"{name}.bias", file)
            else:
                spare = bias
        elif isinstance(module, nn.BatchNorm2d):
            if f"{name}.running_mean" in stored:
                for key in ("weight", "bias", "running_mean", "running_var"):
                    _copy(getattr(module, key), stored.get(f"{name}.{key}"), f"{name}.{key}", file)
            else:
                _neutralise(module, spare, f"{name}.bias", file)
            spare = None
        else:  # what was learnt in other ways than by steps: what is usual
            for key, buffer in module.named_buffers(prefix=name, recurse=False):
                if key in kept:
                    _copy(buffer, stored.get(key), key, file)


def _neutralise(norm: nn.BatchNorm2d, bias: Tensor | None, name: str, file: Path) -> None:
    with torch.no_grad():
        nn.init.ones_(norm.weight)
        nn.init.zeros_(norm.bias)
        assert norm.running_mean is not None
        assert norm.running_var is not None
        norm.running_mean.zero_()
        norm.running_var.fill_(1.0 - norm.eps)
    if bias is not None:
        _copy(norm.bias, bias, name, file)


def _copy(into: Tensor, values: Tensor | None, name: str, file: Path) -> None:
    if values is None or values.shape != into.shape:
        found = "nothing" if values is None else "x".join(map(str, values.shape))
        raise _foreign(file, f"it holds {found} where {name} belongs")
    with torch.no_grad():
        into.copy_(values)


def _compare(net: nn.Module, file: Path, info: ModelInfo) -> None:
    """Ask both about the same pictures: noise, flat and in between."""
    size = info.input_size
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (4, size, size, 3), dtype=np.uint8)
    pixels[2:] = pixels[2:] // 8 + np.array([40, 160], np.uint8)[:, None, None, None]
    session = ort.InferenceSession(file, providers=["CPUExecutionProvider"])
    answers = np.asarray(session.run(None, {session.get_inputs()[0].name: pixels})[0]).reshape(-1)
    with torch.no_grad():
        mine = net.eval()(torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255)
        mine = mine if info.output == "log_odds_fake" else torch.sigmoid(mine)
    difference = float(np.abs(mine.numpy() - answers).max())
    if not difference <= TOLERANCE:
        raise _foreign(file, f"its answers differ by {difference:g} from those of the network that it names")


def _foreign(file: Path, reason: str) -> ModelMetadataError:
    return ModelMetadataError(
        f"{file} cannot be trained further ({reason}): start from a model of Veritile, or from one that it "
        "exported or imported."
    )
