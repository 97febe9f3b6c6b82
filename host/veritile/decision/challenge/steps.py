"""What somebody can be asked to do: the library of steps. A new step is one member, one row, one watcher."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from veritile.decision.challenge.words import Step, Watch


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of a step beforehand."""

    seconds: int
    """For saying it, hearing it, and doing it."""
    watch: tuple[Watch, ...]


LIBRARY: Final[dict[Step, Asked]] = {
    Step.TURN_LEFT: Asked(8, (Watch.EAR, Watch.EDGE, Watch.GLASSES)),
    Step.TURN_RIGHT: Asked(8, (Watch.EAR, Watch.EDGE, Watch.GLASSES)),
    Step.HAND: Asked(7, (Watch.HAND, Watch.EDGE)),
    Step.CHEEK: Asked(7, (Watch.HAND, Watch.COLOUR)),
    Step.NEAR: Asked(6, (Watch.EYES, Watch.EDGE)),
    Step.BACK: Asked(6, (Watch.EDGE, Watch.EYES)),
    Step.LIGHT: Asked(8, (Watch.COLOUR, Watch.EDGE)),
    Step.NOD: Asked(7, (Watch.EDGE, Watch.EYES, Watch.GLASSES)),
}

TURNS: Final = (Step.TURN_LEFT, Step.TURN_RIGHT)
