"""From a network to an ONNX file that answers the same and says how it is fed."""

from pathlib import Path

import numpy as np
import onnxruntime as ort
import pytest

torch = pytest.importorskip("torch")
onnx = pytest.importorskip("onnx")

from veritile.errors import ModelChecksumError, ModelError  # noqa: E402
from veritile.frame.card import read_card  # noqa: E402
from veritile.frame.model import Model  # noqa: E402
from veritile.train.export import Metadata, export, set_front_matter  # noqa: E402
from veritile.train.heldout import as_input  # noqa: E402
from veritile.train.nets import NETWORKS, build, mesonet  # noqa: E402
from veritile.train.nets.mesonet import meso4, meso_inception4  # noqa: E402

SIZE = 64


def trained(net: torch.nn.Module, *, falling: bool = False) -> torch.nn.Module:
    """A network with statistics as training leaves them: nothing is 0 or 1 any more."""
    generator = torch.Generator().manual_seed(3)
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.weight.data.uniform_(0.5, 2, generator=generator)
            module.bias.data.uniform_(-1, 1, generator=generator)
            module.running_mean.uniform_(-1, 1, generator=generator)
            module.running_var.uniform_(0.2, 3, generator=generator)
            if falling:
                module.weight.data[::2] *= -1
    return net.eval()


def metadata(**changes: object) -> Metadata:
    given = {"name": "net", "version": "1.2.3", "licence": "MIT", "input_size": SIZE, "architecture": "meso4"}
    return Metadata(**(given | changes))  # type: ignore[arg-type]


def answers(path: Path, pixels: np.ndarray) -> np.ndarray:
    return np.asarray(ort.InferenceSession(path).run(None, {"pixels": pixels})[0])


@pytest.mark.parametrize("falling", [False, True], ids=["rising", "falling"])
def test_the_file_answers_as_the_network(tmp_path: Path, falling: bool) -> None:
    """With a falling normalisation too, which must not change places with the maximum."""
    torch.manual_seed(1)
    net = trained(meso_inception4(size=SIZE), falling=falling)
    export(net, tmp_path / "net.onnx", metadata())
    pixels = np.random.default_rng(0).integers(0, 256, (3, SIZE, SIZE, 3), dtype=np.uint8)
    with torch.no_grad():
        expected = net(torch.from_numpy(pixels).permute(0, 3, 1, 2).float() / 255).numpy()
    assert answers(tmp_path / "net.onnx", pixels) == pytest.approx(expected, abs=1e-4)
    assert answers(tmp_path / "net.onnx", pixels[:1]) == pytest.approx(expected[:1], abs=1e-4)


@pytest.mark.parametrize("size", [64, 160])
@pytest.mark.parametrize("architecture", sorted(NETWORKS))
def test_every_network_can_be_exported(tmp_path: Path, architecture: str, size: int) -> None:
    """At the sizes that are used; in a batch and alone, from bytes as the live path has them."""
    torch.manual_seed(1)
    net = build(architecture, size=size)
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = 1.0
    pixels = np.random.default_rng(0).integers(0, 256, (5, size, size, 3), dtype=np.uint8)
    with torch.no_grad():
        net.train()(as_input(torch.from_numpy(pixels)))  # statistics as training leaves them
        expected = net.eval()(as_input(torch.from_numpy(pixels))).numpy()
    export(net.train(), tmp_path / "net.onnx", metadata(input_size=size, architecture=architecture))
    assert net.training  # a run may go on after an export
    assert answers(tmp_path / "net.onnx", pixels) == pytest.approx(expected, abs=1e-4)
    assert answers(tmp_path / "net.onnx", pixels[2:3]) == pytest.approx(expected[2:3], abs=1e-4)
    assert np.ptp(expected) > 1e-3  # else any file would do


def test_an_export_that_answers_differently_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it would be, were a falling normalisation moved behind the pool."""
    monkeypatch.setattr(mesonet, "_may_follow_pool", lambda norm: True)
    torch.manual_seed(1)
    with pytest.raises(ModelError, match="differs"):
        export(trained(meso4(size=SIZE), falling=True), tmp_path / "net.onnx", metadata())
    assert not (tmp_path / "net.onnx").exists()


def test_the_live_path_reads_the_file_and_its_card(tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    facts = metadata(calibration_a=2.0, calibration_b=-0.5, crop_margin=1.4)
    net = trained(meso_inception4(size=SIZE))
    set_front_matter(path.with_suffix(".md"), facts.front_matter(path.name, export(net, path, facts)))
    model = Model.load(read_card(path))
    assert (model.info.name, model.info.version, model.info.licence) == ("net", "1.2.3", "MIT")
    assert (model.info.input_size, model.info.crop_margin, model.info.output) == (SIZE, 1.4, "log_odds_fake")
    crop = np.random.default_rng(0).integers(0, 256, (SIZE, SIZE, 3), dtype=np.uint8)
    assert model.log_odds(crop) == pytest.approx(2 * answers(path, crop[None]).item() - 0.5, abs=1e-5)
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(ModelChecksumError):
        Model.load(read_card(path))


def test_probabilities_of_real_are_exported_as_such(tmp_path: Path) -> None:
    net = trained(meso4(size=SIZE))
    export(net, tmp_path / "real.onnx", metadata(output="p_real"))
    pixels = np.full((1, SIZE, SIZE, 3), 128, np.uint8)
    with torch.no_grad():
        expected = torch.sigmoid(net(torch.full((1, 3, SIZE, SIZE), 128 / 255))).item()
    assert answers(tmp_path / "real.onnx", pixels).item() == pytest.approx(expected, abs=1e-5)


def test_the_file_names_no_path_of_the_machine_it_was_made_on(tmp_path: Path) -> None:
    export(trained(meso4(size=SIZE)), tmp_path / "net.onnx", metadata())
    data = (tmp_path / "net.onnx").read_bytes()
    assert b".py" not in data
    assert str(Path(mesonet.__file__).parent).encode() not in data


def test_the_last_normalisation_is_folded_away(tmp_path: Path) -> None:
    export(trained(meso_inception4(size=SIZE)), tmp_path / "net.onnx", metadata())
    kinds = [node.op_type for node in onnx.load(tmp_path / "net.onnx").graph.node]
    assert kinds.count("BatchNormalization") <= 3


def test_a_cards_text_survives_new_front_matter(tmp_path: Path) -> None:
    card = tmp_path / "net.md"
    set_front_matter(card, {"name": "net", "version": "1"})
    card.write_text(card.read_text() + "\n# net\n\n---\nRuled off.\n")
    set_front_matter(card, {"name": "net", "version": "2"})
    assert card.read_text() == "---\nname: net\nversion: 2\n---\n\n# net\n\n---\nRuled off.\n"
