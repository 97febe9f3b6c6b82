"""The user's eye, what was done, and the network: their shares in log-odds, and the label of their sum.

How the shares were chosen, and that most of them rest on no measurement of ours: docs/challenge.md.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from veritile.decision.challenge.words import Answer, Source, Step, StepState
from veritile.vocabulary import Label, Reason

LOOKS_WRONG: Final = 1.4
"""People told swaps from real ones with an AUC of 88.6 % (GOTCHA, EuroS&P 2024): were both normal with equal
spread, and the user's bound in the middle, 80 % of either would be right, which is a ratio of 4, or 1.4."""
LOOKS_RIGHT: Final = -0.7
"""Half of that the other way: a newer swap may look right, and that mistake is the dangerous one."""
NOT_DONE: Final = math.log(2.0)
"""When nothing was done: fake becomes twice as likely at most. Not measured."""
MODEL_MOST: Final = 2.0
"""The network's share at most: short of an alarm by itself."""
CORRELATION: Final = 0.705
"""Of the scores of two pictures of one real person (README.md): n are worth n / (1 + (n - 1) * 0.705)."""

FAKE: Final = math.log(9.0)
SUSPECT: Final = math.log(2.0)
REAL: Final = -math.log(3.0)
"""Sums from which on the label is `likely_fake`, `suspect`, and down to which `likely_real`."""


class Share(NamedTuple):
    """One part of the sum."""

    source: Source
    log_odds: float


class Judgement(NamedTuple):
    """What is said in the end."""

    label: Label
    reason: Reason | None
    """`undecided` when the label is `inconclusive`."""
    log_odds: float
    """ln(P(fake) / P(real)) without a prior: the sum of the shares."""
    shares: tuple[Share, ...]


class Evidence:
    """The network's log-odds over the pictures of a challenge."""

    def __init__(self) -> None:
        self._weight = self._sum = 0.0
        self._frames = 0

    def add(self, log_odds: float, weight: float) -> None:
        """Add a picture of this weight, 0-1."""
        self._weight += weight
        self._sum += weight * log_odds
        self._frames += weight > 0

    @property
    def log_odds(self) -> float:
        """Their mean, times the independent pictures that they are worth, within `MODEL_MOST`."""
        if not self._frames:
            return 0.0
        worth = self._weight / (1.0 + max(0.0, self._weight - 1.0) * CORRELATION)
        return max(-MODEL_MOST, min(MODEL_MOST, worth * self._sum / self._weight))


def judge(
    answer: Answer, steps: Sequence[tuple[Step, StepState]], model: float, standing: Label
) -> Judgement:
    """Return the judgement.

    A challenge that was passed makes nobody likely real whom the call's evidence calls fake or suspect.

    Args:
        answer: the user's.
        steps: what became of each.
        model: `Evidence.log_odds`.
        standing: the label by the evidence of the call.
    """
    asked = [state for _, state in steps if state in (StepState.DONE, StepState.NOT_DONE)]
    undone = asked.count(StepState.NOT_DONE) / len(asked) if asked else 0.0
    eye = {Answer.LOOKS_WRONG: LOOKS_WRONG, Answer.LOOKS_RIGHT: LOOKS_RIGHT}.get(answer, 0.0)
    shares = (
        Share(Source.ANSWER, eye),
        Share(Source.COMPLIANCE, NOT_DONE * undone),
        Share(Source.MODEL, model),
    )
    total = sum(share.log_odds for share in shares)
    passed = answer is Answer.LOOKS_RIGHT and bool(asked) and not undone
    alarming = standing in (Label.LIKELY_FAKE, Label.SUSPECT)
    if total >= FAKE or (standing is Label.LIKELY_FAKE and not passed):
        label = Label.LIKELY_FAKE
    elif total >= SUSPECT or alarming:
        label = Label.SUSPECT
    elif total <= REAL and passed:
        label = Label.LIKELY_REAL
    else:
        label = Label.INCONCLUSIVE
    return Judgement(label, Reason.UNDECIDED if label is Label.INCONCLUSIVE else None, total, shares)
