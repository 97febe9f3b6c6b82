"""Frames as the pipeline would tell them, for the tests of the decision."""

from __future__ import annotations

from collections.abc import Iterable

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from veritile.decision import Look, Observation, Policy, Scorer, Tile, Verdict
from veritile.vocabulary import Label, Reason

PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A busy machine is no fault of the code."""

WIDTH, HEIGHT = 640, 360
BOX = (250.0, 80.0, 130.0, 160.0)
LOG_ODDS = st.floats(-50, 50)
QUALITY = st.floats(0.01, 1)
STEPS = st.floats(0.11, 8)
"""Seconds between frames, more than a moment."""


def look(log_odds: float | None, quality: float = 1.0, **fields: object) -> Look:
    return Look(**{"box": BOX, "log_odds": log_odds, "quality": quality, "face_px": 160.0, **fields})


def frame(at: float, log_odds: float, quality: float = 1.0, **fields: object) -> Observation:
    return Observation(at, (look(log_odds, quality, **fields),), WIDTH, HEIGHT)


def unjudged(at: float, reason: Reason) -> Observation:
    """A face is there, but cannot be judged."""
    return Observation(at, (look(None, 0.0, reason=reason),), WIDTH, HEIGHT)


def empty(at: float, reason: Reason = Reason.NO_FACE) -> Observation:
    return Observation(at, (), WIDTH, HEIGHT, reason)


def stream(log_odds: float, start: float = 0.0, count: int = 20, step: float = 1.0) -> list[Observation]:
    return [frame(start + i * step, log_odds) for i in range(count)]


def watch(tile: Tile, observations: Iterable[Observation]) -> Verdict:
    for observation in observations:
        verdict = tile.observe(observation)
    return verdict


def labels(tile: Tile, observations: Iterable[Observation]) -> list[Label]:
    return [tile.observe(observation).label for observation in observations]


def sharp(budget: float = 0.1, **fields: object) -> Policy:
    return Policy(budget=budget, **fields)


INDEPENDENT = Scorer(tau_s=0.05)
"""Every look, half a second or more after the last, counts in full."""
