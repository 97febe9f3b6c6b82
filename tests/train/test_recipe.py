"""A recipe: how long a run is, how fast it learns when, and that it says all of that in plain values."""

import json
from dataclasses import FrozenInstanceError, asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from veritile.train.pairs import KINDS
from veritile.train.recipe import DESCENT, WARM_UP, Recipe, learning_rate, smoke_recipe


@given(st.integers(1, 10**6), st.integers(1, 512))
def test_a_run_has_whole_steps_and_at_least_one(pairs: int, batch: int) -> None:
    steps = Recipe(pairs=pairs, batch=batch).steps
    assert steps >= 1
    assert steps == 1 or steps * batch <= pairs < (steps + 1) * batch


def test_the_rate_rises_stays_and_falls_to_nothing() -> None:
    rates = [learning_rate(step, 10_000) for step in range(10_001)]
    assert rates[0] == 1 / WARM_UP
    assert np.diff(rates[:WARM_UP]).min() > 0
    assert set(rates[WARM_UP : int((1 - DESCENT) * 10_000)]) == {1.0}
    assert np.diff(rates[int((1 - DESCENT) * 10_000) + 1 :]).max() < 0
    assert rates[-1] == 0


@given(st.integers(1, 10**6), st.data())
def test_the_rate_is_a_share_and_never_nothing_while_there_are_steps(steps: int, data: st.DataObject) -> None:
    step = data.draw(st.integers(0, steps - 1))
    assert 0 < learning_rate(step, steps) <= 1


@given(st.integers(1, 10**6), st.integers(1, 10**6), st.data())
def test_until_the_way_down_the_length_does_not_matter(first: int, second: int, data: st.DataObject) -> None:
    """So that a run may be made longer or shorter on its way without another result."""
    step = data.draw(st.integers(0, int((1 - DESCENT) * min(first, second))))
    assert learning_rate(step, first) == pytest.approx(learning_rate(step, second))


def test_a_recipe_cannot_change_under_a_run() -> None:
    with pytest.raises(FrozenInstanceError):
        Recipe().seed = 2  # type: ignore[misc]


def test_a_recipe_can_be_written_down() -> None:
    recipe = Recipe(clips=("a", "b"), folds=(("a",), ("b",)))
    written = json.loads(json.dumps(asdict(recipe)))
    assert written["folds"] == [["a"], ["b"]]
    read = {name: tuple(written[name]) for name in ("clips", "held_out")}
    read["folds"] = tuple(map(tuple, written["folds"]))
    assert Recipe(**written | read) == recipe


@pytest.mark.parametrize("recipe", [Recipe(), smoke_recipe()], ids=["shipped", "smoke"])
def test_the_recipes_ask_for_what_there_is(recipe: Recipe) -> None:
    assert set(recipe.shares) <= set(KINDS)
    assert sum(recipe.shares.values()) == pytest.approx(1)
    assert all(share > 0 for share in recipe.shares.values())
    assert 0 <= recipe.encoded <= 1


def test_a_network_gets_the_numbers_that_suit_it_unless_others_are_asked_for() -> None:
    assert Recipe.of("mesotexture") == Recipe()
    other = Recipe.of("mesoresnet", pairs=7)
    assert (other.architecture, other.pairs) == ("mesoresnet", 7)
    assert other.batch < Recipe().batch  # it makes its filters step by step, and needs many steps
    assert Recipe.of("mesoresnet", batch=5).batch == 5


def test_the_smoke_run_is_the_shipped_one_made_small() -> None:
    shipped, smoke = Recipe(), smoke_recipe()
    assert (smoke.architecture, smoke.shares, smoke.margin) == (
        shipped.architecture,
        shipped.shares,
        shipped.margin,
    )
    assert smoke.pairs * smoke.size**2 < shipped.pairs * shipped.size**2 / 500
