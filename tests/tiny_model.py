"""A real ONNX classifier small enough to compute by hand: a weighted sum of the mean red, green and blue."""

from __future__ import annotations

import hashlib
from pathlib import Path

import onnx
from onnx import TensorProto, helper

SIZE = 32
STRETCH = 10
"""Frames that the temporal one judges together."""
WEIGHTS = (1.0, -3.0, 2.0)

METADATA = {
    "name": "tiny",
    "version": "1.0.0",
    "licence": "MIT",
    "input_size": str(SIZE),
    "layout": "NHWC",
    "colour": "RGB",
    "crop_margin": "1.3",
    "output": "log_odds_fake",
}


def write_tiny_model(
    folder: Path, *, floats: bool = False, squash: bool = False, bias: float = 0.0, **metadata: str | None
) -> Path:
    """Write tiny.onnx and its card; return the path of the .onnx file.

    The graph answers sum(WEIGHTS * mean channel) / 255 + bias for a uint8 input, and the same without
    the division for a float32 one (`floats`); `squash` puts a sigmoid behind. The metadata decides the
    layout; an entry given as None is left out.
    """
    entries = {key: value for key, value in {**METADATA, **metadata}.items() if value is not None}
    channels_last = entries.get("layout") != "NCHW"
    shape = ["batch", SIZE, SIZE, 3] if channels_last else ["batch", 3, SIZE, SIZE]
    weights = [w if floats else w / 255 for w in WEIGHTS]
    nodes = [
        helper.make_node("Cast", ["pixels"], ["x"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["x"], ["mean"], axes=[1, 2] if channels_last else [2, 3], keepdims=0),
        helper.make_node("MatMul", ["mean", "weights"], ["sum"]),
        helper.make_node("Add", ["sum", "bias"], ["logit"]),
        helper.make_node("Sigmoid" if squash else "Identity", ["logit"], ["answer"]),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("pixels", TensorProto.FLOAT if floats else TensorProto.UINT8, shape)],
        [helper.make_tensor_value_info("answer", TensorProto.FLOAT, ["batch", 1])],
        [
            helper.make_tensor("weights", TensorProto.FLOAT, [3, 1], weights),
            helper.make_tensor("bias", TensorProto.FLOAT, [1], [bias]),
        ],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    helper.set_model_props(model, entries)
    path = folder / "tiny.onnx"
    onnx.save(model, str(path))
    write_card(path)
    return path


def write_temporal_model(folder: Path, *, name: str = "stretch", **metadata: str) -> Path:
    """Write a model whose answer is how long a stretch is, in seconds, and its card."""
    entries = METADATA | {"name": name, "kind": "temporal", "frames": str(STRETCH)}
    entries |= {"calibration_a": "2.0", "calibration_b": "-1.0"} | metadata
    shapes = {"pixels": [SIZE, SIZE, 3], "points": [10], "seconds": []}
    types = {"pixels": TensorProto.UINT8, "points": TensorProto.FLOAT, "seconds": TensorProto.FLOAT}
    graph = helper.make_graph(
        [helper.make_node("ReduceMax", ["seconds"], ["answer"], axes=[1], keepdims=0)],
        name,
        [helper.make_tensor_value_info(key, types[key], ["n", "t", *shapes[key]]) for key in shapes],
        [helper.make_tensor_value_info("answer", TensorProto.FLOAT, ["n"])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=10)
    helper.set_model_props(model, entries)
    path = folder / f"{name}.onnx"
    path.write_bytes(model.SerializeToString())
    write_card(path, name=name)
    return path


def write_card(model: Path, **changes: str) -> None:
    """Write the card of a model file as it is now."""
    entries = {
        "name": METADATA["name"],
        "version": METADATA["version"],
        "file": model.name,
        "sha256": hashlib.sha256(model.read_bytes()).hexdigest(),
        "licence": METADATA["licence"],
        "input_size": METADATA["input_size"],
        **changes,
    }
    lines = ["---", *(f"{key}: {value}" for key, value in entries.items()), "---", "", "# Tiny"]
    model.with_suffix(".md").write_text("\n".join(lines), encoding="utf-8")
