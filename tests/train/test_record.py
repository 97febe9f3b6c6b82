"""Runs that are taken up again: every start is in the record, and another version's weights are refused."""

import json
import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("av")
pytest.importorskip("sklearn")
pytest.importorskip("onnx")

from train_mesonet import starts_of, train  # noqa: E402
from veritile.errors import ModelError  # noqa: E402
from veritile.train.drawn import write_faces  # noqa: E402
from veritile.train.loop import Run  # noqa: E402
from veritile.train.recipe import Data, Recipe  # noqa: E402


def test_every_start_is_in_the_record_and_none_that_learnt_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_faces(tmp_path / "faces", people=8)
    recipe = Recipe.of("meso4", pairs=16, batch=8, size=32, shares={"blended": 1.0}, encoded=0.0)

    def start(*arguments: str) -> Run:
        monkeypatch.setattr(sys, "argv", ["train_mesonet.py", *arguments])
        return Run(tmp_path / "run", recipe, Data(tmp_path / "faces"))

    def recorded() -> list[tuple[int, str]]:
        entries = json.loads((tmp_path / "run/record.json").read_text())
        return [(entry["from_pairs"], entry["command"].split()[-1]) for entry in entries["starts"]]

    first = start("--lost")  # stopped before its first checkpoint: the weights have nothing of it
    first.record(starts=starts_of(first))
    second = start("--second")
    second.record(starts=starts_of(second))
    assert recorded() == [(0, "--second")]

    class Stopped(Exception):
        pass

    def stop(_pairs: int, _loss: float) -> None:
        second.save()
        raise Stopped

    with pytest.raises(Stopped):
        second.go(workers=0, measure_every=8, on_step=stop)
    train(start("--third"), workers=0, measure_every=8)
    assert recorded() == [(0, "--second"), (8, "--third")]
    train(start("--again"), workers=0, measure_every=8)
    assert recorded() == [(0, "--second"), (8, "--third")]


def test_a_run_whose_network_was_another_is_refused_in_a_sentence(tmp_path: Path) -> None:
    write_faces(tmp_path / "faces", people=8)
    recipe = Recipe.of("meso4", pairs=16, batch=8, size=32, shares={"blended": 1.0}, encoded=0.0)
    run = Run(tmp_path / "run", recipe, Data(tmp_path / "faces"))
    run.save()
    state = torch.load(tmp_path / "run/checkpoint.pt", weights_only=True)
    state["net"].pop("out.bias")
    torch.save(state, tmp_path / "run/checkpoint.pt")
    with pytest.raises(ModelError, match="another version of Veritile: name another folder"):
        Run(tmp_path / "run", recipe, Data(tmp_path / "faces"))
