"""Who is learnt from, who decides when to stop, who is only measured: never the same person twice.

train   the weights learn from these
val     decide when learning stops, and calibrate
test    are measured, and decide nothing; only where there are people enough for it
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np

from veritile.errors import NoFramesError

TRAIN, VAL, TEST = "train", "val", "test"
SPLITS: Final = (TRAIN, VAL, TEST)

Classes = frozenset[bool]
"""Of which kinds there are pictures of someone: {False} real, {True} fake, or both."""


def split(people: Mapping[str, Classes], *, held_out: float, seed: int) -> dict[str, str]:
    """Give every person one of `SPLITS`.

    Real and fake are in `train` and in `val`, and in `test` if that can be without
    emptying `val`. The same people, share and seed give the same answer.

    Args:
        people: name -> classes.
        held_out: share of the people outside `train`, 0-1.
        seed: of the shuffle.

    Raises:
        NoFramesError: a class shows fewer than two people, or they cannot be told apart by class.
    """
    for fake, name in ((False, "real"), (True, "fake")):
        count = sum(fake in classes for classes in people.values())
        if count < 2:
            raise NoFramesError(
                f"Usable faces of {count or 'no'} {'person' if count == 1 else 'people'} are in {name}, and "
                "at least two are needed, one to learn from and one to measure: add another, in a folder of "
                "their own, or split by file if the folders are not people."
            )
    names = sorted(people)
    order = [names[i] for i in np.random.default_rng(seed).permutation(len(names))]
    strata: dict[Classes, list[str]] = {}
    for name in order:
        strata.setdefault(people[name], []).append(name)
    held = [name for group in strata.values() for name in _share(group, held_out)]
    for fake in (False, True):
        if not _holds(people, held, fake):
            held.append(_spare(people, order, held, fake))
    test = [name for group in strata.values() for name in [n for n in group if n in set(held)][1::2]]
    val = [name for name in held if name not in set(test)]
    if not all(_holds(people, part, fake) for part in (val, test) for fake in (False, True)):
        val, test = held, []
    return {name: VAL if name in set(val) else TEST if name in set(test) else TRAIN for name in names}


def _share(group: list[str], share: float) -> list[str]:
    """The first of a group: one at least, but not all; none of a group of one."""
    return group[: min(len(group) - 1, max(1, round(share * len(group))))]


def _spare(people: Mapping[str, Classes], order: list[str], held: list[str], fake: bool) -> str:
    """Someone of a class whom `train` can do without."""
    for name in order:
        rest = [other for other in order if other != name and other not in held]
        if fake in people[name] and name not in held and all(_holds(people, rest, kind) for kind in (0, 1)):
            return name
    raise NoFramesError(
        "Too few people to keep real and fake both for learning and for measuring: add another person to "
        "real and to fake, or split by file if the folders are not people."
    )


def _holds(people: Mapping[str, Classes], names: Iterable[str], fake: bool | int) -> bool:
    return any(bool(fake) in people[name] for name in names)
