"""The temporal model from pictures to a file that the product takes, and beside the frame model."""

import csv
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")
for module in ("av", "onnx", "onnxscript", "sklearn"):
    pytest.importorskip(module)

from click.testing import CliRunner  # noqa: E402

from moving_face import BOX, EXTENT, portrait, swapped, write_calls, write_photographs  # noqa: E402
from tiny_model import write_tiny_model  # noqa: E402
from train_temporal import finished, main  # noqa: E402
from veritile.detector import Detector  # noqa: E402
from veritile.errors import ModelError  # noqa: E402
from veritile.train.bench import Bench  # noqa: E402
from veritile.train.export import Metadata, set_front_matter  # noqa: E402
from veritile.train.head import HeadRun, open_run  # noqa: E402
from veritile.train.people import people_file  # noqa: E402
from veritile.train.recipe import Data, Recipe  # noqa: E402
from veritile.train.temporal.comparison import HEADINGS, Comparison  # noqa: E402
from veritile.train.temporal.describe import describe  # noqa: E402
from veritile.train.temporal.export import export_temporal  # noqa: E402
from veritile.train.temporal.people import write_temporal_people  # noqa: E402
from veritile.train.temporal.recipe import smoke_recipe  # noqa: E402
from veritile.train.temporal.run import TemporalRun, judge  # noqa: E402
from veritile.train.temporal.sequences import SequenceSource  # noqa: E402
from veritile.video.temporal import TemporalModel  # noqa: E402

FOLDS = (("0",), ("1",))
pytestmark = pytest.mark.timeout(400)  # the export takes its time on a busy machine


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Data:
    folder = tmp_path_factory.mktemp("data")
    return Data(write_photographs(folder / "faces"), write_calls(folder / "live"))


@pytest.fixture(scope="module")
def frame(data: Data, tmp_path_factory: pytest.TempPathFactory) -> HeadRun:
    """A frame model that has learnt next to nothing."""
    recipe = Recipe(pairs=32, batch=8, size=64, averaging=0.9, passes=2, encoded=0.0, folds=FOLDS)
    run = open_run(tmp_path_factory.mktemp("frame"), recipe, data)
    assert isinstance(run, HeadRun)
    run.go(workers=0, measure_every=32, on_step=lambda pairs, loss: None)
    run.record()
    return run


@pytest.fixture(scope="module")
def run(frame: HeadRun, tmp_path_factory: pytest.TempPathFactory) -> TemporalRun:
    made = TemporalRun(
        tmp_path_factory.mktemp("run"), replace(smoke_recipe(FOLDS), held_out=2, length=8), frame
    )
    made.describe(workers=0, on_step=lambda what, done, total: None)
    return made


@pytest.fixture(scope="module")
def model(run: TemporalRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("model") / "stretch.onnx"
    metadata = Metadata("stretch", "1.0.0", "MIT", 64, "mesotemporal", calibration_a=2.0, calibration_b=0.5)
    digest = export_temporal(run.learn(), path, metadata, length=run.recipe.length)
    set_front_matter(path.with_suffix(".md"), metadata.front_matter(path.name, digest))
    return path


def test_the_file_answers_as_the_network_does(run: TemporalRun, model: Path) -> None:
    assert run.live is not None
    source = SequenceSource(run.frame.sources, size=64, margin=1.3, length=12, seed=5)
    looks = source[0][0]
    net = run.learn()
    expected = judge(net, torch.from_numpy(describe(looks, run.frame_model, 12)[None]))[0]
    assert TemporalModel.load(model).log_odds(looks) == pytest.approx(2 * expected + 0.5, abs=1e-2)


def test_a_fold_is_judged_by_what_did_not_learn_from_it(run: TemporalRun) -> None:
    source = run._source(run.frame.sources)
    for fold in FOLDS:
        rows = run._rows_without(fold)
        assert 0 < len(rows) < run.recipe.sequences
        assert not any(source.clips_of(int(row)) & set(fold) for row in rows)
    scores = run.score_clips()
    assert scores is not None
    sides = set(zip(scores.clip.tolist(), scores.fake.tolist(), strict=True))
    assert sides == {(0, False), (0, True), (1, False), (1, True)}
    assert np.isfinite(scores.log_odds).all()


def test_learning_again_gives_the_same_network(run: TemporalRun) -> None:
    again = TemporalRun(run.folder, run.recipe, run.frame)
    again.describe(workers=0, on_step=lambda what, done, total: None)
    one, other = (again.learn().state_dict() for _ in range(2))
    assert all(torch.equal(one[key], other[key]) for key in one)


def test_the_comparison_sees_the_same_frames_for_all_three(model: Path, tmp_path: Path) -> None:
    bench = write_bench(tmp_path / "bench")
    tiny = write_tiny_model(tmp_path)
    rows = Comparison(model, tiny).table(bench, draws=100)
    assert rows[0] == HEADINGS
    table = {(row[0], row[2]): row for row in rows[1:]}
    assert {name for name, _ in table} == {"calls, table", "calls, detected"}
    row = table["calls, table", "AUC"]
    assert row[1] == "3 / 60"
    values = [float(cell.split()[0]) for cell in row[4:]]
    assert values[2] == pytest.approx(values[1] - values[0], abs=2e-3)


def test_who_is_in_a_stretch_is_compared_with_held_out_people(
    run: TemporalRun, model: Path, tmp_path: Path
) -> None:
    tiny, clips = write_tiny_model(tmp_path), run.score_clips()
    people_file(model).write_text("of the weights before")
    told = []
    path = write_temporal_people(
        model,
        tiny,
        run.held_out_faces,
        length=run.recipe.length,
        live=run.live,
        clips=clips,
        advance=lambda: told.append(1),
    )
    assert len(told) == len(run.held_out_faces)
    known = json.loads(path.read_text())
    assert clips is not None
    sides = clips.by_clip()
    assert known["swapped"] == sorted(round(float(value), 3) for value in sides.log_odds[sides.fake])
    real = [value for values in known["people"].values() for value in values]
    assert {round(float(value), 3) for value in sides.log_odds[~sides.fake]} <= set(real)
    # Some photographs' faces may not be found for long enough.
    assert np.sum(~sides.fake) < len(real) <= len(run.held_out_faces) + np.sum(~sides.fake)
    assert Detector(tiny, temporal=model).compared_with == len(real)
    assert known["tau_s"] == 1.0  # that of a frame model of which nothing is known


def test_the_command_wants_a_finished_run(data: Data, frame: HeadRun, tmp_path: Path) -> None:
    assert finished(frame.folder, data).step == frame.step
    with pytest.raises(ModelError, match="train the frame model first"):
        finished(tmp_path, data)
    record = json.loads((frame.folder / "record.json").read_text())
    record["recipe"]["pairs"] = 64
    (tmp_path / "record.json").write_text(json.dumps(record))
    with pytest.raises(ModelError, match="holds no finished run"):
        finished(tmp_path, data)
    done = CliRunner().invoke(main, [])
    assert done.exit_code == 2
    assert "Give --faces" in done.output


def write_bench(folder: Path) -> Bench:
    """Three people in clips of ten frames, each with its swap."""
    folder.mkdir()
    columns = ["file", "set", "clip", "label", "kind", "width", "height", "frame"]
    with (
        zipfile.ZipFile(folder / "calls.zip", "w") as archive,
        (folder / "bench.csv").open("w", newline="", encoding="utf-8") as file,
    ):
        table = csv.writer(file)
        table.writerow([*columns, "face_x", "face_y", "face_w", "face_h"])
        for clip in range(3):
            for frame in range(10):
                real = portrait(0.8 + 0.1 * clip, frame)
                for label, picture in (("real", real), ("fake", swapped(real))):
                    name = f"{clip}/{label}/{frame}.jpg"
                    archive.writestr(name, cv2.imencode(".jpg", picture[..., ::-1])[1].tobytes())
                    box = (BOX[0] - frame, *BOX[1:])
                    table.writerow([name, "calls", clip, label, "drawing", EXTENT, EXTENT, 5 * frame, *box])
    return Bench(folder)
