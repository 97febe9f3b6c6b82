"""Many scored frames of one participant -> a verdict and the next sampling time.

Pure: no I/O, no clock of its own, no knowledge of how frames are scored.
"""

from veritile.decision.evidence import Evidence, Observation, Verdict
from veritile.decision.policy import Policy

__all__ = ["Evidence", "Observation", "Policy", "Verdict"]
