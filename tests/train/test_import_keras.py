"""The published weights' layout, Keras' channels-last HDF5, against a network whose answers are known."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
h5py = pytest.importorskip("h5py")
pytest.importorskip("onnx")
pytest.importorskip("sklearn")

from click.testing import CliRunner  # noqa: E402
from PIL import Image  # noqa: E402

from import_keras import main, read_keras  # noqa: E402
from veritile.errors import ModelError  # noqa: E402
from veritile.frame.card import read_card  # noqa: E402
from veritile.frame.model import Model  # noqa: E402
from veritile.train.nets.mesonet import Inception, MesoNet, meso4, meso_inception4  # noqa: E402


def as_keras(net: MesoNet, path: Path) -> Path:
    """Write a network as Keras would, with layer numbers that do not start at 1 and pass 9."""
    numbers = {"conv2d": 5, "batch_normalization": 8, "dense": 9}
    with h5py.File(path, "w") as file:

        def layer(kind: str, **arrays: torch.Tensor) -> None:
            name = f"{kind}_{numbers[kind]}"
            numbers[kind] += 1
            for key, value in arrays.items():
                file[f"{name}/{name}/{key}:0"] = value.detach().numpy()

        def convolution(weight: torch.Tensor, bias: torch.Tensor) -> None:
            layer("conv2d", kernel=weight.permute(2, 3, 1, 0), bias=bias)

        for block in net.blocks:
            features, norm = block["features"], block["norm"]
            if isinstance(features, Inception):
                kernels = features.reduce.weight.split(features.widths)
                biases = features.reduce.bias.split(features.widths)
                convolution(kernels[0], biases[0])
                for kernel, bias, reach in zip(kernels[1:], biases[1:], features.reach, strict=True):
                    convolution(kernel, bias)
                    convolution(reach.weight, reach.bias)
            else:
                convolution(features.conv.weight, features.conv.bias)
            layer(
                "batch_normalization",
                gamma=norm.weight,
                beta=norm.bias,
                moving_mean=norm.running_mean,
                moving_variance=norm.running_var,
            )
        hidden = net.hidden.weight.reshape(16, 16, 8, 8).permute(2, 3, 1, 0).reshape(-1, 16)
        layer("dense", kernel=hidden, bias=net.hidden.bias)
        layer("dense", kernel=net.out.weight.T, bias=net.out.bias)
    return path


@pytest.mark.parametrize("build", [meso4, meso_inception4])
def test_the_network_is_the_one_that_was_written(build: type, tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = build().eval()
    for block in net.blocks:
        block["norm"].running_mean.uniform_(-1, 1)
    read = read_keras(as_keras(net, tmp_path / "net.h5"))
    pixels = torch.rand(2, 3, 256, 256)
    with torch.no_grad():
        assert torch.equal(read(pixels), net(pixels))


def test_the_live_path_turns_p_real_into_log_odds_of_fake(tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = meso4().eval()
    out = tmp_path / "net.onnx"
    run = CliRunner().invoke(main, [str(as_keras(net, tmp_path / "net.h5")), "--out", str(out)])
    assert run.exit_code == 0, run.output
    crop = np.random.default_rng(0).integers(0, 256, (256, 256, 3), dtype=np.uint8)
    with torch.no_grad():
        real = net(torch.from_numpy(crop).permute(2, 0, 1)[None].float() / 255).item()
    assert Model.load(read_card(out)).log_odds(crop) == pytest.approx(-real, abs=1e-4)


def test_a_known_picture_is_checked(tmp_path: Path) -> None:
    torch.manual_seed(0)
    weights, out, picture = (
        as_keras(meso4(), tmp_path / "net.h5"),
        tmp_path / "net.onnx",
        tmp_path / "grey.png",
    )
    Image.new("RGB", (200, 200), (128, 128, 128)).save(picture)
    with torch.no_grad():
        known = torch.sigmoid(read_keras(weights)(torch.full((1, 3, 256, 256), 128 / 255))).item()
    for expected, code in ((known, 0), (known + 0.1, 1)):
        arguments = [str(weights), "--out", str(out), "--check", f"{picture}={expected}"]
        assert CliRunner().invoke(main, arguments).exit_code == code


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "text.h5").write_text("no HDF5")
    with pytest.raises(ModelError, match="no Keras weight file"):
        read_keras(tmp_path / "text.h5")
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["conv2d_1/conv2d_1/kernel:0"] = np.zeros((3, 3, 3, 8))
    with pytest.raises(ModelError, match="neither"):
        read_keras(tmp_path / "other.h5")
    path = as_keras(meso4(), tmp_path / "short.h5")
    with h5py.File(path, "a") as file:
        del file["dense_9/dense_9/bias:0"]
    with pytest.raises(ModelError, match="bias"):
        read_keras(path)
