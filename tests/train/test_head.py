"""Heads behind fixed filters: pairs are described once, learnt from often, and folds stay apart."""

import contextlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from veritile.errors import ModelError  # noqa: E402
from veritile.train.drawn import write_faces, write_live  # noqa: E402
from veritile.train.head import DESCRIPTIONS, STATE, HeadRun, open_run  # noqa: E402
from veritile.train.loop import CHECKPOINT, Run  # noqa: E402
from veritile.train.nets.mesotexture import STATISTICS, MesoTexture  # noqa: E402
from veritile.train.recipe import Data, Recipe  # noqa: E402

RECIPE = Recipe(
    pairs=192,
    passes=4,
    batch=16,
    size=64,
    encoded=0.0,
    averaging=0.9,
    shares={"blended": 0.5, "live": 0.5},
    folds=(("0",), ("1", "2")),
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Data:
    folder = tmp_path_factory.mktemp("data")
    write_faces(folder / "faces", people=8)
    write_live(folder / "live", clips=3, frames=2)
    return Data(folder / "faces", folder / "live")


@pytest.fixture(scope="module")
def whole(data: Data, tmp_path_factory: pytest.TempPathFactory) -> HeadRun:
    """A run from the beginning to the end."""
    return go(HeadRun(tmp_path_factory.mktemp("whole"), RECIPE, data))


def go(run: HeadRun, *, until: int | None = None, workers: int = 0) -> HeadRun:
    """To the end, or stopped once so many pairs are described."""

    class Stopped(Exception):
        pass

    def on_step(pairs: int, _loss: float | None) -> None:
        if until is not None and pairs >= until:
            raise Stopped

    with contextlib.suppress(Stopped):
        run.go(workers=workers, measure_every=64, on_step=on_step)
    return run


def weights(net: "torch.nn.Module") -> np.ndarray:
    """All that decides the answers: what is usual too."""
    return np.concatenate([value.double().numpy().ravel() for value in net.state_dict().values()])


class TestOpening:
    def test_the_network_decides_which_run_it_is(self, data: Data, tmp_path: Path) -> None:
        assert type(open_run(tmp_path / "fixed", RECIPE, data)) is HeadRun
        own = replace(RECIPE, architecture="mesoresnet", shares={"blended": 1.0})
        assert type(open_run(tmp_path / "own", own, data)) is Run

    def test_folds_without_a_head_are_refused(self, data: Data, tmp_path: Path) -> None:
        own = replace(RECIPE, architecture="mesoresnet")
        with pytest.raises(ModelError, match="hold clips out instead"):
            open_run(tmp_path / "own", own, data)

    def test_a_run_has_as_many_steps_as_its_passes_take(self, whole: HeadRun) -> None:
        assert whole.steps == whole.step == 4 * 192 // 16


class TestResuming:
    def test_a_half_described_run_ends_in_the_same_weights(
        self, data: Data, tmp_path: Path, whole: HeadRun
    ) -> None:
        go(HeadRun(tmp_path, RECIPE, data), until=128)
        resumed = HeadRun(tmp_path, RECIPE, data)
        assert resumed.pairs_seen == resumed.described == 128
        assert not (tmp_path / CHECKPOINT).exists()
        go(resumed)
        assert np.array_equal(weights(resumed.net), weights(whole.net))
        assert np.array_equal(weights(resumed.result), weights(whole.result))
        assert replace(resumed.history[0], seconds=0) == replace(whole.history[0], seconds=0)

    def test_what_was_not_saved_is_described_again(self, data: Data, tmp_path: Path, whole: HeadRun) -> None:
        """A crash between the table and the note of its length costs time, not truth."""
        go(HeadRun(tmp_path, RECIPE, data), until=128)
        state = json.loads((tmp_path / STATE).read_text())
        (tmp_path / STATE).write_text(json.dumps(state | {"described": 64}))
        table = np.load(tmp_path / DESCRIPTIONS, mmap_mode="r+")
        table[64:] = np.nan
        table.flush()
        assert np.array_equal(weights(go(HeadRun(tmp_path, RECIPE, data)).result), weights(whole.result))

    def test_a_finished_run_is_left_as_it_is(self, data: Data, whole: HeadRun) -> None:
        before = (whole.folder / CHECKPOINT).read_bytes()
        again = go(HeadRun(whole.folder, RECIPE, data))
        assert np.array_equal(weights(again.result), weights(whole.result))
        assert (whole.folder / CHECKPOINT).read_bytes() == before
        assert len(again.history) == 1

    def test_another_head_may_learn_from_the_same_descriptions(self, data: Data, tmp_path: Path) -> None:
        go(HeadRun(tmp_path, RECIPE, data), until=192)
        other = HeadRun(tmp_path, replace(RECIPE, passes=1, learning_rate=1e-4), data)
        assert other.described == 192
        assert go(other).step == 192 // 16

    @pytest.mark.parametrize("workers", [1])
    def test_workers_change_nothing(self, data: Data, tmp_path: Path, whole: HeadRun, workers: int) -> None:
        helped = go(HeadRun(tmp_path, RECIPE, data), workers=workers)
        assert np.array_equal(weights(helped.result), weights(whole.result))


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        "change",
        [{"seed": 2}, {"pairs": 256}, {"shares": {"blended": 1.0}}, {"encoded": 0.5}, {"margin": 1.4}],
        ids=lambda change: next(iter(change)),
    )
    def test_descriptions_of_another_recipe(
        self, data: Data, tmp_path: Path, change: dict[str, object]
    ) -> None:
        go(HeadRun(tmp_path, RECIPE, data), until=64)
        with pytest.raises(ModelError, match="another recipe or other data"):
            HeadRun(tmp_path, replace(RECIPE, **change), data)  # type: ignore[arg-type]

    @pytest.mark.parametrize("part", ["faces", "live"])
    def test_descriptions_of_other_data(self, data: Data, tmp_path: Path, part: str) -> None:
        go(HeadRun(tmp_path / "run", RECIPE, data), until=64)
        {"faces": write_faces, "live": write_live}[part](tmp_path / part, seed=5)
        with pytest.raises(ModelError, match="other data"):
            HeadRun(tmp_path / "run", RECIPE, replace(data, **{part: tmp_path / part}))

    @pytest.mark.parametrize("name", [STATE, DESCRIPTIONS])
    @pytest.mark.parametrize("content", [b"", b"nothing like it", b"[1]"])
    def test_damaged_files_are_named(self, data: Data, tmp_path: Path, name: str, content: bytes) -> None:
        go(HeadRun(tmp_path, RECIPE, data), until=64)
        (tmp_path / name).write_bytes(content)
        with pytest.raises(ModelError, match=r"statistics\.json cannot be read: name another folder"):
            HeadRun(tmp_path, RECIPE, data)

    def test_a_missing_table(self, data: Data, tmp_path: Path) -> None:
        go(HeadRun(tmp_path, RECIPE, data), until=64)
        (tmp_path / DESCRIPTIONS).unlink()
        with pytest.raises(ModelError, match="cannot be read"):
            HeadRun(tmp_path, RECIPE, data)


class TestMeasuring:
    def test_a_run_ends_measured(self, whole: HeadRun) -> None:
        (at,) = whole.history
        assert at.pairs == 192
        assert 0 <= at.auc <= 1
        assert at.live_auc is not None
        assert np.isfinite(at.loss)
        record = whole.record()
        assert record["clips"]["held_out"] == ["0", "1", "2"]

    def test_every_frame_of_every_fold_is_scored(self, whole: HeadRun) -> None:
        scores = whole.score_clips()
        assert scores is not None
        assert scores.log_odds.shape == (6, 2)
        assert np.isfinite(scores.log_odds).all()
        assert scores.people.tolist() == [0, 0, 1, 1, 2, 2]

    def test_a_clip_in_no_fold_is_not_measured(self, data: Data, tmp_path: Path) -> None:
        run = go(HeadRun(tmp_path, replace(RECIPE, folds=(("2",),)), data))
        scores = run.score_clips()
        assert scores is not None
        assert scores.log_odds.shape == (2, 2)
        assert np.isfinite(scores.log_odds).all()

    def test_no_head_learns_from_the_clips_that_it_scores(
        self, whole: HeadRun, data: Data, tmp_path: Path
    ) -> None:
        """Spoil what was learnt from one clip: the scores of its own fold stay, all others move."""
        run = HeadRun(tmp_path, RECIPE, data)
        table = np.load(whole.folder / DESCRIPTIONS).copy()
        of_clip = [number for number in range(RECIPE.pairs) if run.pairs.clip_of(number) == "0"]
        assert len(of_clip) >= 16
        table[of_clip] = table[of_clip, ::-1]  # real taken for fake
        np.save(tmp_path / DESCRIPTIONS, table)
        plain, spoilt = whole.score_clips(), run.score_clips()
        assert plain is not None
        assert spoilt is not None
        assert np.array_equal(spoilt.log_odds[:2], plain.log_odds[:2])
        assert not np.isclose(spoilt.log_odds[2:], plain.log_odds[2:]).any()

    def test_the_shipped_head_learns_from_all_pairs(self, whole: HeadRun) -> None:
        """It is none of those that are measured on the clips."""
        net = MesoTexture(size=64)
        net.standardise(torch.from_numpy(np.load(whole.folder / DESCRIPTIONS).reshape(-1, STATISTICS)))
        assert torch.equal(whole.result.mean, net.mean)

    def test_without_folds_the_network_itself_is_measured(self, data: Data, tmp_path: Path) -> None:
        run = go(HeadRun(tmp_path, replace(RECIPE, folds=(), held_out=("1",)), data))
        scores, direct = run.score_clips(), run.held_out.score_clips(run.result)
        assert scores is not None
        assert direct is not None
        assert np.array_equal(scores.log_odds, direct.log_odds)

    def test_a_clip_is_judged_as_the_network_judges_its_frames(self, whole: HeadRun) -> None:
        statistics, people = whole._clips
        with torch.inference_mode():
            answers = whole.result.eval().judge(statistics.flatten(0, 1)).numpy().reshape(-1, 2)
        direct = whole.held_out.score_clips(whole.result)
        assert direct is not None
        assert answers == pytest.approx(direct.log_odds, abs=1e-3)
        assert np.array_equal(people, direct.people)


def test_pairs_are_described_as_the_network_sees_them(whole: HeadRun) -> None:
    from veritile.train.heldout import as_input

    table = np.load(whole.folder / DESCRIPTIONS)
    for number in (0, 63, 64, 191):
        with torch.no_grad():
            expected = whole.net.statistics(as_input(torch.from_numpy(whole.pairs[number]))).numpy()
        assert table[number] == pytest.approx(expected, abs=1e-4)
