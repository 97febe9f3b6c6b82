"""One watcher a step: it sees picture after picture, and says when the step was really done.

The levels were set on heads that are animated by script and on people who only talk;
docs/challenge.md says how often each is wrong on others of both.
"""

from __future__ import annotations

from typing import Final, Protocol

from veritile.decision.challenge.seen import Seen
from veritile.decision.challenge.words import Hint, Step

PROFILE: Final = 30.0
"""Degrees of measured yaw, in truth about 50: the ear can be seen."""
LOST_FROM: Final = 20.0
"""Degrees beyond which a face that is no longer found has turned away."""
BACK_AGAIN: Final = 18.0
"""Degrees within which a head has come back."""
STILL_ENOUGH: Final = 12.0
"""Degrees within which a head has not turned: what changes then is not its side."""
HAND: Final = 0.5
"""Share of the place beside the cheek that a hand covers."""
COVERED: Final = 0.6
"""A face with a hand before it is less alike than this."""
NEAR, FAR = 1.35, 0.8
"""Sizes of the face against before, of somebody who has come close, and leant back."""
LAMP: Final = 0.32
"""By how much the light across the face swings when a lamp is moved from side to side."""
UP, DOWN, NODDED = 2.0, -3.5, 9.0
"""Degrees of measured pitch, a sixth to a third of the true one: up, down, and from one to the other."""
HELD: Final = 4
"""Pictures that pitch is averaged over, for it is as noisy as it is small."""


class Watcher(Protocol):
    """Follows one step."""

    progress: float
    """How far the movement has got, 0-1; 1 once it is done."""
    hint: Hint | None

    def see(self, seen: Seen) -> float:
        """Take in a picture; return how well it shows what was asked for, 0-1."""


def watcher(step: Step, *, mirrored: bool) -> Watcher:
    """Return a new watcher; `mirrored` when the picture shows the person as a mirror does."""
    match step:
        case Step.TURN_LEFT | Step.TURN_RIGHT:
            return Turn(1.0 if to_the_right(step, mirrored=mirrored) else -1.0)
        case Step.HAND:
            return Hand()
        case Step.CHEEK:
            return Cheek()
        case Step.NEAR:
            return Distance(NEAR)
        case Step.BACK:
            return Distance(FAR)
        case Step.LIGHT:
            return Lamp()
    return Nod()


def to_the_right(step: Step, *, mirrored: bool) -> bool:
    """Whether a turn goes towards the picture's right: the person's own left does, but for a mirror."""
    return (step is Step.TURN_LEFT) != mirrored


class _Base:
    def __init__(self) -> None:
        self.progress = 0.0
        self.hint: Hint | None = None


class Turn(_Base):
    """To one side until the ear can be seen, or the face is lost, and back."""

    def __init__(self, side: float) -> None:
        super().__init__()
        self._side = side
        self._last = self._before = 0.0
        self._reached = False

    def see(self, seen: Seen) -> float:
        """See `Watcher`."""
        if not seen.found:
            self._reached |= min(self._last, self._before) >= LOST_FROM
            self.hint = Hint.COME_BACK if self._reached else Hint.NO_FACE
            self.progress = max(self.progress, 0.75 if self._reached else 0.0)
            return 0.0
        yaw = seen.yaw * self._side
        self._reached |= min(yaw, self._last) >= PROFILE  # two in a row: one may be a slip of the landmarks
        self._last, self._before = yaw, self._last
        if self._reached:
            back = yaw <= BACK_AGAIN
            self.progress, self.hint = (1.0, None) if back else (0.75, Hint.COME_BACK)
        else:
            self.progress = max(self.progress, 0.7 * min(1.0, max(0.0, yaw) / PROFILE))
            self.hint = Hint.OTHER_SIDE if yaw < -LOST_FROM else Hint.FURTHER if yaw > LOST_FROM / 2 else None
        return min(1.0, max(0.0, yaw) / 60.0)


class Hand(_Base):
    """A hand before the face that goes away again."""

    def __init__(self) -> None:
        super().__init__()
        self._touched = False
        self._covered = 0
        self._yaw = 0.0

    def see(self, seen: Seen) -> float:
        """See `Watcher`."""
        self._touched |= max(seen.beside) >= HAND and abs(self._yaw) <= LOST_FROM
        if seen.found:
            covers = seen.alike <= COVERED and max(seen.beside) >= HAND
            self._yaw = seen.yaw
        else:
            covers = seen.skin >= 0.5 and (self._touched or abs(self._yaw) <= STILL_ENOUGH)
        self._covered += covers
        if self._covered >= 2:
            free = seen.found and not covers and abs(seen.yaw) <= BACK_AGAIN
            self.progress, self.hint = (1.0, None) if free else (0.75, Hint.COME_BACK)
        else:
            self.progress = max(self.progress, 0.5 * (self._covered > 0), 0.3 * self._touched)
            self.hint = Hint.FURTHER if self._touched else None if seen.found else Hint.NO_FACE
        if not seen.found:
            return 0.4 * covers
        return min(1.0, 0.5 + 0.5 * (1.0 - seen.alike)) if covers else 0.2 * (max(seen.beside) >= HAND)


class Cheek(_Base):
    """A hand at one cheek while the face can be seen."""

    def __init__(self) -> None:
        super().__init__()
        self._held = 0

    def see(self, seen: Seen) -> float:
        """See `Watcher`."""
        at_cheek = seen.still and max(seen.beside) >= HAND and seen.alike >= 0.5
        self._held = self._held + 1 if at_cheek else 0
        self.progress = max(self.progress, min(1.0, self._held / 3))
        self.hint = None if seen.found else Hint.NO_FACE
        return min(1.0, max(0.0, max(seen.beside))) * seen.still


class Distance(_Base):
    """The face grows, or shrinks, to a share of its size before."""

    def __init__(self, goal: float) -> None:
        super().__init__()
        self._goal = goal
        self._held = 0

    def see(self, seen: Seen) -> float:
        """See `Watcher`."""
        if not seen.found:
            self.hint = Hint.NO_FACE
            return 0.0
        way = max(0.0, (seen.ratio - 1.0) / (self._goal - 1.0))
        self._held = self._held + 1 if way >= 1.0 else 0
        self.progress = 1.0 if self._held >= 2 else max(self.progress, 0.9 * min(1.0, way))
        self.hint = Hint.FURTHER if 0.3 <= way < 1.0 else None
        return min(1.0, way / 2) * seen.still


class Lamp(_Base):
    """Light that swings from one side of a still face to the other."""

    def __init__(self) -> None:
        super().__init__()
        self._least: list[float] = []
        self._most: list[float] = []

    def see(self, seen: Seen) -> float:
        """See `Watcher`."""
        if not seen.found or abs(seen.yaw) > STILL_ENOUGH:
            self.hint = None if seen.found else Hint.NO_FACE
            return 0.0
        # The second least and the second most: one picture may be an accident.
        self._least = sorted([*self._least, seen.across])[:2]
        self._most = sorted([*self._most, seen.across])[-2:]
        swing = self._most[0] - self._least[-1] if len(self._least) == 2 else 0.0
        self.progress = max(self.progress, min(1.0, max(0.0, swing) / LAMP))
        self.hint = Hint.FURTHER if 0.3 < self.progress < 1.0 else None
        return min(1.0, abs(seen.across) / (2 * LAMP))


class Nod(_Base):
    """The head goes up and down."""

    def __init__(self) -> None:
        super().__init__()
        self._newest: list[float] = []
        self._up = self._down = 0.0

    def see(self, seen: Seen) -> float:
        """See `Watcher`."""
        if not seen.found or abs(seen.yaw) > LOST_FROM:
            self._newest = []
            self.hint = None if seen.found else Hint.NO_FACE
            return 0.0
        self._newest = [*self._newest, seen.pitch][-HELD:]
        if len(self._newest) == HELD:
            mean = sum(self._newest) / HELD
            self._up, self._down = max(self._up, mean), min(self._down, mean)
        done = self._up >= UP and self._down <= DOWN and self._up - self._down >= NODDED
        self.progress = 1.0 if done else 0.45 * (min(1.0, self._up / UP) + min(1.0, self._down / DOWN))
        self.hint = Hint.FURTHER if self.progress >= 0.4 and not done else None
        return min(1.0, abs(seen.pitch) / 15.0)
