"""The open calls and who is in them, with the evidence about each participant.

Two threads meet here without locks. The reader's thread owns which sessions
and participants there are; the worker's thread (of a large batch its helper's, but
for each participant one of the two) owns the evidence and publishes what it finds
as immutable values, assigned whole.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from veritile.decision import Observation, Pacer, Policy, Scorer, Tile, Verdict
from veritile.decision.challenge.words import SAMPLE_MS
from veritile.errors import TooManyParticipantsError, TooManySessionsError, UnknownSessionError
from veritile.native.limits import ABSENT_S, CHANGES_KEPT, PARTICIPANTS, SESSIONS, STRONGEST_S
from veritile.store.document import Change
from veritile.vocabulary import Reason

if TYPE_CHECKING:
    from veritile.frame.result import FaceResult
    from veritile.native.challenges import Live


@dataclass(frozen=True, slots=True)
class Sighting:
    """A picture in which a face could be judged."""

    jpeg: bytes
    captured_at: float
    """As the client said, epoch ms."""
    captured: float
    """The same in s of the monotonic clock."""
    face: FaceResult


class Participant:
    """One person of a call, by the client's id."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.name: str | None = None
        self.newest = -math.inf
        """Capture time of the newest frame that arrived, s on the monotonic clock: older ones are stale."""
        self.seen = 0.0
        """When that frame arrived, s on the monotonic clock."""
        self.verdict: Verdict
        """What is shown now."""
        self.changes: tuple[Change, ...] = ()
        """The newest changes of label, oldest first."""
        self.thumbnail: bytes | None = None
        """Of the last picture that was looked at; the worker's thread only."""
        self.looked = -math.inf
        """When a picture of theirs was looked at last, s on the monotonic clock; the worker's thread only."""
        self.noted = -math.inf
        """Capture time of the last frame that went into the log, s on the monotonic clock; the worker's."""
        self.strongest: tuple[float, bytes] | None = None
        """The picture that speaks most for fake and has not been kept yet, and when it was taken, epoch ms:
        only while pictures are to be kept."""
        self.strongest_look: Sighting | None = None
        """What a heat map is made of: of STRONGEST_S of pictures the one that speaks most for fake. In memory
        only; the worker's thread replaces it whole."""
        self.challenge: Live | None = None
        """The guided challenge, from its start until it is forgotten."""
        self._tile = Tile()
        self.verdict = self._tile.verdict
        self._unusable: Reason | None = None

    def saw(self, seen: Sighting) -> None:
        """Keep a picture if it speaks more for fake than the one that is kept; the worker's thread only."""
        kept = self.strongest_look
        if (
            kept is None
            or seen.captured - kept.captured > STRONGEST_S
            or (seen.face.log_odds or 0.0) >= (kept.face.log_odds or 0.0)
        ):
            self.strongest_look = seen

    def observe(
        self, observation: Observation, captured_at: float, policy: Policy, scorer: Scorer, pacer: Pacer
    ) -> Verdict:
        """Add one frame, captured at this epoch ms; the worker's thread only."""
        hurry = self.challenge is not None and self.challenge.active
        if not observation.unchanged:
            self._unusable = _why_unusable(observation)
        elif self._unusable is not None:
            # What could not be judged the first time has that reason again, not that it stands still.
            observation = replace(observation, reason=self._unusable)
        self._tile.policy, self._tile.scorer = policy, scorer
        verdict = self._tile.observe(observation)
        wish_ms = SAMPLE_MS if hurry else verdict.next_sample_ms
        next_ms = pacer.next_ms(id(self), observation.at, wish_ms, urgent=hurry or verdict.urgent)
        verdict = replace(verdict, next_sample_ms=next_ms)
        before = self.changes[-1] if self.changes else None
        if before is None or (before.label, before.reason) != (verdict.label, verdict.reason):
            score = None if verdict.score is None else round(verdict.score, 4)
            change = Change(
                at=captured_at,
                label=verdict.label,
                reason=verdict.reason,
                score=score,
                confidence=round(verdict.confidence, 4),
                evidence=round(verdict.evidence, 2),
            )
            self.changes = (*self.changes, change)[-CHANGES_KEPT:]
        self.verdict = verdict
        return verdict


def _why_unusable(observation: Observation) -> Reason | None:
    """Why nothing of an observation can be judged, None when something can."""
    if not observation.looks:
        return observation.reason
    return None if any(look.usable for look in observation.looks) else observation.looks[0].reason


@dataclass(slots=True, eq=False)
class LoggedSession:
    """A session in the log."""

    id: str
    """The log's own, for there may be many calls in a tab."""
    names: dict[str, str | None] = field(default_factory=dict)
    """Of the participants, as they were logged last."""
    entries: int = 0
    pictures: int = 0


class Session:
    """One call in one tab."""

    def __init__(self, key: str, platform: str, policy: Policy) -> None:
        self.key = key
        self.platform = platform
        self.opened_at = int(time.time() * 1000)
        """Epoch ms."""
        self.policy = policy
        self.participants: dict[str, Participant] = {}
        """In the order in which they were last seen."""
        self.closed = False
        self.logged: LoggedSession | None = None
        """What the log knows of it; the journal's."""

    def admit(self, key: str, name: str | None, captured: float, now: float) -> Participant:
        """Note that a frame of `key` has arrived, captured and arriving at these monotonic seconds.

        Raises TooManyParticipantsError when the session is full of people seen in the last ABSENT_S.
        """
        participant = self.participants.pop(key, None)
        if participant is None:
            self._make_room(now)
            participant = Participant(key)
        self.participants[key] = participant
        participant.newest = max(participant.newest, captured)
        participant.seen = now
        if name is not None:
            participant.name = name
        return participant

    def _make_room(self, now: float) -> None:
        if len(self.participants) < PARTICIPANTS:
            return
        longest_unseen = next(iter(self.participants.values()))
        if now - longest_unseen.seen <= ABSENT_S:
            raise TooManyParticipantsError(
                f"The session has {PARTICIPANTS} participants already: send frames of those in view only."
            )
        del self.participants[longest_unseen.key]


class Sessions:
    """All open sessions, by the client's ids."""

    def __init__(self) -> None:
        self._open: dict[str, Session] = {}
        self._policy = Policy()

    def open(self, key: str, platform: str) -> Session:
        """Return the new session; the one of that id when it is open already, with what it knows.

        Raises TooManySessionsError.
        """
        if key not in self._open and len(self._open) >= SESSIONS:
            raise TooManySessionsError(
                f"{SESSIONS} sessions are open already: close those whose tab is gone."
            )
        session = self._open.setdefault(key, Session(key, platform, self._policy))
        session.platform = platform
        return session

    def get(self, key: str) -> Session:
        """Return an open session; raises UnknownSessionError."""
        try:
            return self._open[key]
        except KeyError:
            raise UnknownSessionError("The session is not open: send `open` first.") from None

    def find(self, key: str) -> Session | None:
        """Return an open session; None when none of that id is."""
        return self._open.get(key)

    def close(self, key: str) -> Session:
        """Forget a session, and return it; raises UnknownSessionError."""
        session = self.get(key)
        session.closed = True
        del self._open[key]
        return session

    def configure(self, policy: Policy, key: str | None = None) -> None:
        """Set the policy of one session, or of all that are open and will be; raises UnknownSessionError."""
        if key is None:
            self._policy = policy
        for session in self.all() if key is None else (self.get(key),):
            session.policy = policy

    def all(self) -> tuple[Session, ...]:
        """Every open session, oldest first."""
        return tuple(self._open.values())
