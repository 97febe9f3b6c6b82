"""`veritile bench` measures a real host and says how each figure stands to its goal."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from tiny_model import write_tiny_model
from veritile.bench.figure import Figure, as_json
from veritile.cli import main
from veritile.frame.trial import Trial


def test_it_prints_every_figure_with_its_goal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VERITILE_CACHE_DIR", str(tmp_path))
    monkeypatch.setenv("VERITILE_PROVIDER", "CPUExecutionProvider")
    model = str(write_tiny_model(tmp_path))
    done = CliRunner().invoke(main, ["bench", "--json", "--runs", "1", "--model", model])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    figures = {figure["name"]: figure for figure in told["figures"]}
    whole = figures["CPU of a 640x360 frame"]
    assert whole["ratio"] == pytest.approx(whole["measured"] / whole["parts"])
    measured = [name for name, figure in figures.items() if figure["measured"]]
    assert "host started to hello answered, p95" in measured
    assert ("looking hung to replaced" in measured) == (sys.platform != "win32")
    assert all(figure["goal"] for name, figure in figures.items() if "…" not in name)
    assert (
        [trial["provider"] for trial in told["providers"]][-1] == told["provider"] == "CPUExecutionProvider"
    )


def test_a_model_that_is_not_there_is_told() -> None:
    done = CliRunner().invoke(main, ["bench", "--runs", "1", "--model", "none of this name"])
    assert done.exit_code == 1
    assert "none of this name" in done.output


@pytest.mark.parametrize(
    ("figure", "met"),
    [
        (Figure("a", 1.0, "ms", 2.0), True),
        (Figure("a", 3.0, "ms", 2.0), False),
        (Figure("a", 3.0, "ms"), None),
        (Figure("a", None, "ms", 2.0), None),
    ],
)
def test_a_goal_is_met_missed_or_not_known(figure: Figure, met: bool | None) -> None:
    told = json.loads(as_json([figure], [Trial("x")], "x", "m"))["figures"][0]
    assert (figure.met, told["met"]) == (met, met)
