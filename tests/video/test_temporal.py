"""A temporal model in use: stretches of a film are judged together, and everything else goes on as it was."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

import pictures
from films import write_film
from tiny_model import STRETCH as LENGTH
from tiny_model import write_temporal_model, write_tiny_model
from veritile.analyze import Choices, run
from veritile.detector import Detector
from veritile.errors import InferenceError, ModelChecksumError, ModelMetadataError, ModelMissingError
from veritile.video.temporal import LEAST, TemporalModel, points_in_crop

FPS = 10.0


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


def people_beside(model: Path, mean: float) -> None:
    """Two hundred real people whom the model has scored alike."""
    known = {"sha256": hashlib.sha256(model.read_bytes()).hexdigest(), "tau_s": 12.0}
    people = {"<100": [mean] * 200}
    model.with_suffix(".people.json").write_text(json.dumps(known | {"people": people}))


def test_who_is_in_a_stretch_is_compared_with_people_whom_the_temporal_model_scored(
    folder: Path, tmp_path: Path
) -> None:
    temporal = write_temporal_model(tmp_path, calibration_a="1e-6", calibration_b="4")
    frame, film = folder / "tiny.onnx", folder / "film.mp4"
    assert Detector(frame, temporal=temporal).compared_with == 0
    p = []
    for mean in (-3.0, 5.0):  # all real people look less fake than this one, or more so
        people_beside(temporal, mean)
        detector = Detector(frame, temporal=temporal)
        result = detector.analyze_video(film, fps=FPS)
        assert (detector.compared_with, result.stretches) == (200, 2)
        p.append((result.verdict.p, result.people[0].verdict.p))
        # A picture is of the frame model, which knows of no people.
        assert detector.conclude([result.frames[0]]).p is None
    assert p == [(pytest.approx(1 / 201), pytest.approx(1 / 201)), (1.0, 1.0)]


def test_who_is_seen_too_briefly_for_a_stretch_is_not_compared_with_them(
    folder: Path, tmp_path: Path
) -> None:
    temporal = write_temporal_model(tmp_path)
    people_beside(temporal, 5.0)
    short = write_film(tmp_path / "short.mp4", [pictures.person(320, 180, face_px=90)] * (LEAST - 1), FPS)
    result = Detector(folder / "tiny.onnx", temporal=temporal).analyze_video(short, fps=FPS)
    assert (result.stretches, result.verdict.p) == (0, None)


def test_the_table_and_the_page_say_what_the_labels_rest_on(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    temporal, page = write_temporal_model(tmp_path), tmp_path / "page.html"
    film = folder / "film.mp4"
    short = write_film(tmp_path / "short.mp4", [pictures.person(320, 180, face_px=90)] * (LEAST - 1), FPS)
    told = []
    for people, files in ((False, [film]), (True, [film, film]), (True, [short])):
        if people:
            people_beside(temporal, 5.0)
        choices = Choices(str(folder / "tiny.onnx"), page=page, fps=FPS, temporal=str(temporal))
        assert run(files, choices) == 0
        told.append(capsys.readouterr().out.splitlines()[-1])
        assert told[-1].replace("4 stretches", "2 stretches") in page.read_text()
    assert told == [
        "stretch 1.0.0 judged 2 stretches together; nobody knows how it scores real people: "
        "the labels have no stated rate of error.",
        "stretch 1.0.0 judged 4 stretches together; who is in them was compared with 200 real people.",
        "stretch 1.0.0 judged nothing: nobody is seen in 8 frames.",
    ]


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
    with pytest.raises(ModelMetadataError, match="judges single frames: name a temporal model"):
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
