"""Training on drawn faces: it learns, it continues where it stopped, and it does not mix up runs."""

import contextlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from veritile.errors import FileUnreadableError, ModelError  # noqa: E402
from veritile.train.drawn import write_faces, write_live  # noqa: E402
from veritile.train.heldout import as_input  # noqa: E402
from veritile.train.loop import CHECKPOINT, Run  # noqa: E402
from veritile.train.pairs import PairSource  # noqa: E402
from veritile.train.recipe import WARM_UP, Data, Recipe  # noqa: E402

RECIPE = Recipe.of("mesoinception4", pairs=24, batch=4, size=32, encoded=0.0)
CHANCY = replace(RECIPE, architecture="mesoresnet")
"""A network with chance of its own (dropout), so that resuming has something to repeat."""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Data:
    folder = tmp_path_factory.mktemp("data")
    write_faces(folder / "faces", people=8)
    write_live(folder / "live", clips=3, frames=2)
    return Data(folder / "faces", folder / "live")


def train(run: Run, *, until: int | None = None, measure_every: int = 8) -> Run:
    """Train to the end, or be stopped after `until` pairs."""

    class Stopped(Exception):
        pass

    def on_step(pairs: int, _loss: float) -> None:
        if until is not None and pairs > until:
            raise Stopped

    with contextlib.suppress(Stopped):
        run.go(workers=0, measure_every=measure_every, on_step=on_step)
    return run


def weights(net: "torch.nn.Module") -> np.ndarray:
    """All that decides the answers: statistics too."""
    return np.concatenate([value.double().numpy().ravel() for value in net.state_dict().values()])


class TestResuming:
    @pytest.mark.parametrize("recipe", [RECIPE, CHANCY], ids=["mesoinception4", "mesoresnet"])
    def test_an_interrupted_run_ends_in_the_same_weights(
        self, data: Data, tmp_path: Path, recipe: Recipe
    ) -> None:
        recipe = replace(recipe, held_out=("1",))
        whole = train(Run(tmp_path / "whole", recipe, data))
        train(Run(tmp_path / "parts", recipe, data), until=12)
        resumed = Run(tmp_path / "parts", recipe, data)
        assert resumed.pairs_seen == 8  # the last checkpoint, not the last step
        train(resumed)
        assert resumed.pairs_seen == whole.pairs_seen == 24
        assert np.array_equal(weights(resumed.net), weights(whole.net))
        assert np.array_equal(weights(resumed.result), weights(whole.result))
        for name in ("pairs", "auc", "paired", "live_auc", "live_paired"):
            assert [getattr(h, name) for h in resumed.history] == [getattr(h, name) for h in whole.history]

    def test_the_average_goes_on_too(self, data: Data, tmp_path: Path) -> None:
        """Interrupted after the average has begun."""
        recipe = replace(RECIPE, pairs=WARM_UP + 40, batch=1, shares={"blended": 1.0}, averaging=0.9)
        whole = train(Run(tmp_path / "whole", recipe, data), measure_every=WARM_UP + 20)
        train(Run(tmp_path / "parts", recipe, data), until=WARM_UP + 25, measure_every=WARM_UP + 20)
        resumed = train(Run(tmp_path / "parts", recipe, data), measure_every=WARM_UP + 20)
        assert np.array_equal(weights(resumed.result), weights(whole.result))
        assert not np.array_equal(weights(whole.result), weights(whole.net))

    def test_a_finished_run_is_left_as_it_is(self, data: Data, tmp_path: Path) -> None:
        whole = train(Run(tmp_path, RECIPE, data))
        again = train(Run(tmp_path, RECIPE, data))
        assert np.array_equal(weights(again.net), weights(whole.net))
        assert len(again.history) == len(whole.history) == 3

    @pytest.mark.parametrize("workers", [1])
    def test_workers_change_nothing(self, data: Data, tmp_path: Path, workers: int) -> None:
        alone = train(Run(tmp_path / "alone", RECIPE, data))
        helped = Run(tmp_path / "helped", RECIPE, data)
        helped.go(workers=workers, measure_every=8, on_step=lambda _pairs, _loss: None)
        assert np.array_equal(weights(helped.net), weights(alone.net))

    @pytest.mark.parametrize(
        "change",
        [
            {"seed": 2},
            {"held_out": ("1",)},
            {"clips": ("0",)},
            {"shares": {"blended": 1.0}},
            {"encoded": 0.5},
        ],
        ids=lambda change: next(iter(change)),
    )
    def test_a_run_of_another_recipe_is_not_continued(
        self, data: Data, tmp_path: Path, change: dict[str, object]
    ) -> None:
        train(Run(tmp_path, RECIPE, data), until=8)
        with pytest.raises(ModelError, match="another recipe"):
            Run(tmp_path, replace(RECIPE, **change), data)  # type: ignore[arg-type]

    @pytest.mark.parametrize("part", ["faces", "live"])
    def test_a_run_on_other_data_is_not_continued(self, data: Data, tmp_path: Path, part: str) -> None:
        train(Run(tmp_path / "run", RECIPE, data), until=8)
        write = {"faces": write_faces, "live": write_live}[part]
        write(tmp_path / part, seed=5)
        with pytest.raises(ModelError, match="other data"):
            Run(tmp_path / "run", RECIPE, replace(data, **{part: tmp_path / part}))

    def test_a_damaged_checkpoint_is_named(self, data: Data, tmp_path: Path) -> None:
        train(Run(tmp_path, RECIPE, data), until=8)
        content = (tmp_path / CHECKPOINT).read_bytes()
        for part in (b"", b"no checkpoint", content[: len(content) // 2]):
            (tmp_path / CHECKPOINT).write_bytes(part)
            with pytest.raises(ModelError, match=r"checkpoint\.pt cannot be read"):
                Run(tmp_path, RECIPE, data)

    def test_a_file_of_another_program_is_no_checkpoint(self, data: Data, tmp_path: Path) -> None:
        for content in ({"state_dict": {}}, [1, 2]):
            torch.save(content, tmp_path / CHECKPOINT)
            with pytest.raises(ModelError, match=r"checkpoint\.pt cannot be read"):
                Run(tmp_path, RECIPE, data)

    def test_the_length_may_change_until_the_rate_goes_down(self, data: Data, tmp_path: Path) -> None:
        train(Run(tmp_path, RECIPE, data), until=12)
        assert Run(tmp_path, replace(RECIPE, pairs=48), data).pairs_seen == 8
        train(Run(tmp_path, RECIPE, data))
        with pytest.raises(ModelError, match="another recipe"):
            Run(tmp_path, replace(RECIPE, pairs=48), data)


class TestData:
    def test_held_out_clips_are_not_trained_on(self, data: Data, tmp_path: Path) -> None:
        run = Run(tmp_path / "some", replace(RECIPE, held_out=("2",)), data)
        assert run.sources.live is not None
        assert run.sources.live.clips == ["0", "1"]
        run = Run(tmp_path / "one", replace(RECIPE, clips=("0", "2"), held_out=("2",)), data)
        assert run.sources.live is not None
        assert run.sources.live.clips == ["0"]

    def test_only_clips_that_are_there_can_be_named(self, data: Data, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match="no clip 7"):
            Run(tmp_path, replace(RECIPE, clips=("7",)), data)
        with pytest.raises(FileUnreadableError, match="of these clips"):
            Run(tmp_path, replace(RECIPE, held_out=("0", "1", "2")), data)  # none is left to train on

    def test_without_what_the_fakes_are_made_of_it_does_not_start(self, data: Data, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match="no kind of fake"):
            Run(tmp_path, replace(RECIPE, shares={"live": 1.0, "generated": 1.0}), Data(data.faces))

    def test_an_unknown_network_is_named(self, data: Data, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match="no network 'vgg'"):
            Run(tmp_path, replace(RECIPE, architecture="vgg"), data)

    def test_without_held_out_clips_there_is_no_figure_of_them(self, data: Data, tmp_path: Path) -> None:
        without = train(Run(tmp_path / "a", RECIPE, data), until=8).history[0]
        assert (without.live_auc, without.live_paired) == (None, None)
        measured = train(Run(tmp_path / "b", replace(RECIPE, held_out=("0",)), data), until=8).history[0]
        assert measured.live_auc is not None
        assert 0 <= measured.live_auc <= 1

    def test_live_swaps_alone_can_be_learnt(self, data: Data, tmp_path: Path) -> None:
        run = train(Run(tmp_path, replace(RECIPE, shares={"live": 1.0}), data))
        assert run.pairs_seen == 24


def test_a_record_tells_how_to_repeat_the_run(data: Data, tmp_path: Path) -> None:
    run = train(Run(tmp_path, replace(RECIPE, held_out=("1",)), data))
    returned = run.record(command="train", revision="abc")
    record = json.loads((tmp_path / "record.json").read_text())
    assert record == json.loads(json.dumps(returned))
    assert record["recipe"]["seed"] == 1
    assert record["pairs_seen"] == 24
    assert set(record["data_sha256"]) == {"faces.csv", "drawn.zip", "pairs.csv", "pairs.zip"}
    assert record["pictures"] == {"train": 6, "val": 2}
    assert record["clips"] == {"train": ["0", "2"], "held_out": ["1"]}
    assert (record["command"], record["revision"]) == ("train", "abc")
    assert [entry["pairs"] for entry in record["history"]] == [8, 16, 24]


class TestLearning:
    """Shown the same two pairs again and again."""

    def pixels(self, run: Run) -> "torch.Tensor":
        pairs = PairSource(
            run.sources, size=run.recipe.size, margin=1.3, seed=0, shares={"blended": 1.0}, encoded=0.0
        )
        return torch.from_numpy(np.stack([pairs[0], pairs[1]]))

    @pytest.mark.parametrize("reduced", [False, True])
    def test_each_pseudo_fake_comes_above_its_original(
        self, data: Data, tmp_path: Path, reduced: bool
    ) -> None:
        run = Run(tmp_path, replace(RECIPE, pairs=10_000, batch=2, reduced=reduced), data)
        pixels = self.pixels(run)
        losses = [run.learn(pixels) for _ in range(100)]
        assert losses[-1] < 0.5 * losses[0]

    def test_what_is_shipped_is_what_was_learnt(self, data: Data, tmp_path: Path) -> None:
        run = Run(tmp_path, replace(RECIPE, pairs=10_000, batch=2, averaging=0.9), data)
        pixels = self.pixels(run)
        before = weights(run.result)
        for _ in range(WARM_UP + 60):
            run.learn(pixels)
        start, now, shipped = before, weights(run.net), weights(run.result)
        assert np.linalg.norm(shipped - now) < 0.3 * np.linalg.norm(start - now)

    def test_of_a_short_run_too(self, data: Data, tmp_path: Path) -> None:
        """The random start is not what ends up in the file, however few steps there are."""
        for pairs in (4, 8, 24):
            run = Run(tmp_path / str(pairs), replace(RECIPE, pairs=pairs), data)
            before = weights(run.result)
            train(run)
            assert not np.array_equal(weights(run.result), before), pairs

    def test_the_map_shows_where_the_face_was_changed(self, data: Data, tmp_path: Path) -> None:
        """Better than without the loss that teaches it."""

        def fit(mapping: float) -> float:
            recipe = replace(CHANCY, size=64, pairs=10_000, batch=2, mapping=mapping)
            run = Run(tmp_path / str(mapping), recipe, data)
            pixels = self.pixels(run)
            for _ in range(60):
                run.learn(pixels)
            run.net.eval()
            with torch.no_grad():
                _, places = run.net.score_and_map(as_input(pixels[:, 1]))
            changed = torch.nn.functional.adaptive_avg_pool2d(pixels[:, 1, ..., 3].float(), places.shape[-2:])
            return float(np.corrcoef(places.numpy().ravel(), changed.numpy().ravel())[0, 1])

        taught, untaught = fit(1.0), fit(0.0)
        assert taught > 0.5
        assert taught > untaught + 0.1

    def test_the_order_within_pairs_counts_as_much_as_the_recipe_says(
        self, data: Data, tmp_path: Path
    ) -> None:
        """The first loss is of the same weights and pictures, so it differs by that term alone."""

        def first_loss(ranking: float) -> float:
            run = Run(tmp_path / str(ranking), replace(RECIPE, ranking=ranking, reduced=False), data)
            return run.learn(self.pixels(run))

        none, once, twice = map(first_loss, (0.0, 1.0, 2.0))
        assert once > none
        assert twice - once == pytest.approx(once - none, rel=1e-4)
