"""Classifiers: fed exactly as their metadata says, and refused when anything about them is not right."""

import math
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiny_model import SIZE, WEIGHTS, write_card, write_tiny_model
from veritile.errors import InferenceError, ModelChecksumError, ModelMetadataError, ModelMissingError
from veritile.frame.card import read_card
from veritile.frame.model import Model
from veritile.frame.quality import Gate

CROP = np.random.default_rng(1).integers(0, 256, (SIZE, SIZE, 3), np.uint8)


def load(path: Path) -> Model:
    return Model.load(read_card(path))


def expected(crop: np.ndarray, weights: tuple[float, ...] = WEIGHTS) -> float:
    return float(np.dot(crop.reshape(-1, 3).mean(axis=0) / 255, weights))


@pytest.mark.parametrize("layout", ["NHWC", "NCHW"])
@pytest.mark.parametrize("colour", ["RGB", "BGR"])
@pytest.mark.parametrize("floats", [False, True])
def test_pixels_are_fed_as_the_metadata_says(tmp_path: Path, layout: str, colour: str, floats: bool) -> None:
    scaling = {"scale": str(2 / 255), "offset": "-0.5"} if floats else {}
    model = load(write_tiny_model(tmp_path, floats=floats, layout=layout, colour=colour, **scaling))
    weights = WEIGHTS if colour == "RGB" else WEIGHTS[::-1]
    answer = expected(CROP, weights)
    if floats:
        answer = 2 * answer - 0.5 * sum(weights)
    assert model.log_odds(CROP) == pytest.approx(answer, abs=1e-4)


@pytest.mark.parametrize(("output", "sign"), [("p_fake", 1), ("p_real", -1)])
def test_probabilities_become_log_odds_of_fake(tmp_path: Path, output: str, sign: int) -> None:
    model = load(write_tiny_model(tmp_path, squash=True, output=output))
    assert model.log_odds(CROP) == pytest.approx(sign * expected(CROP), abs=1e-4)


def test_a_probability_of_one_stays_finite(tmp_path: Path) -> None:
    model = load(write_tiny_model(tmp_path, squash=True, output="p_real", bias=1000.0))
    assert model.log_odds(CROP) == pytest.approx(math.log(1e-6 / (1 - 1e-6)))


@given(a=st.floats(0.01, 10), b=st.floats(-5, 5))
def test_calibration_is_applied_to_the_log_odds(
    tmp_path_factory: pytest.TempPathFactory, a: float, b: float
) -> None:
    folder = tmp_path_factory.mktemp("model")
    model = load(write_tiny_model(folder, calibration_a=str(a), calibration_b=str(b)))
    assert model.log_odds(CROP) == pytest.approx(a * expected(CROP) + b, abs=1e-3)


def test_the_gate_comes_from_the_metadata_or_has_defaults(tmp_path: Path) -> None:
    assert load(write_tiny_model(tmp_path)).info.gate == Gate()
    path = write_tiny_model(tmp_path, min_face_px="90", min_sharpness="0.2", min_light="0.05")
    assert load(path).info.gate == Gate(90, 0.2, 0.05)


def test_it_says_what_it_is(tmp_path: Path) -> None:
    path = write_tiny_model(tmp_path, crop_margin="1.6", version="2.5.0")
    write_card(path, version="2.5.0")
    info = load(path).info
    assert (info.name, info.version, info.licence) == ("tiny", "2.5.0", "MIT")
    assert (info.input_size, info.crop_margin, info.provider) == (SIZE, 1.6, "CPUExecutionProvider")
    assert info.sha256 == read_card(path).sha256


@pytest.mark.parametrize(
    "key", ["name", "version", "licence", "input_size", "layout", "colour", "crop_margin", "output"]
)
def test_missing_metadata_is_named(tmp_path: Path, key: str) -> None:
    with pytest.raises(ModelMetadataError, match=repr(key)):
        load(write_tiny_model(tmp_path, **{key: None}))


@pytest.mark.parametrize(
    "wrong",
    [
        {"layout": "HWC"},
        {"colour": "rgb"},
        {"output": "fake"},
        {"crop_margin": "wide"},
        {"crop_margin": "0"},
        {"crop_margin": "nan"},
        {"calibration_a": "-1"},
        {"calibration_b": "inf"},
        {"min_face_px": "-3"},
        {"name": "another"},
        {"version": "9"},
        {"input_size": "64"},
    ],
)
def test_wrong_metadata_is_refused(tmp_path: Path, wrong: dict[str, str]) -> None:
    with pytest.raises(ModelMetadataError):
        load(write_tiny_model(tmp_path, **wrong))


def test_floats_need_a_scale(tmp_path: Path) -> None:
    with pytest.raises(ModelMetadataError, match="scale"):
        load(write_tiny_model(tmp_path, floats=True))


def test_a_graph_of_another_shape_is_refused(tmp_path: Path) -> None:
    path = write_tiny_model(tmp_path)
    model = onnx.load(path)
    onnx.helper.set_model_props(model, {**{p.key: p.value for p in model.metadata_props}, "layout": "NCHW"})
    onnx.save(model, path)
    write_card(path)
    with pytest.raises(ModelMetadataError, match="1x3x32x32"):
        load(path)


def test_a_changed_file_is_refused_before_it_is_loaded(tmp_path: Path) -> None:
    path = write_tiny_model(tmp_path)
    path.write_bytes(b"not even ONNX")
    with pytest.raises(ModelChecksumError, match="card"):
        load(path)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    path = write_tiny_model(tmp_path)
    path.unlink()
    with pytest.raises(ModelMissingError, match=r"tiny\.onnx"):
        load(path)


def test_what_is_no_model_is_told(tmp_path: Path) -> None:
    path = write_tiny_model(tmp_path)
    path.write_bytes(b"not even ONNX")
    write_card(path)
    with pytest.raises(InferenceError, match="cannot load"):
        load(path)


def test_an_answer_that_is_no_number_is_told(tmp_path: Path) -> None:
    with pytest.raises(InferenceError, match="finite"):
        load(write_tiny_model(tmp_path, bias=math.nan)).log_odds(CROP)
