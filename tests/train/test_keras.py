"""The published weights: what Keras computes, the published pictures, and files that are none of them."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
h5py = pytest.importorskip("h5py")
pytest.importorskip("onnx")
pytest.importorskip("sklearn")

from click.testing import CliRunner  # noqa: E402
from PIL import Image  # noqa: E402

from bootstrap import ROOT  # noqa: E402
from keras_layers import MESO4, MESOINCEPTION4, log_odds, random_weights, write_h5  # noqa: E402
from veritile.cli import main  # noqa: E402
from veritile.errors import CorruptImageError, FileUnreadableError, ModelError, ModelMissingError  # noqa: E402
from veritile.frame.card import read_card  # noqa: E402
from veritile.frame.model import Model  # noqa: E402
from veritile.train.keras import import_keras, read_keras  # noqa: E402

PUBLISHED = ROOT.parent / "shared" / "data" / "weights"
NETWORKS = {"meso4": MESO4, "mesoinception4": MESOINCEPTION4}


@pytest.mark.parametrize("architecture", NETWORKS)
@pytest.mark.parametrize("inside", ["", "model_weights/"], ids=["weights", "whole model"])
def test_the_network_computes_what_keras_computes(architecture: str, inside: str, tmp_path: Path) -> None:
    """Numbers that do not start at 1 and pass 9 are sorted as numbers."""
    blocks = NETWORKS[architecture]
    layers = random_weights(blocks, first=7)
    net, found = read_keras(write_h5(tmp_path / "net.h5", layers, inside=inside))
    assert found == architecture
    pictures = np.random.default_rng(1).random((2, 256, 256, 3)).astype(np.float32)
    with torch.no_grad():
        mine = net(torch.from_numpy(pictures).permute(0, 3, 1, 2)).numpy()
    assert mine == pytest.approx(log_odds(blocks, layers, pictures.astype(np.float64)), abs=1e-5)


@pytest.mark.parametrize("architecture", NETWORKS)
def test_the_live_path_turns_p_real_into_log_odds_of_fake(architecture: str, tmp_path: Path) -> None:
    layers = random_weights(NETWORKS[architecture])
    out = tmp_path / "net.onnx"
    import_keras(write_h5(tmp_path / "net.h5", layers), out, licence="Apache-2.0")
    crop = np.random.default_rng(0).integers(0, 256, (256, 256, 3), dtype=np.uint8)
    real = log_odds(NETWORKS[architecture], layers, crop[None] / 255)[0]
    model = Model.load(read_card(out))
    assert model.log_odds(crop) == pytest.approx(-real, abs=1e-4)
    assert (model.info.name, model.info.version, model.info.licence) == ("net", "net", "Apache-2.0")


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published weights are not here")
@pytest.mark.parametrize("weights", ["Meso4_DF", "Meso4_F2F", "MesoInception_DF", "MesoInception_F2F"])
def test_the_published_files_are_read(weights: str) -> None:
    architecture = "meso4" if weights.startswith("Meso4") else "mesoinception4"
    assert read_keras(PUBLISHED / f"{weights}.h5")[1] == architecture


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the published weights are not here")
def test_the_published_pictures_are_answered_as_published(tmp_path: Path) -> None:
    known = {"df00204": 0.041, "df01254": 0.049, "real00240": 0.990, "real00772": 0.998}
    pairs = [(PUBLISHED / f"{name}.jpg", answer) for name, answer in known.items()]
    _, answers = import_keras(
        PUBLISHED / "Meso4_DF.h5", tmp_path / "net.onnx", licence="Apache-2.0", known=pairs
    )
    assert answers == pytest.approx(list(known.values()), abs=0.001)


def test_a_known_picture_is_checked(tmp_path: Path) -> None:
    weights = write_h5(tmp_path / "net.h5", random_weights(MESO4))
    out, picture = tmp_path / "net.onnx", tmp_path / "grey.png"
    Image.new("RGB", (200, 200), (128, 128, 128)).save(picture)
    grey = np.full((1, 256, 256, 3), 128 / 255)
    known = 1 / (1 + np.exp(-log_odds(MESO4, random_weights(MESO4), grey)[0]))
    wrong = known + 0.1 if known < 0.5 else known - 0.1
    with pytest.raises(ModelError, match=r"grey\.png instead of"):
        import_keras(weights, out, licence="MIT", known=[(picture, wrong)])
    assert not out.exists()
    run = CliRunner().invoke(
        main, ["train", "import-keras", str(weights), "--out", str(out), "--check", f"{picture}={known}"]
    )
    assert run.exit_code == 0, run.output
    assert f"P(real) {known:.4f}" in run.output
    with pytest.raises(FileUnreadableError, match="missing"):
        import_keras(weights, out, licence="MIT", known=[(tmp_path / "no.png", 0.5)])
    picture.write_text("no picture")
    with pytest.raises(CorruptImageError, match="no picture"):
        import_keras(weights, out, licence="MIT", known=[(picture, 0.5)])


def test_a_check_without_a_number_is_wrong_usage(tmp_path: Path) -> None:
    arguments = ["train", "import-keras", "net.h5", "--out", "net.onnx", "--check", "picture.png"]
    run = CliRunner().invoke(main, arguments)
    assert run.exit_code == 2
    assert "PICTURE=NUMBER" in run.output


def test_files_that_hold_something_else_are_told_apart(tmp_path: Path) -> None:
    whole = write_h5(tmp_path / "whole.h5", random_weights(MESO4))
    with pytest.raises(ModelMissingError, match="cannot be read"):
        read_keras(tmp_path / "absent.h5")
    with pytest.raises(ModelMissingError, match="cannot be read"):
        read_keras(tmp_path)
    (tmp_path / "text.h5").write_text("no HDF5")
    with pytest.raises(ModelError, match="no HDF5 file"):
        read_keras(tmp_path / "text.h5")
    for share in (0.3, 0.6, 0.95):
        content = whole.read_bytes()
        (tmp_path / "short.h5").write_bytes(content[: int(share * len(content))])
        with pytest.raises(ModelError, match="cut short"):
            read_keras(tmp_path / "short.h5")
    with h5py.File(tmp_path / "empty.h5", "w"):
        pass
    with pytest.raises(ModelError, match="0 convolutions"):
        read_keras(tmp_path / "empty.h5")


def test_other_networks_are_refused_by_what_differs(tmp_path: Path) -> None:
    layers = random_weights(MESO4)

    def refused(words: str, **changed: object) -> None:
        path = write_h5(tmp_path / "other.h5", {**layers, **changed})  # type: ignore[dict-item]
        with pytest.raises(ModelError, match=f"neither Meso4 nor MesoInception4.*{words}"):
            read_keras(path)

    refused("5 convolutions", conv2d_9=layers["conv2d_1"])
    refused("where", conv2d_1=layers["conv2d_2"])
    refused("without its bias", dense_2={"kernel": layers["dense_2"]["kernel"]})
    refused("reshape", dense_1={"kernel": np.zeros((7, 16)), "bias": np.zeros(16)})
    refused("1,048,576 numbers", dense_1={"kernel": np.zeros((1024, 1024)), "bias": np.zeros(1024)})
