"""What a detector is to reach, beside what was measured."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from veritile.train.bench import Row
from veritile.train.recoded import CALLS, condition
from veritile.train.wording import FIGURES, cell


@dataclass(frozen=True, slots=True)
class Goal:
    """One figure of one set, and the value that it must reach."""

    set: str
    figure: str
    limit: float
    at_least: bool
    """Whether more is better."""

    @property
    def text(self) -> str:
        """As a table names it: `liveswap: Frame AUC`."""
        return f"{self.set}: {FIGURES[self.figure]}"

    def reached(self, value: float) -> bool:
        """Whether a value is good enough."""
        return value >= self.limit if self.at_least else value <= self.limit


GOALS: Final = (
    Goal("liveswap", "frame_auc", 0.80, True),
    Goal("liveswap", "clip_auc", 0.85, True),
    Goal("liveswap", "paired_accuracy", 0.90, True),
    Goal("ffpp", "clip_order", 1.0, True),
    Goal("ffpp", "frame_auc", 0.85, True),
    Goal("webcam", "frame_false_alarms", 0.05, False),
    Goal("portrait", "frame_false_alarms", 0.05, False),
    Goal("portrait", "clip_false_alarms", 0.05, False),
    *(
        Goal(condition("liveswap", codec), figure, 0.05, False)
        for codec in CALLS
        for figure in ("frame_auc_loss", "clip_auc_loss")
    ),
    Goal("liveswap", "calibration_error", 0.05, False),
    Goal("cost", "inference_ms", 15, False),
    Goal("cost", "load_ms", 100, False),
    Goal("cost", "file_mb", 20, False),
)


def verdict(goal: Goal, row: Row | None) -> str:
    """Whether a goal is met, and whether the interval says the same.

    An interval without width rests on clips that all agree. Of n such clips up to
    about 3 / n of all may still differ, so that it is widened by that much.
    """
    if row is None or math.isnan(row.value):
        return "not measured"
    met = goal.reached(row.value)
    if math.isnan(row.low):
        return f"{'met' if met else 'not met'}, without an interval"
    low, high = row.low, row.high
    if low == high and goal.set != "cost":
        low, high = low - 3 / row.clips, high + 3 / row.clips
    worst, best = (low, high) if goal.at_least else (high, low)
    if met:
        return "met" if goal.reached(worst) else "met, but the interval reaches past the goal"
    return "not met, but the interval includes the goal" if goal.reached(best) else "not met"


def goals_table(rows: Sequence[Row], model: str, faces: str) -> list[list[str]]:
    """One line a goal for one model, header first; cost does not depend on where the faces came from."""
    found = {
        (row.set, row.figure): row
        for row in rows
        if row.model == model and row.group == "all" and (row.faces == faces or row.set == "cost")
    }
    table = [["Goal", "At", "Measured", "Clips / frames", "Verdict"]]
    for goal in GOALS:
        row = found.get((goal.set, goal.figure))
        values = (cell(row), f"{row.clips} / {row.frames}") if row else ("", "")
        limit = f"{'≥' if goal.at_least else '≤'} {_limit(goal)}"
        table.append([goal.text, limit, *values, verdict(goal, row)])
    return table


def _limit(goal: Goal) -> str:
    """The limit in the same form as the figure, without needless zeros: `.800`, `5 %`, `15 ms`."""
    row = Row("", "", "", goal.set, "all", goal.figure, goal.limit, math.nan, math.nan, 0, 0, 0)
    return cell(row).replace(".00 ", " ")
