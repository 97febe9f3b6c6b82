"""Probabilities and log-odds, the two ways in which every part of Veritile states the same thing."""

from __future__ import annotations

import math


def probability(log_odds: float) -> float:
    """Return the probability (0-1) of natural log-odds: 1 / (1 + exp(-log_odds)), without overflow."""
    if log_odds >= 0:
        return 1.0 / (1.0 + math.exp(-log_odds))
    return math.exp(log_odds) / (1.0 + math.exp(log_odds))


def logit(probability: float) -> float:
    """Return the natural log-odds of a probability; ValueError unless 0 < probability < 1."""
    if not 0.0 < probability < 1.0:
        raise ValueError(f"a probability of {probability} has no finite log-odds")
    return math.log(probability / (1.0 - probability))
