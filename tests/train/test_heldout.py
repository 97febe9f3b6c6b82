"""Measured on people who were not trained on, the same way every time."""

import csv
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

torch = pytest.importorskip("torch")

from torch import Tensor, nn  # noqa: E402

from veritile.errors import FileUnreadableError, ModelError  # noqa: E402
from veritile.train.drawn import write_faces, write_live  # noqa: E402
from veritile.train.faces import FaceSet  # noqa: E402
from veritile.train.heldout import HeldOut, PairScores, as_input, score  # noqa: E402
from veritile.train.recipe import Data, Recipe  # noqa: E402

RECIPE = Recipe(size=32, encoded=0.0)


class Brightness(nn.Module):
    """Log-odds that can be read off a picture."""

    def __init__(self) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.tensor(10.0))

    def forward(self, x: Tensor) -> Tensor:
        return self.gain * x.mean(dim=(1, 2, 3))


class Green(Brightness):
    def forward(self, x: Tensor) -> Tensor:
        return self.gain * x[:, 1].mean(dim=(1, 2))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Data:
    folder = tmp_path_factory.mktemp("data")
    write_faces(folder / "faces", people=16)
    write_live(folder / "live", clips=4, frames=3)
    return Data(folder / "faces", folder / "live")


class TestWho:
    def test_nobody_is_trained_on(self, data: Data) -> None:
        held_out = HeldOut(data, RECIPE).photographs.faces
        train = FaceSet(data.faces, "train")
        assert len(held_out) == 4
        assert not {p.identity for p in held_out.pictures} & {p.identity for p in train.pictures}
        assert not {p.file for p in held_out.pictures} & {p.file for p in train.pictures}

    def test_fakes_of_photographs_are_made_of_held_out_people_alone(self, data: Data) -> None:
        """No live swaps either: all those that are not held out are trained on."""
        sources = HeldOut(data, replace(RECIPE, held_out=("1",))).photographs
        assert sources.live is None
        assert sources.faces.split == "val"

    def test_clips_are_those_that_the_recipe_holds_out(self, data: Data) -> None:
        held_out = HeldOut(data, replace(RECIPE, held_out=("1", "3")))
        assert held_out.clips is not None
        assert held_out.clips.clips == ["1", "3"]
        assert HeldOut(data, RECIPE).clips is None

    @pytest.mark.parametrize(
        ("names", "missing"),
        [
            ({"held_out": ("7",)}, "no clip 7:"),
            ({"held_out": ("0", "9", "8")}, "no clip 8, 9:"),
            ({"clips": ("0", "train-1")}, "no clip train-1:"),
            ({"clips": ("5",), "held_out": ("0",)}, "no clip 5:"),
        ],
    )
    def test_a_clip_that_is_not_there_is_named(
        self, data: Data, names: dict[str, tuple[str, ...]], missing: str
    ) -> None:
        with pytest.raises(ModelError, match=missing):
            HeldOut(data, replace(RECIPE, **names))  # type: ignore[arg-type]

    def test_clips_without_a_folder_of_them(self, data: Data) -> None:
        with pytest.raises(ModelError, match="no folder of live swaps was given"):
            HeldOut(Data(data.faces), replace(RECIPE, held_out=("0",)))

    def test_without_held_out_people_there_is_nothing_to_measure(self, tmp_path: Path) -> None:
        write_faces(tmp_path, people=4)
        table = tmp_path / "faces.csv"
        table.write_text(table.read_text().replace(",val,", ",train,"))
        with pytest.raises(FileUnreadableError, match="'val'"):
            HeldOut(Data(tmp_path), RECIPE)


class TestPhotographs:
    def test_each_round_asks_everyone_once(self, data: Data) -> None:
        scores = HeldOut(data, RECIPE).score_photographs(Brightness(), rounds=3)
        assert scores.log_odds.shape == (12, 2)
        assert np.bincount(scores.people).tolist() == [3, 3, 3, 3]

    def test_they_are_the_same_every_time_and_whatever_the_seed(self, data: Data) -> None:
        held_out = HeldOut(data, RECIPE)
        first = held_out.score_photographs(Brightness())
        assert np.array_equal(held_out.score_photographs(Brightness()).log_odds, first.log_odds)
        other = HeldOut(data, replace(RECIPE, seed=99, pairs=7, learning_rate=0.1))
        assert np.array_equal(other.score_photographs(Brightness()).log_odds, first.log_odds)

    def test_more_rounds_begin_with_the_same_pairs(self, data: Data) -> None:
        held_out = HeldOut(data, RECIPE)
        once, twice = (held_out.score_photographs(Brightness(), rounds) for rounds in (1, 2))
        assert np.array_equal(twice.log_odds[:4], once.log_odds)
        assert not np.array_equal(twice.log_odds[4:], once.log_odds)

    def test_a_recipe_of_live_swaps_alone_is_measured_on_blended_faces(self, data: Data) -> None:
        """Photographs cannot show a live swap; a run is not to fail at its first measurement."""
        live = HeldOut(data, replace(RECIPE, shares={"live": 1.0, "blended": 0.0}))
        blended = HeldOut(data, replace(RECIPE, shares={"blended": 1.0}))
        assert np.array_equal(
            live.score_photographs(Brightness()).log_odds, blended.score_photographs(Brightness()).log_odds
        )


class TestClips:
    def test_without_clips_there_are_no_scores(self, data: Data) -> None:
        assert HeldOut(data, RECIPE).score_clips(Brightness()) is None

    def test_every_frame_is_scored_and_belongs_to_its_clip(self, data: Data) -> None:
        scores = HeldOut(data, replace(RECIPE, held_out=("3", "0"))).score_clips(Brightness())
        assert scores is not None
        assert scores.log_odds.shape == (6, 2)
        assert scores.people.tolist() == [0, 0, 0, 1, 1, 1]

    def test_real_and_fake_are_not_mixed_up(self, data: Data, tmp_path: Path) -> None:
        """Of fakes that are pictures of another clip, as the table says."""
        write_live(tmp_path, clips=1, frames=3)
        with (tmp_path / "pairs.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        dark = np.zeros((180, 180, 3), np.uint8)
        for number, row in enumerate(rows):
            path = tmp_path / row["file"]
            path.parent.mkdir(parents=True, exist_ok=True)
            cv2.imwrite(str(path), dark + (200 if row["label"] == "fake" else number))
        (tmp_path / "pairs.zip").unlink()
        scores = HeldOut(Data(data.faces, tmp_path), replace(RECIPE, held_out=("0",))).score_clips(
            Brightness()
        )
        assert scores is not None
        assert scores.log_odds[:, 1] == pytest.approx(10 * 200 / 255, abs=0.1)
        assert scores.log_odds[:, 0].max() < 0.5
        assert (scores.auc, scores.paired) == (1, 1)


class TestScoring:
    @pytest.mark.parametrize("channels", [3, 4])
    @pytest.mark.parametrize("count", [1, 33, 70])
    def test_any_number_of_pairs_is_scored_in_order(self, count: int, channels: int) -> None:
        levels = np.random.default_rng(0).integers(0, 256, (count, 2))
        pairs = (np.full((2, 8, 8, channels), 0, np.uint8) + level[:, None, None, None].astype(np.uint8)
                 for level in levels)  # fmt: skip
        scores = score(Brightness(), pairs, np.arange(count))
        assert scores.log_odds == pytest.approx(levels * 10 / 255, abs=1e-4)

    def test_the_network_is_left_as_it_is_used(self) -> None:
        net = Brightness().train()
        score(net, [np.zeros((2, 8, 8, 3), np.uint8)], np.zeros(1, np.int64))
        assert not net.training

    def test_colours_are_rgb_in_0_to_1(self) -> None:
        pair = np.zeros((2, 8, 8, 3), np.uint8)
        pair[1, ..., 1] = 255
        assert score(Green(), [pair], np.zeros(1, np.int64)).log_odds.tolist() == [[0, 10]]

    def test_pixels_are_given_as_the_exported_graph_gives_them(self) -> None:
        pixels = torch.randint(0, 256, (2, 2, 4, 6, 4), dtype=torch.uint8)
        x = as_input(pixels)
        assert x.shape == (4, 3, 4, 6)
        assert x[3, 1, 2, 0] == pixels[1, 1, 2, 0, 1] / 255
        assert torch.equal(as_input(pixels[..., :3]), x)


def test_figures_are_those_of_the_definition() -> None:
    """Of nine comparisons of a fake with a real picture, seven are right; of three pairs, two."""
    scores = PairScores(np.array([[0.0, 1.0], [2.0, 3.0], [1.5, 0.5]]), np.arange(3))
    fakes, reals = scores.log_odds[:, 1], scores.log_odds[:, 0]
    assert scores.auc == pytest.approx(np.mean([fake > real for fake in fakes for real in reals]))
    assert scores.paired == pytest.approx(2 / 3)
    assert scores.fake.tolist() == [False, True] * 3
    assert scores.scores.log_odds[scores.fake].tolist() == fakes.tolist()
