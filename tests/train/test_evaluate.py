"""The whole laboratory on drawn calls: models in, rows, tables and a report out."""

import csv
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from films import write_film
from pictures import person
from tiny_model import write_card, write_tiny_model
from veritile.errors import FileUnreadableError
from veritile.frame.card import read_card
from veritile.train.bench import Bench
from veritile.train.cost import measure_cost
from veritile.train.drawn import write_bench
from veritile.train.results import read_rows
from veritile.train.scoring import Lineup, number_of_pictures, pictures_and_calls, rows_of, sets_to_recode

SCRIPT = Path(__file__).resolve().parents[2] / "scripts/evaluate.py"


@pytest.fixture
def bench(tmp_path: Path) -> Path:
    write_bench(tmp_path / "bench", clips=3, frames=2)
    return tmp_path / "bench"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    (tmp_path / "tiny").mkdir()
    return write_tiny_model(tmp_path / "tiny")


def broken_model(folder: Path) -> Path:
    """A file that its card describes, and that is no network."""
    folder.mkdir()
    file = folder / "broken.onnx"
    file.write_bytes(b"no network")
    write_card(file, name="broken")
    return file


def silent_model(folder: Path) -> Path:
    """A network that loads, and answers with no number."""
    folder.mkdir()
    path = write_tiny_model(folder, name="silent", bias=float("nan"))
    write_card(path, name="silent")
    return path


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=110, check=False)


def test_a_call_loses_what_it_shows_less_of(bench: Path, model: Path) -> None:
    """Rows of both calls beside those of the set; the same frames, of which the loss is the difference."""
    pytest.importorskip("av")
    lineup, frames = Lineup.load([model], ["table"]), []
    folder = Bench(bench)
    for frame, picture in pictures_and_calls(folder, ["drawn"], workers=2):
        frames.append(frame)
        lineup.score(frame, picture)
    assert len(frames) == number_of_pictures(folder, ["drawn"]) == 36
    rows = {
        (r.set, r.figure): r for r in rows_of(lineup.contenders[0], frames, draws=100) if r.group == "all"
    }
    for name in ("drawn@vp8-300k-360", "drawn@h264-300k-360"):
        lost = rows[name, "frame_auc_loss"]
        difference = rows["drawn", "frame_auc"].value - rows[name, "frame_auc"].value
        assert lost.value == pytest.approx(difference)
        assert lost.low <= lost.value <= lost.high
        assert (lost.clips, lost.frames, lost.unscored) == (3, 12, 0)


def test_sets_are_chosen_by_name_or_by_what_they_hold(bench: Path) -> None:
    folder = Bench(bench)
    assert sets_to_recode(folder, "paired") == sets_to_recode(folder, "all") == ["drawn"]
    assert sets_to_recode(folder, "drawn") == ["drawn"]
    assert sets_to_recode(folder, "none") == []
    with pytest.raises(FileUnreadableError, match="'webcam'"):
        sets_to_recode(folder, "drawn,webcam")
    table = bench / "bench.csv"
    lines = table.read_text().splitlines()
    table.write_text("\n".join(line for line in lines if ",fake," not in line))
    assert sets_to_recode(Bench(bench), "paired") == []


def test_a_model_that_fails_does_not_take_the_others_along(tmp_path: Path, bench: Path, model: Path) -> None:
    models = [broken_model(tmp_path / "a"), tmp_path / "none.onnx", silent_model(tmp_path / "b"), model]
    lineup = Lineup.load(models, ["table", "detected"])
    for frame, picture in Bench(bench).pictures():
        lineup.score(frame, picture)
    assert [(each.card.name, each.faces) for each in lineup.contenders] == [
        ("tiny", "table"),
        ("tiny", "detected"),
    ]
    assert {len(each.log_odds) for each in lineup.contenders} == {12}
    assert [Path(failure.model).name for failure in lineup.failures] == ["broken.onnx", "none.onnx", "silent"]


def test_two_models_of_one_name_are_not_mixed_up(tmp_path: Path, model: Path) -> None:
    (tmp_path / "again").mkdir()
    lineup = Lineup.load([model, write_tiny_model(tmp_path / "again")], ["table"])
    assert len(lineup.contenders) == 1
    assert "named tiny" in lineup.failures[0].why


def test_cost_is_that_of_a_fresh_process(model: Path) -> None:
    rows = {row.figure: row for row in measure_cost(read_card(model))}
    assert rows["file_mb"].value == model.stat().st_size / 1e6
    for figure in ("inference_ms", "load_ms"):
        row = rows[figure]
        assert 0 < row.low <= row.value <= row.high < 10_000
        assert row.set == "cost"


def test_one_command_prints_and_writes_everything(tmp_path: Path, bench: Path, model: Path) -> None:
    pytest.importorskip("av")
    pytest.importorskip("matplotlib")
    films = tmp_path / "films"
    films.mkdir()
    for number in range(2):
        write_film(films / f"{number}.mp4", [person(face_px=140 + 10 * number)] * 30)
    broken = broken_model(tmp_path / "broken")
    out, report = tmp_path / "out/results.csv", tmp_path / "report"
    done = run(
        "--bench", bench, model, broken, "--out", out, "--report", report, "--clips", films, "--draws", 100
    )  # fmt: skip
    assert done.returncode == 1, done.stderr  # for the one that failed
    assert "Not measured" in done.stdout
    rows = read_rows(out)
    assert {row.model for row in rows} == {"tiny"}
    assert {(row.faces, row.set) for row in rows} >= {
        ("table", "drawn"), ("table", "drawn@vp8-300k-360"), ("table", "cost"), ("detected", "videos")
    }  # fmt: skip
    text = (report / "report.md").read_text(encoding="utf-8")
    for part in ("broken", "SHA-256 of `bench.csv`", "Goal", "drawn@h264-300k-360", "Videos", "Revision"):
        assert part in text
    pictures = [line.split("(")[1][:-1] for line in text.splitlines() if line.startswith("![")]
    assert len(pictures) >= 3
    for picture in pictures:
        assert (report / picture).read_bytes().startswith(b"\x89PNG")
    with (report / "scores.csv").open(newline="", encoding="utf-8") as file:
        scores = list(csv.DictReader(file))
    assert len(scores) == 36
    assert all(np.isfinite(float(line["tiny table"])) for line in scores)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--bench", "nowhere"], "bench.csv"),
        (["--recode", "nothing"], "nothing"),
        (["--clips", "nowhere"], "folder of video"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(
    bench: Path, model: Path, arguments: list[str], says: str
) -> None:
    done = run("--bench", bench, model, "--out", bench / "results.csv", "--no-cost", *arguments)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: ")
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert not (bench / "results.csv").exists()


def test_without_a_model_left_nothing_is_written(tmp_path: Path, bench: Path) -> None:
    done = run("--bench", bench, broken_model(tmp_path / "a"), "--out", tmp_path / "results.csv")
    assert done.returncode == 1
    assert "No model could be measured" in done.stderr
    assert not (tmp_path / "results.csv").exists()
