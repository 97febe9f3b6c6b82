"""What the network says of the face from the front, and of the same face from the side."""

from __future__ import annotations

from typing import NamedTuple

from veritile.decision.challenge.findings import TURNED
from veritile.decision.challenge.glimpse import Glimpse
from veritile.decision.challenge.reference import Reference
from veritile.decision.challenge.words import View
from veritile.odds import probability


class Viewed(NamedTuple):
    """The pictures of one view."""

    view: View
    frames: int
    """That could be judged."""
    score: float
    """P(fake), 0-1, by the mean of their log-odds, each counted by its quality."""


class Views:
    """Gathers the network's log-odds by view."""

    def __init__(self) -> None:
        self._frames = dict.fromkeys(View, 0)
        self._weight = dict.fromkeys(View, 0.0)
        self._sum = dict.fromkeys(View, 0.0)

    def see(self, glimpse: Glimpse, reference: Reference) -> None:
        """Take in a picture; one without a face, or that cannot be judged, changes nothing."""
        if glimpse.unchanged or glimpse.attitude is None or glimpse.log_odds is None or glimpse.quality <= 0:
            return
        view = View.SIDE if abs(glimpse.attitude[0] - reference.yaw) >= TURNED else View.FRONT
        self._frames[view] += 1
        self._weight[view] += glimpse.quality
        self._sum[view] += glimpse.quality * glimpse.log_odds

    def told(self) -> tuple[Viewed, ...]:
        """The views of which there are pictures, the front first."""
        return tuple(
            Viewed(view, self._frames[view], probability(self._sum[view] / self._weight[view]))
            for view in View
            if self._frames[view]
        )
