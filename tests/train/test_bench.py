"""From a benchmark folder to rows, from rows to results.csv and to tables."""

import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from veritile.errors import CorruptImageError, FileUnreadableError
from veritile.train.bench import Bench, BenchFrame, Row, evaluate
from veritile.train.drawn import write_bench
from veritile.train.report import (
    cell,
    fill_card,
    markdown,
    models_table,
    read_rows,
    sets_table,
    write_rows,
)


def frames(*, clips: int = 6, each: int = 2, face: float = 150, name: str = "calls") -> list[BenchFrame]:
    return [
        BenchFrame(f"{clip}/{fake}/{n}.jpg", name, str(clip), fake, "drawing", n, (0, 0, face / 2, face))
        for clip in range(clips)
        for n in range(each)
        for fake in (False, True)
    ]


def rows_of(given: list[BenchFrame], log_odds: list[float | None], model: str = "net") -> dict[tuple, Row]:
    found = evaluate(given, log_odds, model=model, version="1", faces="table", draws=100)
    return {(row.set, row.group, row.figure): row for row in found}


def test_a_folder_is_read_with_its_pictures(tmp_path: Path) -> None:
    write_bench(tmp_path, clips=2, frames=2)
    bench = Bench(tmp_path)
    assert bench.sets == ["drawn"]
    read = list(bench.pictures())
    assert [frame for frame, _ in read] == bench.frames
    assert {picture.shape for _, picture in read} == {(180, 180, 3)}
    assert {frame.face_px for frame, _ in read} == {100.0}


def test_pictures_may_lie_beside_the_table(tmp_path: Path) -> None:
    write_bench(tmp_path, clips=1, frames=1)
    with zipfile.ZipFile(tmp_path / "drawn.zip") as archive:
        archive.extractall(tmp_path)
    (tmp_path / "drawn.zip").unlink()
    assert len(list(Bench(tmp_path).pictures())) == 2


def test_what_is_wrong_with_a_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadableError, match=r"bench\.csv"):
        Bench(tmp_path)
    write_bench(tmp_path, clips=1, frames=1)
    table = tmp_path / "bench.csv"
    text = table.read_text()
    table.write_text(text.replace(",real,", ",genuine,"))
    with pytest.raises(CorruptImageError, match="genuine"):
        Bench(tmp_path)
    table.write_text(text.splitlines()[0] + "\n")
    with pytest.raises(FileUnreadableError, match="no picture"):
        Bench(tmp_path)
    table.write_text(text.replace("fake/0.jpg", "fake/9.jpg"))
    with pytest.raises(FileUnreadableError, match=r"fake/9\.jpg"):
        list(Bench(tmp_path).pictures())


def test_a_perfect_detector() -> None:
    given = frames()
    rows = rows_of(given, [3.0 if frame.fake else -3.0 for frame in given])
    perfect = dict.fromkeys(
        ("frame_auc", "clip_auc", "paired_accuracy", "frame_swaps_found", "clip_swaps_found"), 1
    )
    perfect |= dict.fromkeys(("frame_false_alarms", "clip_false_alarms"), 0)
    for figure, value in perfect.items():
        row = rows["calls", "all", figure]
        assert (row.value, row.low, row.high) == (value, value, value)
    assert rows["calls", "all", "frame_auc"].frames == 24


def test_a_set_of_real_people_has_false_alarms_only() -> None:
    given = [frame for frame in frames() if not frame.fake]
    rows = rows_of(given, [1.0] * len(given))
    assert {figure for _, group, figure in rows if group == "all"} == {
        "frame_false_alarms",
        "clip_false_alarms",
    }  # and no correlation: equal scores do not vary
    assert rows["calls", "all", "clip_false_alarms"].value == 1.0


def test_frames_without_a_score_are_counted_and_not_guessed() -> None:
    given = frames()
    rows = rows_of(given, [None if frame.clip == "0" else 3.0 if frame.fake else -3.0 for frame in given])
    row = rows["calls", "all", "frame_auc"]
    assert (row.value, row.frames, row.unscored, row.clips) == (1.0, 20, 4, 5)


def test_face_sizes_are_apart_and_need_three_clips() -> None:
    given = frames(face=150) + [replace(f, clip=f"small {f.clip}") for f in frames(face=80, clips=2)]
    rows = rows_of(given, [0.0] * len(given))
    assert {group for _, group, _ in rows} == {"all", "100-200 px"}
    assert rows["calls", "100-200 px", "frame_auc"].frames == 24


def test_results_replace_those_of_the_same_model_only(tmp_path: Path) -> None:
    given = frames()
    path = tmp_path / "models" / "results.csv"
    old, other = ([*rows_of(given, [0.0] * 24, name).values()] for name in ("net", "other"))
    write_rows(path, other)
    write_rows(path, old)
    good = [*rows_of(given, [float(f.fake) for f in given]).values()]
    rows = write_rows(path, good)
    assert rows == read_rows(path)
    by_model = {name: [row for row in rows if row.model == name] for name in ("net", "other")}
    assert by_model["other"] == other
    assert by_model["net"] == good


def test_results_of_another_form_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadableError, match="evaluate"):
        read_rows(tmp_path / "results.csv")
    (tmp_path / "results.csv").write_text("model,score\nnet,1\n")
    with pytest.raises(CorruptImageError, match="results"):
        read_rows(tmp_path / "results.csv")


def test_tables_show_every_figure_with_its_interval() -> None:
    given = frames()
    rows = [*rows_of(given, [float(f.fake) for f in given]).values()]
    head, *lines = models_table(rows, "table")
    assert head == ["Set: figure", "net"]
    assert ["calls: Frame AUC", "1.000 (1.000-1.000)"] in lines
    head, line, *_ = sets_table(rows, "net", "table")
    assert line[:2] == ["calls, all", "6 / 24 / 0"]
    assert dict(zip(head, line, strict=True))["False alarms, frames"] == "0 % (0-0)"


def test_a_figure_without_an_interval_shows_none() -> None:
    row = Row("net", "1", "table", "calls", "all", "frame_auc", 0.6189, np.nan, np.nan, 1, 2, 0)
    assert cell(row) == ".619"
    assert cell(replace(row, low=0.5, high=0.7)) == ".619 (.500-.700)"
    assert cell(replace(row, value=1.0, low=-0.05, high=10.0)) == "1.000 (-.050-10.000)"
    assert cell(replace(row, figure="frame_false_alarms", low=0.5, high=0.7)) == "62 % (50-70)"


def test_a_card_takes_its_figures_from_the_rows() -> None:
    given = frames()
    rows = [*rows_of(given, [float(f.fake) for f in given]).values()]
    card = (
        "# net\n<!-- figures: sets net table -->\nold\n<!-- end -->\n"
        "text\n<!-- figures: models table -->\n<!-- end -->\n"
    )
    filled = fill_card(card, rows)
    assert "old" not in filled
    assert markdown(sets_table(rows, "net", "table")) in filled
    assert markdown(models_table(rows, "table")) in filled
    assert fill_card(filled, rows) == filled
