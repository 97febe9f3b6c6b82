"""One simulated call: a person, and the engine that watches at its own pace."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field

from simulation.people import Person
from veritile.decision import Look, Observation, Tile
from veritile.vocabulary import Label, Reason

BOX = (200.0, 60.0, 180.0, 220.0)
CALL_S = 3600.0


@dataclass
class Call:
    """What came of one. Times are in seconds."""

    alarms: int = 0
    suspect: bool = False
    """Whether `suspect` or an alarm was ever shown."""
    frames: int = 0
    caught_s: float | None = None
    """From the beginning of the swap to the alarm."""
    suspected_s: float | None = None
    """To the first `suspect`, or the alarm."""
    labelled_s: float | None = None
    """To the first label of all."""
    answered_s: float | None = None
    """To the first label, or until it was told that there is none."""
    shown: dict[str, float] = field(default_factory=dict)
    """For how long each label, or reason, was shown; from the beginning of the swap, if there is one."""


def hold(
    person: Person,
    tile: Tile,
    rng: random.Random,
    *,
    seconds: float = CALL_S,
    swap_at: float = math.inf,
    every: float | None = None,
    best: bool = False,
    until_caught: bool = True,
) -> Call:
    """Hold a call and return what came of it.

    Args:
        person: who is watched.
        tile: what watches.
        rng: of the qualities of the looks.
        seconds: how long.
        swap_at: when a swap begins.
        every: seconds between looks; when left out, the engine decides.
        best: whether every look has full quality; else 0.5 to 1.
        until_caught: whether it ends with the alarm for a swap.
    """
    call, at, before = Call(), 0.0, Label.INCONCLUSIVE
    while at < seconds:
        log_odds = person.log_odds(at, swapped=at >= swap_at)
        quality = 1.0 if best else rng.uniform(0.5, 1.0)
        verdict = tile.observe(Observation(at, (Look(BOX, log_odds, quality, None, 150.0, 0.0),), 640, 360))
        label, swapped = verdict.label, at >= swap_at
        call.frames += 1
        if call.labelled_s is None and label is not Label.INCONCLUSIVE:
            call.labelled_s = at
        if call.answered_s is None and verdict.reason is not Reason.STARTING:
            call.answered_s = at
        if swapped and call.suspected_s is None and label in (Label.SUSPECT, Label.LIKELY_FAKE):
            call.suspected_s = at - swap_at
        call.suspect |= label in (Label.SUSPECT, Label.LIKELY_FAKE)
        if label is Label.LIKELY_FAKE and before is not Label.LIKELY_FAKE:
            call.alarms += 1
            if swapped and call.caught_s is None:
                call.caught_s = at - swap_at
                if until_caught:
                    return call
        before = label
        wait = every if every is not None else verdict.next_sample_ms / 1000 * rng.uniform(0.9, 1.1)
        if swapped or swap_at == math.inf:
            words = (verdict.reason or label).value
            call.shown[words] = call.shown.get(words, 0.0) + min(wait, seconds - at)
        at += wait
    return call
