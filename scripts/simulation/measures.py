"""What many simulated calls show: each function is one line of a table of docs/decision.md."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Sequence
from statistics import fmean

from simulation.calls import CALL_S, Call, hold
from simulation.people import Person, World, reference
from simulation.tables import Row, row
from veritile.decision import Policy, Scorer, Tile
from veritile.live.figures import FULL_RATE, poisson_upper
from veritile.vocabulary import BUDGETS, Label, Reason, Sensitivity

BLOCK = 20
"""Calls that are compared with the same reference."""
SHOWN_S = 600.0
"""For how long a swap is watched."""
FACTS = {0.70: (30.0, 38.0, 47.0), 0.80: (12.0, 15.0, 18.0), 0.90: (5.0, 6.4, 7.8)}
"""Mean delays in seconds of a plain CUSUM with one independent look a second, ln(3600 / budget) / (d²/2)."""

Task = tuple[str, World, Sensitivity, int, int]
"""What, of whom, with which preset, how often, from which seed."""


def work(task: Task) -> list[Row]:
    """Do one piece of the simulation, the same in whatever process."""
    what, world, preset, calls, seed = task
    rng = random.Random(f"{seed} {what} {world} {preset}")
    if what == "false_alarms":
        return [false_alarms(world, preset, calls, rng)]
    if what == "likely_real":
        return [likely_real(world, preset, calls, rng)]
    return [delay(world, preset, calls, rng)] if what == "delay" else list(live(world, preset, calls, rng))


def watch(world: World, preset: Sensitivity, calls: int, rng: random.Random, **how: float) -> Iterator[Call]:
    """Hold calls with the engine as it ships, comparing with new people every `BLOCK` of them."""
    policy = Policy.for_sensitivity(preset)
    for number in range(calls):
        if number % BLOCK == 0:
            scorer = Scorer(world.tau, reference(world, rng))
        yield hold(Person(world, rng), Tile(policy, scorer), rng, **how)  # type: ignore[arg-type]


def false_alarms(world: World, preset: Sensitivity, hours: int, rng: random.Random) -> Row:
    """Calls of real people, an hour each."""
    calls = list(watch(world, preset, hours, rng))
    alarms, frames = (sum(getattr(call, name) for call in calls) for name in ("alarms", "frames"))
    upper = poisson_upper(alarms) / hours
    return row(
        "false_alarms",
        preset,
        world,
        hours,
        budget=BUDGETS[preset],
        alarms=alarms,
        people=sum(call.alarms > 0 for call in calls),
        suspects=100 * sum(call.suspect for call in calls) / hours,
        rate=alarms / hours,
        upper=upper,
        ratio=upper / BUDGETS[preset],
        frames=frames / hours,
        saved=100 * (1 - frames / hours / (FULL_RATE * CALL_S)),
    )


def likely_real(world: World, preset: Sensitivity, calls: int, rng: random.Random) -> Row:
    """Real people, and people swapped from the first look on: what is shown of them."""
    real = list(watch(world, preset, calls, rng, seconds=SHOWN_S))
    fake = list(watch(world, preset, calls, rng, seconds=SHOWN_S, swap_at=0.0, until_caught=False))
    answers = sorted(SHOWN_S if call.answered_s is None else call.answered_s for call in real)
    return row(
        "likely_real",
        preset,
        world,
        calls,
        real=_share(real, Label.LIKELY_REAL),
        undecided=_share(real, Reason.UNDECIDED),
        swapped=_share(fake, Label.LIKELY_REAL),
        ever=100 * sum(Label.LIKELY_REAL in call.shown for call in fake) / calls,
        swapped_undecided=_share(fake, Reason.UNDECIDED),
        answer=answers[calls // 2],
        late_answer=answers[calls * 9 // 10],
    )


def _share(calls: Sequence[Call], word: Label | Reason) -> float:
    """Of the time, in percent, in which it was shown."""
    return 100 * fmean(call.shown.get(word.value, 0.0) / SHOWN_S for call in calls)


def delay(world: World, preset: Sensitivity, calls: int, rng: random.Random) -> Row:
    """Swaps that begin after two minutes, with an independent look of full quality a second."""
    policy, scorer = Policy.for_sensitivity(preset), Scorer(0.2)
    expected = FACTS[world.auc][list(Sensitivity).index(preset)]
    waits: list[float] = []
    while len(waits) < calls:
        begin = 120.0 + rng.random()  # between two looks
        call = hold(
            Person(world, rng), Tile(policy, scorer), rng, swap_at=begin, seconds=2000.0, every=1.0, best=True
        )
        if call.alarms == (call.caught_s is not None):  # nothing cried wolf before
            waits.append(2000.0 - begin if call.caught_s is None else call.caught_s)
    mean = fmean(waits)
    return row("delay", preset, world, calls, expected=expected, mean=mean, ratio=mean / expected)


def live(world: World, preset: Sensitivity, calls: int, rng: random.Random) -> Iterator[Row]:
    """Swaps from the first look on, and after ten calm minutes, at the engine's own pace."""
    for table, begin in (("from_start", 0.0), ("mid_call", 600.0)):
        held = list(watch(world, preset, calls, rng, swap_at=begin, seconds=begin + SHOWN_S))
        caught = [call.caught_s for call in held if call.caught_s is not None]
        yield row(
            table,
            preset,
            world,
            calls,
            caught=100 * len(caught) / calls,
            suspected=100 * sum(call.suspected_s is not None for call in held) / calls,
            median=sorted(caught)[len(caught) // 2] if caught else math.nan,
            mean=fmean(caught) if caught else math.nan,
        )
