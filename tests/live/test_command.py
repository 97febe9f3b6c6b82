"""`veritile evaluate`: what it prints and writes, and its exit codes."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bootstrap import ROOT
from live.films import write_table
from tiny_model import write_tiny_model
from veritile.cli import main
from veritile.live.call import Call, play
from veritile.live.report import ROWS
from veritile.vocabulary import Sensitivity

PAGE = ROOT / "docs" / "live.md"
BLOCK = "Before.\n\n<!-- live: untouched -->\nold\n<!-- end -->\n\nAfter.\n"


def evaluate(tiny: Path, *arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["evaluate", "--model", str(tiny), *map(str, arguments)])


def answer(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


def test_json_has_figures_and_calls(tiny: Path, clips: Path) -> None:
    found = answer(
        evaluate(tiny, "--live", clips, "--minutes", "0.5", "--presets", "balanced,sensitive", "--json")
    )
    assert found["conditions"] == "untouched"
    assert found["model"]["name"] == "tiny 1.0.0"
    whole = [each for each in found["figures"] if each["group"] == "all"]
    assert [each["preset"] for each in whole] == ["sensitive", "balanced"]
    assert [(each["calls"], each["swapped"], each["missed"], each["false_alarms"]) for each in whole] == [
        (2, 1, 0, 0)
    ] * 2
    assert {call["name"].split("/")[1] for call in found["calls"]} == {"anna-real", "anna-fake"}
    for call in found["calls"]:
        last = "likely_fake" if call["swap_s"] == 0 else "likely_real"
        assert (call["labels"][0]["label"], call["labels"][-1]["label"]) == ("inconclusive", last)


def test_table_for_people_names_every_figure(tiny: Path, tmp_path: Path) -> None:
    result = evaluate(tiny, "--live", write_table(tmp_path), "--minutes", "0.1")
    assert result.exit_code == 0, result.output
    for title, _ in ROWS:
        assert title in result.stdout
    for preset in Sensitivity:
        assert preset.value in result.stdout
    assert "left out, being too short: 1" in result.stdout
    assert "prove little" in result.stdout


def test_swap_in_mid_call(tiny: Path, clips: Path) -> None:
    swapped = ("--swap-after", "20", "--minutes", "1.5", "--presets", "sensitive")
    found = answer(evaluate(tiny, "--live", clips, *swapped, "--json"))
    assert found["conditions"] == "untouched, swapped after 20 s"
    assert [(call["swap_s"], call["false_alarms"]) for call in found["calls"]] == [(20.0, 0)]
    assert found["figures"][0]["real_minutes"] == pytest.approx(1 / 3)
    assert found["figures"][0]["detect_p50"] > 0


def test_page_is_written_between_its_comments(tiny: Path, clips: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(BLOCK, encoding="utf-8")
    result = evaluate(tiny, "--live", clips, "--minutes", "0.1", "--write", page)
    assert result.exit_code == 0, result.output
    text = page.read_text(encoding="utf-8")
    assert text.startswith("Before.\n\n<!-- live: untouched -->\n")
    assert text.endswith("<!-- end -->\n\nAfter.\n")
    assert "old" not in text
    assert f"`veritile evaluate --live {clips.name} --minutes 0.1 --model tiny.onnx`: tiny 1.0.0" in text
    assert str(clips.parent) not in text  # folders are one's own affair


def test_page_without_a_place_is_told_before_anything_is_played(tiny: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(BLOCK.replace("untouched", "vp8-300k-360"), encoding="utf-8")
    result = evaluate(tiny, "--live", tmp_path / "none", "--write", page)
    assert result.exit_code == 1
    assert "add the lines <!-- live: untouched -->" in result.output


def test_model_that_is_replaced_meanwhile_is_told(
    clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = write_tiny_model(tmp_path)

    def shipped_meanwhile(*arguments: Any, **options: Any) -> Call:
        write_tiny_model(tmp_path, bias=1.0)
        return play(*arguments, **options)

    monkeypatch.setattr("veritile.live.run.play", shipped_meanwhile)
    result = evaluate(model, "--live", clips, "--minutes", "0.05", "--presets", "balanced")
    assert result.exit_code == 1
    assert "changed while the calls were played" in result.stderr


def test_recorded_and_replayed(tiny: Path, clips: Path, tmp_path: Path) -> None:
    file = tmp_path / "calls.msgpack"
    arguments = ("--live", clips, "--minutes", "0.1", "--presets", "balanced", "--json")
    looks = sum(call["looks"] for call in answer(evaluate(tiny, *arguments, "--record", file))["calls"])
    found = answer(evaluate(tiny, "--replay", file, "--json"))
    assert (found["same"], found["verdicts"], found["calls"], found["same_model"]) == (True, looks, 2, True)
    result = evaluate(tiny, "--replay", file)
    assert result.exit_code == 0
    assert f"All {looks} verdicts of 2 calls are the same" in result.output
    result = evaluate(write_tiny_model(tmp_path, bias=0.5), "--replay", file)
    assert result.exit_code == 1
    assert "Recorded with other weights: tiny 1.0.0." in result.output
    assert "Verdict 1 differs" in result.output


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--live", "a", "--replay", "b"],
        ["--live", "a", "--presets", "bold"],
        ["--live", "a", "--minutes", "0"],
        ["--live", "a", "--freeze", "1"],
        ["--live", "a", "--codec", "av9"],
        ["--live", "a", "--swap-after", "200"],
    ],
)
def test_wrong_usage_is_exit_code_2(arguments: list[str]) -> None:
    result = CliRunner().invoke(main, ["evaluate", *arguments])
    assert result.exit_code == 2
    assert "Error:" in result.output


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--live", "none"], "does not exist"),
        (["--live", "."], "rename them"),
        (["--replay", "none"], "name a recording"),
        (["--live", "clips", "--model", "none"], "none"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(
    tiny: Path, clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    arguments = [str(clips) if argument == "clips" else argument for argument in arguments]
    result = evaluate(tiny, *arguments)
    assert result.exit_code == 1
    assert result.stderr.startswith("Error ")
    assert says in result.stderr


def test_the_page_explains_every_figure() -> None:
    meaning = PAGE.read_text(encoding="utf-8").split("## What the figures mean")[1].split("\n## ")[0]
    explained = [line.split("|")[1].strip() for line in meaning.splitlines() if line.startswith("| ")]
    assert explained == ["Figure", *(title for title, _ in ROWS)]


def test_the_pages_tables_are_of_the_figures_that_there_are() -> None:
    blocks = re.findall(r"<!-- live: .+? -->\n(.*?)<!-- end -->", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        assert block.startswith("`veritile evaluate --live ")
        assert [line.split("|")[1].strip() for line in block.splitlines() if line.startswith("| ")][
            2 : len(ROWS) + 2
        ] == [title for title, _ in ROWS]
