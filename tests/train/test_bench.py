"""From a benchmark folder to rows, from rows to results.csv and to tables."""

import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from veritile.errors import CorruptImageError, FileUnreadableError
from veritile.train.bench import Bench, BenchFrame, Row, evaluate, originals
from veritile.train.drawn import write_bench
from veritile.train.goals import GOALS, Goal, goals_table, verdict
from veritile.train.report import order_table
from veritile.train.results import (
    fill_card,
    kinds_table,
    markdown,
    models_table,
    read_rows,
    sets_table,
    sizes_table,
    write_rows,
)
from veritile.train.wording import FIGURES, cell


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
    table.write_text(text.replace("100.0", "0.0"))
    with pytest.raises(CorruptImageError, match="face box"):
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
    assert {group for _, group, _ in rows} == {"all", "100-200 px", "kind drawing"}
    assert rows["calls", "100-200 px", "frame_auc"].frames == 24


def test_results_replace_those_of_the_same_model_only(tmp_path: Path) -> None:
    given = frames()
    path = tmp_path / "models" / "results.csv"
    old, other = ([*rows_of(given, [0.0] * 24, name).values()] for name in ("net", "other"))
    write_rows(path, other)
    write_rows(path, old)
    good = [*rows_of(given, [float(f.fake) for f in given]).values()]
    rows = write_rows(path, good)
    assert as_text(rows) == as_text(read_rows(path))
    by_model = {name: [row for row in rows if row.model == name] for name in ("net", "other")}
    assert as_text(by_model["other"]) == as_text(other)
    assert as_text(by_model["net"]) == as_text(good)


def test_results_of_other_sets_and_conditions_stay(tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    row = Row("net", "1", "table", "calls", "all", "frame_auc", 0.5, 0.25, 0.75, 6, 24, 0)
    others = [
        replace(row, model="other"),
        replace(row, faces="detected"),
        replace(row, set="calls@vp8-300k-360"),
    ]
    write_rows(path, [row, *others])
    newer = replace(row, value=0.75, low=0.5, high=1.0)
    assert set(write_rows(path, [newer])) == {newer, *others}


def test_no_table_mixes_two_versions_of_a_model(tmp_path: Path) -> None:
    path = tmp_path / "results.csv"
    row = Row("net", "1", "table", "calls", "all", "frame_auc", 0.5, 0.25, 0.75, 6, 24, 0)
    other = replace(row, model="other")
    write_rows(path, [row, replace(row, set="cost"), other])
    newer = replace(row, version="2")
    assert set(write_rows(path, [newer])) == {newer, other}


def as_text(rows: list[Row]) -> list[str]:
    """Rows to compare, as exact as the file: a figure that is not a number equals itself here."""
    return [
        repr(replace(row, value=round(row.value, 4), low=round(row.low, 4), high=round(row.high, 4)))
        for row in rows
    ]


def test_results_of_another_form_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadableError, match="evaluate"):
        read_rows(tmp_path / "results.csv")
    (tmp_path / "results.csv").write_text("model,score\nnet,1\n")
    with pytest.raises(CorruptImageError, match="results"):
        read_rows(tmp_path / "results.csv")


def clips_of(*named: tuple[str, bool, str]) -> list[BenchFrame]:
    """Two frames of every (clip, fake, kind)."""
    return [
        BenchFrame(f"{clip}/{fake}/{n}.jpg", "set", clip, fake, kind, n, (0, 0, 150, 150))
        for clip, fake, kind in named
        for n in range(2)
    ]


def test_a_fake_clip_is_held_against_its_own_original() -> None:
    """519_515 is 519 with another face; 750_743 has no original here; a call is named as its original."""
    given = clips_of(
        ("519", False, "youtube"),
        ("634", False, "youtube"),
        ("call", False, "webcam"),
        ("519_515", True, "Deepfakes"),
        ("634_660", True, "FaceSwap"),
        ("750_743", True, "Face2Face"),
        ("call", True, "live"),
        ("call_2", True, "live"),
    )
    assert originals(given) == {
        ("set", "519_515"): "519",
        ("set", "634_660"): "634",
        ("set", "750_743"): None,
        ("set", "call"): "call",
        ("set", "call_2"): None,
    }
    # 519_515 is above 519, 634_660 below 634 though above all others, the call's fake above its original.
    means = {"519": -2, "634": 5, "519_515": -1, "634_660": 4, "750_743": 0, "call_2": 0}
    log_odds = [float(means.get(frame.clip, frame.fake)) for frame in given]
    rows = rows_of(given, log_odds)
    order = rows["set", "all", "clip_order"]
    assert (order.value, order.clips) == (pytest.approx(2 / 3), 3)
    assert rows["set", "kind Deepfakes", "clip_order"].value == 1.0
    assert rows["set", "kind FaceSwap", "clip_order"].value == 0.0
    assert ("set", "kind Face2Face", "clip_order") not in rows
    table = order_table(given, log_odds)
    assert ["set", "750_743", "Face2Face", "0.00", "none in the set", "", ""] in table
    assert ["set", "634_660", "FaceSwap", "4.00", "634", "5.00", "no"] in table


def test_a_kind_of_swap_is_measured_beside_every_real_frame() -> None:
    given = clips_of(("1", False, "webcam"), ("2", False, "webcam"), ("3", True, "good"), ("4", True, "bad"))
    rows = rows_of(given, [{"1": 0.0, "2": 2.0, "3": 1.0, "4": 3.0}[frame.clip] for frame in given])
    assert rows["set", "kind good", "frame_auc"].value == 0.5
    assert rows["set", "kind bad", "frame_auc"].value == 1.0
    assert rows["set", "kind bad", "frame_auc"].frames == 6
    assert ("set", "kind bad", "frame_false_alarms") not in rows
    head, *lines = kinds_table([*rows.values()], "net", "table")
    assert [line[0] for line in lines] == ["set, good", "set, bad"]
    assert dict(zip(head, lines[1], strict=True))["Frame AUC"] == "1.000"


def test_one_real_frame_of_few_is_more_than_one_per_cent() -> None:
    few = rows_of(frames(clips=6, each=2), [0.0] * 24)
    assert cell(few["calls", "all", "swaps_found_at_rare"]) == "too few"


GOAL = Goal("liveswap", "frame_auc", 0.8, True)
ALARMS = Goal("webcam", "frame_false_alarms", 0.05, False)


@pytest.mark.parametrize(
    ("goal", "value", "low", "high", "says"),
    [
        (GOAL, 0.9, 0.85, 0.95, "met"),
        (GOAL, 0.9, 0.75, 0.95, "met, but the interval reaches past the goal"),
        (GOAL, 0.7, 0.6, 0.85, "not met, but the interval includes the goal"),
        (GOAL, 0.6, 0.5, 0.7, "not met"),
        (GOAL, 0.9, np.nan, np.nan, "met, without an interval"),
        (GOAL, np.nan, np.nan, np.nan, "not measured"),
        (ALARMS, 0.02, 0.01, 0.04, "met"),
        (ALARMS, 0.04, 0.02, 0.07, "met, but the interval reaches past the goal"),
        (ALARMS, 0.09, 0.06, 0.12, "not met"),
        (ALARMS, 0.0, 0.0, 0.0, "met, but the interval reaches past the goal"),
    ],
)
def test_a_goal_is_met_when_its_whole_interval_says_so(
    goal: Goal, value: float, low: float, high: float, says: str
) -> None:
    """None of ten people called fake does not show that at most 5 % are."""
    row = Row("net", "1", "table", goal.set, "all", goal.figure, value, low, high, 10, 200, 0)
    assert verdict(goal, row) == says


def test_many_people_without_an_alarm_do_show_it() -> None:
    row = Row("net", "1", "table", "webcam", "all", "frame_false_alarms", 0, 0, 0, 317, 317, 0)
    assert verdict(ALARMS, row) == "met"


def test_the_goals_table_names_every_goal_and_what_is_not_measured() -> None:
    rows = [
        Row("net", "1", "detected", "liveswap", "all", "frame_auc", 0.7, 0.6, 0.75, 11, 436, 0),
        Row("net", "1", "table", "cost", "all", "inference_ms", 4, 3.9, 4.2, 5, 500, 0),
    ]
    _, *lines = goals_table(rows, "net", "detected")
    assert len(lines) == len(GOALS)
    assert ["liveswap: Frame AUC", "≥ .800", ".700 (.600-.750)", "11 / 436", "not met"] in lines
    assert ["cost: Inference", "≤ 15 ms", "4.00 ms (3.90-4.20)", "5 / 500", "met"] in lines
    assert ["ffpp: Frame AUC", "≥ .850", "", "", "not measured"] in lines
    assert {goal.figure for goal in GOALS} <= set(FIGURES)


def test_the_table_for_terminals_has_a_column_a_face_size() -> None:
    rows = [*rows_of(frames(face=150), [float(f.fake) for f in frames()]).values()]
    head, *lines = sizes_table(rows, "net", "table")
    assert head == ["Set: figure", "all", "100-200 px"]
    assert ["calls: Frame AUC", "1.000 (1.000-1.000)", "1.000 (1.000-1.000)"] in lines


def test_names_with_bars_do_not_break_a_table() -> None:
    assert markdown([["a"], ["x|y"]]) == "| a |\n| --- |\n| x\\|y |\n"


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
