"""The guided challenge: a person is asked to move, and what is seen of it becomes a verdict.

Pure as the rest of the decision::

    challenge = Challenge(draw(random), at=12.0)
    challenge.see(Glimpse(at=12.2, box=…, attitude=…, cells=…, width=1280))
    challenge.answer(Answer.LOOKS_RIGHT, standing=Label.SUSPECT).label

docs/challenge.md explains it and says how well it works.
"""

from veritile.decision.challenge.course import Challenge, State, StepFinding, Why
from veritile.decision.challenge.drawing import draw
from veritile.decision.challenge.findings import Finding
from veritile.decision.challenge.glimpse import Glimpse
from veritile.decision.challenge.judgement import Answer, Judgement, Share, Source
from veritile.decision.challenge.reference import Reference
from veritile.decision.challenge.steps import LIBRARY, Step, Watch
from veritile.decision.challenge.tracker import StepState, StepTracker
from veritile.decision.challenge.watchers import Hint

__all__ = [
    "LIBRARY",
    "Answer",
    "Challenge",
    "Finding",
    "Glimpse",
    "Hint",
    "Judgement",
    "Reference",
    "Share",
    "Source",
    "State",
    "Step",
    "StepFinding",
    "StepState",
    "StepTracker",
    "Watch",
    "Why",
    "draw",
]
