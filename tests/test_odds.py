"""Probabilities and log-odds are two ways of saying the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from veritile.odds import logit, probability


@given(log_odds=st.floats(-1e6, 1e6))
def test_probabilities_mirror_each_other(log_odds: float) -> None:
    assert 0.0 <= probability(log_odds) <= 1.0
    assert probability(log_odds) + probability(-log_odds) == pytest.approx(1.0)


@given(p=st.floats(1e-9, 1 - 1e-9))
def test_there_and_back_is_where_one_began(p: float) -> None:
    assert probability(logit(p)) == pytest.approx(p)


@pytest.mark.parametrize("p", [0.0, 1.0, -0.1, 1.1, float("nan")])
def test_a_probability_without_finite_log_odds_is_refused(p: float) -> None:
    with pytest.raises(ValueError, match="no finite log-odds"):
        logit(p)
