"""From evidence to the label that is shown: bounds, the comparisons with people, and steadiness."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from veritile.decision.policy import Policy
from veritile.decision.reference import MISSED, Scorer
from veritile.decision.sequential import Sums
from veritile.vocabulary import Label

SUSPECT: Final = 1 / 2
"""Share of the alarm's bound from which on a participant is `suspect`."""
LEAVE: Final = 1 / 3
"""Share of it below which `suspect` and `likely_fake` are taken back."""
SHUT: Final = 2.0
"""Times its level at which the comparison with real people, once passed, is failed again."""
KEEP: Final = 1.5
"""The same for the comparison with swapped people, times `MISSED`."""


class Standing(NamedTuple):
    """Where a participant stands, and what of it is shown."""

    crossed: bool = False
    """The evidence passed a bound for fake, and has not fallen far since."""
    earned: Label = Label.INCONCLUSIVE
    """What the evidence says."""
    shown: Label = Label.INCONCLUSIVE
    """What the user sees: follows `earned`, but not at once."""
    since: float = 0.0
    """When `shown` was shown first, seconds."""
    p: float | None = None
    """Conformal p-value of the evidence; None without a reference or evidence."""
    level: float = 1.0
    """Up to which p an alarm is allowed."""
    p_swapped: float | None = None
    """Conformal p-value of the mean among swapped people; None without any, or without a mean."""
    like_swaps_at: float = -math.inf
    """When, after the test at the start, that comparison was failed last, seconds."""
    undecided: bool = False
    """The tests have had their time, and support no label."""


def judge(
    sums: Sums,
    mean: float | None,
    *,
    enough: bool,
    late: bool,
    before: Standing,
    policy: Policy,
    scorer: Scorer,
    at: float,
) -> Standing:
    """Return the standing with these sums.

    Args:
        sums: of both tests.
        mean: log-odds of the newest looks, None without any.
        enough: whether there is the least that a label asks for.
        late: whether the test at the start has had its time.
        before: the standing so far.
        at: now, seconds.
    """
    alarm, evidence = policy.alarm, sums.evidence
    crossed = (
        evidence >= alarm
        or (not sums.real and sums.start >= policy.start_fake)
        or (before.crossed and evidence >= LEAVE * alarm)
    )
    p, level = _compare(sums, policy, scorer)
    p_swapped = None if mean is None else scorer.p_swapped(mean)
    level_real = KEEP * MISSED if before.earned is Label.LIKELY_REAL else MISSED
    like_swaps = sums.real and p_swapped is not None and p_swapped > level_real
    like_swaps_at = at if like_swaps else before.like_swaps_at
    was_fake = before.earned is Label.LIKELY_FAKE
    borne_out = p is None or p <= (SHUT * level if was_fake else level)
    if not enough:
        earned = Label.INCONCLUSIVE
    elif crossed and borne_out:
        earned = Label.LIKELY_FAKE
    elif crossed:
        earned = Label.SUSPECT
    elif not sums.real:
        earned = Label.INCONCLUSIVE
    else:
        worse = before.earned in (Label.SUSPECT, Label.LIKELY_FAKE)
        suspicious = evidence >= (LEAVE if worse else SUSPECT) * alarm
        if suspicious:
            earned = Label.SUSPECT
        else:
            earned = Label.LIKELY_REAL if at - like_swaps_at > policy.regain_s else Label.INCONCLUSIVE
    undecided = enough and earned is Label.INCONCLUSIVE and (sums.real or late)
    shown, since = before.shown, before.since
    if earned is not shown and (
        earned is Label.LIKELY_FAKE or shown is Label.INCONCLUSIVE or at - since >= policy.dwell_s
    ):
        shown, since = earned, at
    return Standing(crossed, earned, shown, since, p, level, p_swapped, like_swaps_at, undecided)


def confidence(sums: Sums, standing: Standing, policy: Policy) -> float:
    """Return how far the test has got, 0-1; see `Verdict.confidence`."""
    progress = min(1.0, sums.evidence / policy.alarm)
    unlike_swaps = 1.0 if standing.p_swapped is None else min(1.0, MISSED / standing.p_swapped)
    if standing.shown is Label.LIKELY_REAL:
        return (1.0 - progress) * unlike_swaps
    if standing.shown is Label.INCONCLUSIVE:
        bound = policy.start_real if sums.start < 0.0 else policy.start_fake
        return min(1.0, sums.start / bound) * (unlike_swaps if sums.start < 0.0 else 1.0)
    if standing.crossed:
        progress = 1.0
    return progress if standing.p is None else progress * min(1.0, standing.level / standing.p)


def _compare(sums: Sums, policy: Policy, scorer: Scorer) -> tuple[float | None, float]:
    mean, reference = sums.mean, scorer.reference
    if reference is None or mean is None:
        return None, 1.0
    size = sums.size
    return reference.p(mean, size), reference.level(policy.budget, size)
