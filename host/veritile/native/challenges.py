"""A challenge that runs: its course, and its best pictures in memory for as long as they are needed.

Two threads meet here: the worker's shows it pictures, the reader's tells it what the user wants.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Final, NamedTuple

from msgspec import UNSET

from veritile.decision.challenge import Challenge, Glimpse, Judgement
from veritile.decision.challenge.words import Answer, State, Step, Why
from veritile.native.challenge_parts import findings_of, judgement_of, steps_of, views_of
from veritile.native.fields import Box
from veritile.native.limits import SHOWN_BYTES
from veritile.native.messages import ChallengeTold
from veritile.vocabulary import Label

REFERENCE: Final = -1
"""In the place of a step's index: the picture before the first step."""
_ANYWHERE: Final = (0.0, 0.0, 0.0, 0.0)


class Picture(NamedTuple):
    """A picture as it came."""

    jpeg: bytes
    captured_at: float
    """Epoch ms, as the client said."""
    box: Box | None
    """Of the face, pixels."""
    yaw: float | None
    """Degrees; None without a face."""


class Live:
    """The challenge of one participant."""

    def __init__(self, steps: Sequence[Step], at: float, *, mirrored: bool) -> None:
        """Begin at these seconds of the monotonic clock."""
        self._lock = threading.Lock()
        self._challenge = Challenge(steps, at, mirrored=mirrored)
        self._pictures: dict[int, Picture] = {}
        self._focus: Box = _ANYWHERE

    @property
    def active(self) -> bool:
        """Whether pictures are wanted."""
        return self._challenge.active

    @property
    def focus(self) -> Box:
        """Where the face was last, pixels; of no size before it was seen."""
        return self._focus

    @property
    def pictures(self) -> dict[int, Picture]:
        """A copy of what is kept, by step."""
        with self._lock:
            return dict(self._pictures)

    def see(self, glimpse: Glimpse, jpeg: bytes, captured_at: float) -> None:
        """Take in a picture, and keep it where it is the best."""
        with self._lock:
            best = self._challenge.see(glimpse)
            self._focus = glimpse.box or self._focus
            if best is not None and len(jpeg) <= SHOWN_BYTES:
                yaw = glimpse.attitude[0] if glimpse.attitude else None
                self._pictures[best] = Picture(jpeg, captured_at, glimpse.box, yaw)

    def pass_time(self, at: float) -> None:
        """Note what time it is."""
        with self._lock:
            self._challenge.pass_time(at)

    def more_time(self) -> None:
        """Let the step's seconds begin again."""
        with self._lock:
            self._challenge.more_time()

    def skip(self) -> None:
        """Go on to the next step."""
        with self._lock:
            self._challenge.skip()

    def end(self, why: Why) -> None:
        """Come to an early end."""
        with self._lock:
            self._challenge.end(why)

    def answer(self, answer: Answer, standing: Label) -> tuple[Judgement, dict[int, Picture]]:
        """Take the user's answer; return the judgement and the pictures, of which none is kept here."""
        with self._lock:
            pictures, self._pictures = self._pictures, {}
            return self._challenge.answer(answer, standing), pictures

    def told(self, session: str, participant: str) -> ChallengeTold:
        """How it stands."""
        with self._lock:
            challenge = self._challenge
            return ChallengeTold(
                session=session,
                participant=participant,
                state=challenge.state,
                why=challenge.why if challenge.state is State.ENDED and challenge.why else UNSET,
                step=UNSET if challenge.step is None else challenge.step,
                steps=steps_of(challenge, set(self._pictures)),
                remaining_ms=round(challenge.remaining_s * 1000),
                reference=REFERENCE in self._pictures,
                findings=findings_of(challenge),
                views=views_of(challenge),
                judgement=judgement_of(challenge.judgement),
            )
