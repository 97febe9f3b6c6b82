"""Many scored frames of one participant -> a verdict and the next sampling time.

Pure: no I/O, no clock of its own, no knowledge of how frames are scored::

    tile = Tile(Policy.for_sensitivity("balanced"), Scorer(tau_s=1.0))
    verdict = tile.observe(Observation(at=12.4, looks=(Look(box, log_odds, quality),), width=640, height=360))
    verdict.label, verdict.next_sample_ms

docs/decision.md explains the rules and shows how they fare.
"""

from veritile.decision.observation import Look, Observation, Pose, Size
from veritile.decision.pacing import Pacer
from veritile.decision.policy import Policy
from veritile.decision.reference import Reference, Scorer
from veritile.decision.tile import Tile
from veritile.decision.verdict import Basis, Part, Strongest, Verdict

__all__ = [
    "Basis",
    "Look",
    "Observation",
    "Pacer",
    "Part",
    "Policy",
    "Pose",
    "Reference",
    "Scorer",
    "Size",
    "Strongest",
    "Tile",
    "Verdict",
]
