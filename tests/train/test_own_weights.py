"""Weights read back from a file answer as the file does, whatever exporting folded away."""

from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest

torch = pytest.importorskip("torch")
onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxscript")
pytest.importorskip("sklearn")

from tiny_model import write_tiny_model  # noqa: E402
from veritile.errors import ModelMetadataError  # noqa: E402
from veritile.frame.card import DEFAULT_MODEL, models_folder  # noqa: E402
from veritile.train.export import Metadata, export, set_front_matter  # noqa: E402
from veritile.train.faces import file_digest  # noqa: E402
from veritile.train.nets import NETWORKS, build  # noqa: E402
from veritile.train.nets.mesotexture import MesoTexture  # noqa: E402
from veritile.train.own.weights import load_start  # noqa: E402

SIZE = 64


def exported(folder: Path, architecture: str, **changes: object) -> Path:
    """A network with statistics as training leaves them, half of its normalisations falling, as a file."""
    torch.manual_seed(3)
    net = build(architecture, size=SIZE)
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.weight.data.uniform_(0.5, 1.5)
            module.bias.data.uniform_(-1, 1)
            module.running_mean.uniform_(-0.3, 0.3)
            module.running_var.uniform_(0.5, 2)
    if isinstance(net, MesoTexture):
        net.standardise(net.statistics(torch.rand(16, 3, SIZE, SIZE)))
    facts = Metadata(
        name="net", version="1", licence="MIT", input_size=SIZE, architecture=architecture, **changes
    )  # type: ignore[arg-type]
    path = folder / "net.onnx"
    set_front_matter(path.with_suffix(".md"), facts.front_matter(path.name, export(net, path, facts)))
    return path


def pictures(size: int) -> np.ndarray:
    return np.random.default_rng(5).integers(0, 256, (4, size, size, 3), dtype=np.uint8)


def asked(net: torch.nn.Module, pixels: np.ndarray) -> np.ndarray:
    with torch.no_grad():
        return net.eval()(torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255).numpy()


def answers(path: Path, pixels: np.ndarray) -> np.ndarray:
    return np.asarray(ort.InferenceSession(path).run(None, {"pixels": pixels})[0])


@pytest.mark.parametrize("architecture", NETWORKS)
def test_the_network_answers_as_the_file(architecture: str, tmp_path: Path) -> None:
    path = exported(tmp_path, architecture)
    start = load_start(path)
    assert start.architecture == architecture
    assert asked(start.net, pictures(SIZE)) == pytest.approx(
        answers(path, pictures(SIZE)), abs=1e-5, rel=1e-5
    )


def test_the_weights_that_ship_can_be_trained_further() -> None:
    start = load_start(DEFAULT_MODEL)
    pixels = pictures(start.info.input_size)
    file = models_folder() / f"{DEFAULT_MODEL}.onnx"
    assert asked(start.net, pixels) == pytest.approx(answers(file, pixels), abs=1e-3)


def test_a_network_that_answers_real_is_turned_around(tmp_path: Path) -> None:
    path = exported(tmp_path, "meso4", output="p_real")
    real = answers(path, pictures(SIZE))
    fake = asked(load_start(path).net, pictures(SIZE))
    assert 1 / (1 + np.exp(fake)) == pytest.approx(real, abs=1e-5)


def test_what_was_read_back_exports_to_the_same_answers(tmp_path: Path) -> None:
    """Once folded and unfolded, there and back again: nothing is lost on the way."""
    path = exported(tmp_path, "mesoresnet")
    first = answers(path, pictures(SIZE))
    facts = Metadata(name="net", version="1", licence="MIT", input_size=SIZE, architecture="mesoresnet")
    export(load_start(path).net, path, facts)
    assert answers(path, pictures(SIZE)) == pytest.approx(first, abs=1e-5, rel=1e-5)


def test_a_file_of_another_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelMetadataError, match=r"cannot be trained further.*nothing where"):
        load_start(write_tiny_model(tmp_path))


def test_a_file_that_names_another_network_is_refused(tmp_path: Path) -> None:
    path = exported(tmp_path, "meso4")
    model = onnx.load(path)
    entries = {entry.key: entry.value for entry in model.metadata_props}
    for architecture, words in (
        ("mesoinception4", "cannot be trained further"),
        ("resnet", "no network 'resnet'"),
    ):
        onnx.helper.set_model_props(model, {**entries, "architecture": architecture})
        path.write_bytes(model.SerializeToString())
        facts = Metadata(name="net", version="1", licence="MIT", input_size=SIZE, architecture=architecture)
        digest = file_digest(path)
        set_front_matter(path.with_suffix(".md"), facts.front_matter(path.name, digest))
        with pytest.raises(ModelMetadataError, match=words):
            load_start(path)
