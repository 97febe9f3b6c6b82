"""What would help where a participant cannot be judged, or only slowly."""

from __future__ import annotations

from typing import Final

from veritile.decision.basis import Tally
from veritile.decision.observation import Pose, Size
from veritile.vocabulary import Advice, Label, Reason

_FOR_REASON: Final = {
    Reason.FACE_TOO_SMALL: Advice.PIN,
    Reason.TOO_DARK: Advice.LIGHT,
    Reason.BLURRED: Advice.SHARPER,
}
_SLOW_S: Final = 10.0
"""A test that has taken longer without an answer is slow."""
_POOR: Final = 0.4
"""Mean quality below which looks are so poor that they are what makes it slow."""


def advice(label: Label, reason: Reason | None, tally: Tally) -> Advice | None:
    """Return what would help a participant with this label, None when nothing needs to.

    Args:
        label: that is shown.
        reason: why the newest frame could not be judged, None when it could.
        tally: the looks so far.
    """
    if label in (Label.LIKELY_REAL, Label.LIKELY_FAKE):
        return None
    if label is Label.INCONCLUSIVE and reason is not None:
        return _FOR_REASON.get(reason)
    if tally.seconds < _SLOW_S:
        return None
    if tally.mostly(Size.SMALL):
        return Advice.PIN
    if tally.mostly(Pose.TURNED):
        return Advice.FACE_CAMERA
    if tally.mean_quality < _POOR:
        return Advice.SHARPER
    return None
