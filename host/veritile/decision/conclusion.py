"""The verdict on a whole video or picture: the rules of calls, except that nothing more will come."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace

from veritile.decision.observation import Observation
from veritile.decision.policy import Policy
from veritile.decision.reference import MISSED, Scorer
from veritile.decision.tile import Tile
from veritile.decision.verdict import Verdict
from veritile.odds import logit, probability
from veritile.vocabulary import Label, Reason


def conclude(observations: Iterable[Observation], policy: Policy, scorer: Scorer) -> Verdict:
    """Return the verdict on all frames of one tile, in the order of capture.

    A video that raised an alarm anywhere is `likely_fake`, as it stood when the evidence was greatest. Where
    the tests came to no end, as with a picture or a few seconds, the label is that of the mean score
    against the threshold, and how little it rests on shows in the confidence; but `likely_fake` is said only
    where the comparison with real people allows an alarm, else `suspect`, and `likely_real` only where that
    with swapped people allows it. The score is the mean of all frames alike. Nobody is told apart by
    surroundings: a cut to another view of the speaker is no newcomer.

    Raises ValueError when a number is not finite.
    """
    endless = replace(
        policy, memory_s=math.inf, regain_s=0.0, patience_s=math.inf, max_age_s=math.inf, dwell_s=0.0
    )
    tile = Tile(endless, scorer)
    alarm: Verdict | None = None
    for observation in observations:
        looks = tuple(replace(look, signature=None) for look in observation.looks)
        verdict = tile.observe(replace(observation, looks=looks))
        if verdict.label is Label.LIKELY_FAKE and (alarm is None or verdict.evidence >= alarm.evidence):
            alarm = verdict
    final = tile.verdict
    if alarm is not None:
        return replace(
            alarm, score=final.score, frames=final.frames, seconds=final.seconds, basis=final.basis
        )
    if final.label is not Label.INCONCLUSIVE or final.score is None or final.reason is Reason.UNDECIDED:
        return final
    fake = policy.threshold
    suspect = probability(logit(fake) - policy.suspect_band)
    if final.score >= suspect:
        alarming = final.score >= fake and scorer.allows_alarm(final.p, policy.budget)
        return replace(final, label=Label.LIKELY_FAKE if alarming else Label.SUSPECT, reason=None)
    p_swapped = scorer.p_swapped(logit(final.score))
    if p_swapped is not None and p_swapped > MISSED:
        return replace(final, reason=Reason.UNDECIDED)
    return replace(final, label=Label.LIKELY_REAL, reason=None)
