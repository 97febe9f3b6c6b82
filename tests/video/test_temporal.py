"""A temporal model in use: stretches of a film are judged together, and everything else goes on as it was."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper

import pictures
from films import write_film
from tiny_model import METADATA, SIZE, write_tiny_model
from veritile.analyze import Choices, run
from veritile.detector import Detector
from veritile.errors import InferenceError, ModelChecksumError, ModelMetadataError, ModelMissingError
from veritile.video.temporal import LEAST, TemporalModel, points_in_crop

LENGTH = 10
FPS = 10.0


def write_temporal_model(folder: Path, *, name: str = "stretch", **metadata: str) -> Path:
    """Write a model whose answer is how long a stretch is, in seconds, and its card."""
    entries = METADATA | {"name": name, "kind": "temporal", "frames": str(LENGTH)}
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
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    head = {"name": name, "version": "1.0.0", "file": path.name, "sha256": digest, "licence": "MIT"}
    card = "".join(f"{key}: {value}\n" for key, value in (head | {"input_size": str(SIZE)}).items())
    path.with_suffix(".md").write_text(f"---\n{card}---\n")
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("temporal")
    write_tiny_model(folder)
    write_temporal_model(folder)
    person = pictures.person(320, 180, face_px=90)
    write_film(folder / "film.mp4", [person] * (2 * LENGTH + LEAST - 1), FPS)
    return folder


def test_a_stretch_is_judged_together_and_its_scores_say_so(folder: Path) -> None:
    film, frame = folder / "film.mp4", folder / "tiny.onnx"
    alone = Detector(frame).analyze_video(film, fps=FPS)
    both = Detector(frame, temporal=folder / "stretch.onnx").analyze_video(film, fps=FPS)
    before, after = (np.array([f.result.log_odds for f in result.frames]) for result in (alone, both))
    length_s = both.frames[LENGTH - 1].t - both.frames[0].t
    for first in (0, LENGTH):
        part = slice(first, first + LENGTH)
        assert after[part].mean() == pytest.approx(2 * length_s - 1, abs=1e-4)
        assert after[part] - before[part] == pytest.approx(np.full(LENGTH, (after - before)[first]), abs=1e-5)
    # What is left is too short for a stretch.
    assert after[2 * LENGTH :] == pytest.approx(before[2 * LENGTH :])
    assert [look.face.log_odds for look in both.people[0].person.looks] == pytest.approx(after)
    assert both.verdict.score != pytest.approx(alone.verdict.score)


def test_the_json_names_both_models(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frame, temporal = str(folder / "tiny.onnx"), folder / "stretch.onnx"
    assert run([folder / "film.mp4"], Choices(frame, "json", temporal=str(temporal))) == 0
    told = json.loads(capsys.readouterr().out)["model"]
    assert told["name"] == "tiny"
    assert told["temporal"]["name"] == "stretch"
    assert told["temporal"]["sha256"] == hashlib.sha256(temporal.read_bytes()).hexdigest()


def test_a_picture_is_no_stretch(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "person.jpg").write_bytes(pictures.jpeg(pictures.person()))
    told = []
    for temporal in (None, str(folder / "stretch.onnx")):
        assert (
            run([folder / "person.jpg"], Choices(str(folder / "tiny.onnx"), "json", temporal=temporal)) == 0
        )
        told.append(json.loads(capsys.readouterr().out))
    assert told[0] == told[1]


def test_a_model_of_single_frames_is_refused(folder: Path) -> None:
    with pytest.raises(ModelMetadataError, match="kind"):
        TemporalModel.load(folder / "tiny.onnx")


def test_a_temporal_model_is_refused_as_a_model_of_frames(folder: Path) -> None:
    with pytest.raises(ModelMetadataError, match="one input"):
        Detector(folder / "stretch.onnx")


def test_one_that_is_missing_or_changed_is_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError, match=r"There is no model 'nothing'"):
        Detector(folder / "tiny.onnx", temporal="nothing")
    path = write_temporal_model(tmp_path)
    path.write_bytes(path.read_bytes() + b"\0")
    with pytest.raises(ModelChecksumError, match="SHA-256 differs"):
        TemporalModel.load(path)


def test_an_answer_that_is_no_number_is_an_error(folder: Path, tmp_path: Path) -> None:
    path = write_temporal_model(tmp_path, calibration_a="1e6", calibration_b="0")
    model = TemporalModel.load(path)
    person = pictures.person(320, 180, face_px=90)
    result = Detector(folder / "tiny.onnx").analyze_image(person)
    looks = [model.look_at(person, result, t)[0][1] for t in (0.0, float("inf"))]
    with pytest.raises(InferenceError, match="finite number"):
        model.log_odds(looks)


def test_points_are_told_in_sides_of_the_crop() -> None:
    told = points_in_crop([(50, 40), (20, 40), (80, 100), (50, 70), (65, 70)], (20, 40, 60, 60), 1.2)
    assert told.reshape(5, 2)[3].tolist() == pytest.approx([0.5, 0.5])
    assert told.reshape(5, 2)[2].tolist() == pytest.approx([0.5 + 30 / 72, 0.5 + 30 / 72])
