"""What the frame pipeline found, told to the decision: the one place where the two meet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from veritile.decision import Look, Observation

if TYPE_CHECKING:
    from veritile.decision.challenge import Glimpse
    from veritile.frame import FrameResult


def observation(at: float, result: FrameResult) -> Observation:
    """Return the observation of a frame that was captured at `at` seconds."""
    return Observation(
        at=at,
        looks=tuple(
            Look(
                box=look.box,
                log_odds=look.log_odds,
                quality=look.quality,
                reason=look.reason,
                face_px=look.face_px,
                yaw=look.yaw,
                signature=look.signature,
            )
            for look in result.looks
        ),
        width=result.width,
        height=result.height,
        reason=None if result.looks else result.reason,
        unchanged=result.unchanged,
    )


def glimpse(at: float, result: FrameResult) -> Glimpse:
    """Return what a frame that was captured at `at` seconds shows of somebody in a challenge."""
    from veritile.decision.challenge import Glimpse  # of no use before somebody is challenged

    close = result.closeup
    if close is None:
        return Glimpse(at, width=result.width, unchanged=result.unchanged)
    look = next((look for look in result.looks if look.box == close.box), None)
    return Glimpse(
        at=at,
        box=close.box,
        attitude=close.attitude,
        cells=close.cells,
        outline=close.outline,
        width=result.width,
        log_odds=look.log_odds if look else None,
        quality=look.quality if look else 0.0,
    )
