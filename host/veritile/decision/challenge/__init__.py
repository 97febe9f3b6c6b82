"""The guided challenge: a person is asked to move, and what is seen of it becomes a verdict.

Pure as the rest of the decision::

    challenge = Challenge(draw(random), at=12.0)
    challenge.see(Glimpse(at=12.2, box=…, attitude=…, cells=…, width=1280))
    challenge.answer(Answer.LOOKS_RIGHT, standing=Label.SUSPECT).label

Importing this package costs nothing; what follows a challenge comes with the first name that is used.
docs/challenge.md explains it and says how well it works.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from veritile.decision.challenge.course import Challenge
    from veritile.decision.challenge.drawing import draw
    from veritile.decision.challenge.glimpse import Glimpse
    from veritile.decision.challenge.judgement import Judgement
    from veritile.decision.challenge.reference import Reference
    from veritile.decision.challenge.steps import LIBRARY
    from veritile.decision.challenge.tracker import StepTracker

__all__ = ["LIBRARY", "Challenge", "Glimpse", "Judgement", "Reference", "StepTracker", "draw"]

_MODULES: Final = {
    "LIBRARY": "steps",
    "Challenge": "course",
    "Glimpse": "glimpse",
    "Judgement": "judgement",
    "Reference": "reference",
    "StepTracker": "tracker",
    "draw": "drawing",
}


def __getattr__(name: str) -> Any:
    if name in _MODULES:
        return getattr(import_module(f"veritile.decision.challenge.{_MODULES[name]}"), name)
    raise AttributeError(f"module 'veritile.decision.challenge' has no attribute {name!r}")
