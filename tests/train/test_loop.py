"""Training on drawn faces: it learns, it continues where it stopped, and it does not mix up runs."""

import contextlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from veritile.errors import ModelError  # noqa: E402
from veritile.train.drawn import write_faces  # noqa: E402
from veritile.train.loop import DESCENT, Recipe, Run, as_input, learning_rate  # noqa: E402
from veritile.train.pairs import PairSource  # noqa: E402

RECIPE = Recipe(pairs=24, batch=4, size=32)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("faces")
    write_faces(folder, people=8)
    return folder


def train(run: Run, *, until: int | None = None) -> Run:
    """Train to the end, or be stopped after `until` pairs."""

    class Stopped(Exception):
        pass

    def on_step(pairs: int, _loss: float) -> None:
        if until is not None and pairs > until:
            raise Stopped

    with contextlib.suppress(Stopped):
        run.go(workers=0, measure_every=8, on_step=on_step)
    return run


def weights(run: Run) -> np.ndarray:
    return np.concatenate([p.detach().numpy().ravel() for p in run.net.parameters()])


def test_an_interrupted_run_ends_in_the_same_weights(data: Path, tmp_path: Path) -> None:
    whole = train(Run(tmp_path / "whole", RECIPE, data))
    train(Run(tmp_path / "parts", RECIPE, data), until=12)
    resumed = Run(tmp_path / "parts", RECIPE, data)
    assert resumed.pairs_seen == 8  # the last checkpoint, not the last step
    train(resumed)
    assert resumed.pairs_seen == whole.pairs_seen == 24
    assert np.array_equal(weights(resumed), weights(whole))
    assert [entry.auc for entry in resumed.history] == [entry.auc for entry in whole.history]


def test_a_run_of_another_recipe_is_not_continued(data: Path, tmp_path: Path) -> None:
    train(Run(tmp_path, RECIPE, data))
    with pytest.raises(ModelError, match="another recipe"):
        Run(tmp_path, replace(RECIPE, seed=2), data)


def test_a_run_on_other_data_is_not_continued(data: Path, tmp_path: Path) -> None:
    train(Run(tmp_path / "run", RECIPE, data))
    write_faces(tmp_path / "others", people=8, seed=5)
    with pytest.raises(ModelError, match="other data"):
        Run(tmp_path / "run", RECIPE, tmp_path / "others")


def test_a_damaged_checkpoint_is_named(data: Path, tmp_path: Path) -> None:
    whole = train(Run(tmp_path, RECIPE, data))
    checkpoint = whole.folder / "checkpoint.pt"
    content = checkpoint.read_bytes()
    for part in (b"", b"no checkpoint", content[: len(content) // 2]):
        checkpoint.write_bytes(part)
        with pytest.raises(ModelError, match=r"checkpoint\.pt cannot be read"):
            Run(tmp_path, RECIPE, data)


def test_the_length_may_change_until_the_rate_goes_down(data: Path, tmp_path: Path) -> None:
    train(Run(tmp_path, RECIPE, data), until=12)
    assert Run(tmp_path, replace(RECIPE, pairs=48), data).pairs_seen == 8
    train(Run(tmp_path, RECIPE, data))
    with pytest.raises(ModelError, match="another recipe"):
        Run(tmp_path, replace(RECIPE, pairs=48), data)


def test_the_learning_rate_rises_stays_and_falls_to_nothing() -> None:
    rates = [learning_rate(step, 10_000) for step in range(10_001)]
    assert rates[0] < 0.01
    assert set(rates[200 : int((1 - DESCENT) * 10_000)]) == {1.0}
    assert rates[-1] == 0
    assert np.diff(rates[7000:]).max() <= 0


def test_a_record_tells_how_to_repeat_the_run(data: Path, tmp_path: Path) -> None:
    run = train(Run(tmp_path, RECIPE, data))
    run.record(command="train", revision="abc")
    record = json.loads((tmp_path / "record.json").read_text())
    assert record["recipe"]["seed"] == 1
    assert record["pairs_seen"] == 24
    assert set(record["data_sha256"]) == {"faces.csv", "drawn.zip"}
    assert (record["command"], record["revision"]) == ("train", "abc")
    assert [entry["pairs"] for entry in record["history"]] == [8, 16, 24]


def test_pixels_are_given_as_the_exported_graph_gives_them() -> None:
    pixels = torch.randint(0, 256, (2, 2, 4, 4, 3), dtype=torch.uint8)
    x = as_input(pixels)
    assert x.shape == (4, 3, 4, 4)
    assert x[3, 1, 2, 0] == pixels[1, 1, 2, 0, 1] / 255


def test_it_learns(data: Path, tmp_path: Path) -> None:
    """Shown the same two pairs again and again, it puts each pseudo-fake above its original."""
    run = Run(tmp_path, Recipe(pairs=10_000, batch=2, size=32), data)
    pairs = PairSource(run.train, size=32, margin=1.3, seed=0)
    pixels = torch.from_numpy(np.stack([pairs[0], pairs[1]]))
    losses = [run.learn(pixels) for _ in range(100)]
    assert losses[-1] < 0.5 * losses[0]
