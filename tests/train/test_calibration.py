"""Platt's two numbers: what they take back, who counts how much, and when they are refused."""

from typing import Self

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("sklearn")

from veritile.errors import ModelError  # noqa: E402
from veritile.train.calibration import calibrate, calibrate_run  # noqa: E402
from veritile.train.figures import Scores  # noqa: E402
from veritile.train.heldout import PairScores  # noqa: E402


def scores(*people: tuple[bool, list[float]]) -> Scores:
    """(fake, log-odds of each picture) of each person."""
    each = [len(log_odds) for _, log_odds in people]
    return Scores(
        np.concatenate([log_odds for _, log_odds in people]),
        np.repeat([fake for fake, _ in people], each),
        np.repeat(np.arange(len(people)), each),
        np.zeros(sum(each), np.int64),
    )


def test_a_stretch_and_a_shift_are_taken_back() -> None:
    rng = np.random.default_rng(0)
    true = rng.normal(0, 2, 20_000)
    fake = rng.random(20_000) < 1 / (1 + np.exp(-true))
    people = np.arange(20_000)
    a, b = calibrate(Scores(3 * true + 1, fake, people, people))
    assert (a, b) == (pytest.approx(1 / 3, rel=0.05), pytest.approx(-1 / 3, abs=0.05))


def test_there_is_no_base_rate() -> None:
    """Ten times the fakes, or one person with most of the pictures, changes nothing."""
    low, high = [-1.0, 0.5], [-0.5, 1.0]
    few = calibrate(scores((False, low), (False, low), (True, high), (True, high)))
    many = calibrate(scores((False, low), (False, low), (True, high * 10), (True, high)))
    assert many == pytest.approx(few, abs=1e-3)


def test_few_people_however_well_told_apart_allow_no_certainty() -> None:
    people = [(False, [-30.0] * 5)] * 3 + [(True, [30.0] * 5)] * 3
    a, b = calibrate(scores(*people))
    assert a * 30 + b == pytest.approx(np.log(4), abs=0.01)
    assert a * -30 + b == pytest.approx(-np.log(4), abs=0.01)


def test_a_person_who_is_real_and_swapped_is_one_of_each() -> None:
    """As in a pair: the swap's driver and the swap share their number."""
    apart = scores((False, [-2.0, 0.0]), (False, [-1.0]), (True, [1.0]), (True, [2.0, 0.0]))
    paired = Scores(apart.log_odds, apart.fake, np.array([0, 0, 1, 0, 1, 1]), apart.frame)
    assert calibrate(paired) == pytest.approx(calibrate(apart), abs=1e-6)


def test_a_few_clips_leave_room_beside_any_number_of_photographs() -> None:
    """2 clips count as much as 500 photographs, so all is known as well as of 1 / (1/8 + 1/2000) people."""
    clips = scores(*[(False, [-30.0])] * 2, *[(True, [30.0])] * 2)
    photographs = scores(*[(False, [-30.0])] * 500, *[(True, [30.0])] * 500)
    a, b = calibrate(photographs, clips)
    people = 1 / (1 / 8 + 1 / 2000)
    assert a * 30 + b == pytest.approx(np.log(people + 1), abs=0.01)


def test_scores_that_say_nothing_or_the_opposite_are_refused() -> None:
    with pytest.raises(ModelError, match="more people, or for longer"):
        calibrate(scores((False, [2.0, 1.5]), (True, [-1.0, 0.9])))
    with pytest.raises(ModelError, match="real and of fake"):
        calibrate(scores((True, [2.0, 1.0])))


class Known:
    """A run, and its held-out people, whose scores are given."""

    result = torch.nn.Identity()

    def __init__(self, photographs: np.ndarray, clips: np.ndarray | None) -> None:
        self._photographs, self._clips = photographs, clips

    @property
    def held_out(self) -> Self:
        return self

    def score_photographs(self, _net: object, rounds: int = 1) -> PairScores:
        return pair_scores(self._photographs)

    def score_clips(self) -> PairScores | None:
        return None if self._clips is None else pair_scores(self._clips)


def pair_scores(log_odds: np.ndarray) -> PairScores:
    return PairScores(log_odds, np.arange(len(log_odds)))


def normal(real: float, fake: float, count: int = 400) -> np.ndarray:
    """(count, 2) scores of pairs around these means."""
    return np.random.default_rng(0).normal((real, fake), 1.0, (count, 2))


class TestHeldOut:
    def calibrate(self, photographs: np.ndarray, clips: np.ndarray | None) -> tuple[float, float]:
        return calibrate_run(Known(photographs, clips))  # type: ignore[arg-type]

    def test_photographs_that_tell_nothing_make_it_less_sure(self) -> None:
        clips = normal(-1, 1)
        alone, with_photographs = (self.calibrate(p, clips) for p in (normal(-1, 1), normal(0, 0)))
        assert 0 < with_photographs[0] < alone[0]

    def test_real_people_who_look_fake_make_it_more_careful(self) -> None:
        clips = normal(-1, 1)
        calm, alarmed = (self.calibrate(normal(real, 0), clips) for real in (-1, 1))
        assert alarmed[0] < calm[0]
        assert alarmed[0] * 1 + alarmed[1] < calm[0] * 1 + calm[1]

    def test_the_numbers_of_pictures_hardly_matter(self) -> None:
        """They change how much room is left for the next case, and nothing else."""
        photographs, clips = normal(-0.5, 0), normal(-1, 1)
        many = np.tile(photographs, (10, 1))
        assert self.calibrate(many, clips) == pytest.approx(self.calibrate(photographs, clips), abs=0.01)

    def test_without_clips_it_is_on_photographs(self) -> None:
        pairs = normal(-1, 1)
        alone = calibrate(pair_scores(pairs).scores)
        assert self.calibrate(pairs, None) == pytest.approx(alone, abs=1e-6)

    def test_a_network_that_says_the_opposite_is_refused(self) -> None:
        with pytest.raises(ModelError, match="for longer"):
            self.calibrate(normal(0, 0), normal(1, -1))
