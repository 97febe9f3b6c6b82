"""One participant's tile: frames in, the verdict on who is in it out."""

from __future__ import annotations

import math
from typing import Final

from veritile.decision.observation import Observation
from veritile.decision.pacing import BURST_FRAMES, BURST_MS, UNUSABLE_MS, suspicious, wish
from veritile.decision.policy import Policy
from veritile.decision.reference import Scorer
from veritile.decision.tracks import Track, match, shares
from veritile.decision.verdict import Verdict
from veritile.vocabulary import Label, Reason

MOST_FACES: Final = 8
"""Faces of one tile that are followed."""
UNSEEN_S: Final = 5.0
UNSEEN_FRAMES: Final = 2
"""Somebody whom so many frames, over so long, have not shown has left the tile. (The last one stays for as
long as a label does.)"""

_UNDECIDED: Final = 2
_BADNESS: Final = {
    Label.INCONCLUSIVE: 0,
    Label.LIKELY_REAL: 1,
    Label.SUSPECT: 3,
    Label.LIKELY_FAKE: 4,
}
"""The worst is shown; somebody who could be judged rather than somebody who could not, but who was judged
without a result before who is likely real."""


class Tile:
    """What is known of a participant; feed it observations in the order of capture. For one thread."""

    def __init__(self, policy: Policy | None = None, scorer: Scorer | None = None) -> None:
        self._policy = policy or Policy()
        self._scorer = scorer or Scorer()
        self._tracks: list[Track] = []
        self._now = -math.inf
        self._seen = 0
        self._size = (0, 0)
        self._reason: Reason | None = None
        self._changed = False

    @property
    def policy(self) -> Policy:
        """The policy in force; a new one takes effect on the evidence already gathered."""
        return self._policy

    @policy.setter
    def policy(self, policy: Policy) -> None:
        if policy != self._policy:
            self._policy = policy
            for track in self._tracks:
                track.evidence.reconsider(policy, self._scorer)

    @property
    def scorer(self) -> Scorer:
        """The network whose scores come in; a new one counts from the next observation on."""
        return self._scorer

    @scorer.setter
    def scorer(self, scorer: Scorer) -> None:
        self._scorer = scorer

    def observe(self, observation: Observation) -> Verdict:
        """Add one frame and return the verdict with it.

        Raises ValueError when a number of the observation is not finite; what is known then stays as it was.
        """
        if not (math.isfinite(observation.at) and all(look.finite for look in observation.looks)):
            raise ValueError("an observation's time, boxes, qualities and log-odds must be finite numbers")
        self._now = max(observation.at, self._now)
        self._seen += 1
        self._changed = False
        self._reason = observation.reason
        if observation.unchanged:
            self._pass(observation.reason)
        else:
            self._follow(observation)
        return self.verdict

    @property
    def verdict(self) -> Verdict:
        """The verdict on what has been observed so far."""
        if not self._tracks:
            return Verdict(
                label=Label.INCONCLUSIVE,
                score=None,
                confidence=0.0,
                quality=0.0,
                reason=self._reason or Reason.STARTING,
                next_sample_ms=BURST_MS if self._seen < BURST_FRAMES else UNUSABLE_MS,
                frames=0,
                seconds=0.0,
            )
        worst = max(self._tracks, key=_badness)
        # Faces that cannot be judged hurry nobody where others can.
        awaited = [track for track in self._tracks if track.evidence.newest is not None] or [worst]
        return worst.evidence.verdict(
            self._policy,
            box=worst.pixels,
            people=len(self._tracks),
            next_sample_ms=min(
                wish(track.evidence, self._policy, changed=self._changed) for track in awaited
            ),
            urgent=any(suspicious(track.evidence, self._policy) for track in self._tracks),
        )

    def _pass(self, reason: Reason | None) -> None:
        """A frame that shows just what the last one showed."""
        for track in self._tracks:
            track.evidence.miss(self._now, reason, self._policy, self._scorer)

    def _follow(self, observation: Observation) -> None:
        size = (observation.width, observation.height)
        self._changed = bool(observation.looks) and self._size not in ((0, 0), size)
        if observation.looks:
            self._size = size
        looks = observation.looks[:MOST_FACES]
        boxes = [shares(look.box, *size) for look in looks]
        known = self._tracks
        track_of = match(known, boxes)
        present = []
        for place, (look, box) in enumerate(zip(looks, boxes, strict=True)):
            if place in track_of:
                track = known[track_of[place]]
                self._changed |= track.follow(box, look, self._now)
            else:
                track = Track(box, look, self._now)
                self._changed = True
            track.evidence.look(self._now, look, self._policy, self._scorer)
            present.append(track)
        found = set(track_of.values())
        unseen = [track for place, track in enumerate(known) if place not in found]
        for track in unseen:
            track.missed += 1
            track.evidence.miss(self._now, observation.reason or Reason.NO_FACE, self._policy, self._scorer)
        staying = [track for track in unseen if self._stays(track)]
        if not present and not staying:
            # The last one to be seen stays until its label would be withdrawn.
            staying = [
                track
                for track in sorted(unseen, key=lambda track: track.seen_at)[-1:]
                if self._now - track.seen_at <= self._policy.max_age_s
            ]
        self._tracks = (present + staying)[:MOST_FACES]

    def _stays(self, track: Track) -> bool:
        return track.missed < UNSEEN_FRAMES or self._now - track.seen_at <= UNSEEN_S


def _badness(track: Track) -> tuple[int, float]:
    evidence = track.evidence
    undecided = evidence.label is Label.INCONCLUSIVE and evidence.undecided
    return _UNDECIDED if undecided else _BADNESS[evidence.label], evidence.suspicion
