"""When to look at each participant again: what the evidence asks for, within what the machine may give.

`wish` is about one face. A `Pacer` is about everybody: looks cost time, and the
user grants a share of the machine. While the sum of the wishes costs more, the
waits are stretched: first of those about whom there is no suspicion, in equal
proportion, so that nobody's turn is given to another's.
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import Final

from veritile.decision.evidence import Evidence
from veritile.decision.policy import Policy
from veritile.vocabulary import Label

BURST_MS: Final = 400
"""Wait at the start, until there is a label or BURST_FRAMES have been seen."""
BURST_FRAMES: Final = 15
SUSPICIOUS_MS: Final = 1_000
"""Wait while anything speaks against `likely_real`, or has just changed."""
UNUSABLE_MS: Final = 2_500
"""Wait while frames cannot be judged, or say nothing either way."""
SETTLED_MS: Final = 5_000
"""Wait once the test at the start has ended, and nothing speaks for a swap."""
LONGEST_MS: Final = 30_000
"""However busy the machine, everybody gets a look as often as this."""
PATIENCE: Final = 30.0
"""Independent looks after which a suspicion is known for what it is: more looks hardly change it."""
_SUSPICION: Final = 1 / 4
"""Share of the alarm's bound from which on evidence is a suspicion."""
_STRONG: Final = 1.5
"""Log-odds of one look that are a suspicion by themselves."""

_FAVOURED: Final = 0.75
"""Share of the budget that suspicions may take before others get theirs."""
_COST_MEMORY: Final = 0.1
"""Weight of the newest look in the running mean of costs."""
_GONE_S: Final = 90.0
"""Who has not been looked at for so long takes no part in the sum."""


def suspicious(evidence: Evidence, policy: Policy) -> bool:
    """Whether a look at this face is worth more than at others."""
    return (
        evidence.label in (Label.SUSPECT, Label.LIKELY_FAKE)
        or evidence.suspicion > _SUSPICION * policy.alarm
        or (evidence.newest is not None and evidence.newest >= _STRONG)
    )


def wish(evidence: Evidence, policy: Policy, *, changed: bool) -> int:
    """Return how soon this face should be looked at again, milliseconds.

    Args:
        evidence: about it.
        policy: that it is judged by.
        changed: whether the tile has just changed: its size, who is in it.
    """
    starting = evidence.label is Label.INCONCLUSIVE and not evidence.undecided
    if starting and evidence.seen < BURST_FRAMES:
        return BURST_MS
    if evidence.newest is None:
        return UNUSABLE_MS
    if changed:
        return SUSPICIOUS_MS
    if suspicious(evidence, policy):
        return SUSPICIOUS_MS if evidence.weight < PATIENCE else UNUSABLE_MS
    return SUSPICIOUS_MS if starting else SETTLED_MS


class _Turn:
    """What one participant asks for."""

    __slots__ = ("at", "urgent", "wish_ms")

    def __init__(self, at: float, wish_ms: float, urgent: bool) -> None:
        self.at, self.wish_ms, self.urgent = at, wish_ms, urgent


class Pacer:
    """Shares the time of the machine between all participants that are watched.

    For several threads: each call works on a copy of who takes part.
    """

    def __init__(self, cores: int = 1, share: float = 0.05) -> None:
        """Grant a share (0-1, 0 excluded) of a machine of so many cores; ValueError outside."""
        if cores < 1 or not 0.0 < share <= 1.0:
            raise ValueError(f"a share of {share} of {cores} cores cannot be granted")
        self.budget = share * cores
        """Seconds of work a second."""
        self.saving = False
        """Whether the machine runs on its battery: half the work, and no more than half the looks."""
        self._cost_ms: float | None = None
        self._turns: dict[Hashable, _Turn] = {}

    def spent(self, ms: float) -> None:
        """Note what a look has cost, milliseconds; ValueError for what is no cost."""
        if not 0.0 <= ms < math.inf:
            raise ValueError(f"a look cannot cost {ms} ms")
        cost = self._cost_ms
        self._cost_ms = ms if cost is None else cost + _COST_MEMORY * (ms - cost)

    def next_ms(self, key: Hashable, at: float, wish_ms: float, *, urgent: bool) -> int:
        """Return when this participant's turn comes again, milliseconds from now; `LONGEST_MS` at most.

        Args:
            key: who it is.
            at: now, seconds on a clock that all participants share.
            wish_ms: what its evidence asks for.
            urgent: whether there is a suspicion.
        """
        wish_ms *= 2.0 if self.saving else 1.0
        self._turns[key] = _Turn(at, wish_ms, urgent)
        turns = tuple(self._turns.items())
        for other, turn in turns:
            if at - turn.at > _GONE_S:
                self._turns.pop(other, None)
        cost = self._cost_ms or 0.0
        budget = self.budget / (2.0 if self.saving else 1.0)
        suspected = sum(cost / turn.wish_ms for _, turn in turns if turn.urgent)
        calm = sum(cost / turn.wish_ms for _, turn in turns if not turn.urgent)
        for_suspected = max(_FAVOURED * budget, budget - calm)
        granted = for_suspected if urgent else budget - min(suspected, for_suspected)
        stretch = max(1.0, (suspected if urgent else calm) / granted)
        return round(min(LONGEST_MS, max(wish_ms, wish_ms * stretch)))
