"""What a budget of false alarms asks of the evidence."""

from __future__ import annotations

import math

import pytest

from veritile.decision import Policy
from veritile.vocabulary import Sensitivity


@pytest.mark.parametrize(
    ("preset", "budget", "threshold", "start", "alarm"),
    [
        ("sensitive", 1.0, 0.35, 4.55, 8.19),
        ("balanced", 0.1, 0.52, 6.86, 10.49),
        ("conservative", 0.01, 0.75, 9.16, 12.79),
    ],
)
def test_presets_ask_for_the_documented_evidence(
    preset: str, budget: float, threshold: float, start: float, alarm: float
) -> None:
    policy = Policy.for_sensitivity(preset)
    assert (policy.budget, policy.threshold) == (budget, threshold)
    assert policy.start_fake == pytest.approx(start, abs=0.005)
    assert policy.alarm == pytest.approx(alarm, abs=0.005)
    assert policy.start_real == pytest.approx(-2.996, abs=0.001)
    assert Policy() == Policy.for_sensitivity(Sensitivity.BALANCED)


@pytest.mark.parametrize("budget", [0.0, 0.000999, 10.01, -1.0, math.nan, math.inf])
def test_a_budget_that_cannot_be_kept_is_refused(budget: float) -> None:
    with pytest.raises(ValueError, match=r"budget must lie between 0\.001 and 10\.0"):
        Policy(budget)


def test_the_bounds_of_the_budget_are_budgets() -> None:
    assert (Policy(0.001).budget, Policy(10.0).budget) == (0.001, 10.0)


@pytest.mark.parametrize("threshold", [0.0, 1.0, -1.0, 2.0, math.nan, math.inf])
def test_a_threshold_outside_0_to_1_is_refused(threshold: float) -> None:
    with pytest.raises(ValueError, match="threshold must lie"):
        Policy(threshold=threshold)


def test_an_unknown_preset_is_refused() -> None:
    with pytest.raises(ValueError, match="paranoid"):
        Policy.for_sensitivity("paranoid")
