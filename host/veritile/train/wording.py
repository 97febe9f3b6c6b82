"""How figures are called and written, in every table and on every plot."""

from __future__ import annotations

import math
import re
from typing import Final

from veritile.train.bench import Row

ACCURACY: Final = {
    "frame_auc": "Frame AUC",
    "clip_auc": "Clip AUC",
    "paired_accuracy": "Paired accuracy",
    "clip_order": "Clips above their original",
    "equal_error_rate": "Equal error rate",
    "swaps_found_at_rare": "Swaps found at 1 % false alarms",
    "calibration_error": "Calibration error",
    "frame_swaps_found": "Swaps found, frames",
    "clip_swaps_found": "Swaps found, clips",
    "frame_false_alarms": "False alarms, frames",
    "clip_false_alarms": "False alarms, clips",
    "frame_correlation": "Correlation of frames",
    "frame_auc_loss": "Frame AUC lost",
    "clip_auc_loss": "Clip AUC lost",
}
"""Figures of pictures with known answers, in the order of the tables."""
COST: Final = {"inference_ms": "Inference", "load_ms": "Load", "file_mb": "File"}
TIME: Final = {"autocorrelation_s": "Autocorrelation time"}
FIGURES: Final = ACCURACY | COST | TIME
"""Every figure that results.csv may hold, and how tables call it."""
_SHARES: Final = ("swaps_found", "swaps_found_at_rare", "false_alarms", "equal_error_rate", "clip_order")
_UNITS: Final = {"ms": "ms", "mb": "MB", "s": "s"}


def cell(row: Row) -> str:
    """A figure with its interval: `.619 (.512-.730)`, shares as `12 % (8-17)`, `too few` for none."""
    if math.isnan(row.value):
        return "too few"
    values = (row.value, row.low, row.high)
    if row.figure.endswith(_SHARES):
        value, low, high = (f"{100 * v:.0f}" for v in values)
        return f"{value} %" if math.isnan(row.low) else f"{value} % ({low}-{high})"
    if unit := _UNITS.get(row.figure.rpartition("_")[2], ""):
        value, low, high = (f"{v:.2f}" for v in values)
        return f"{value} {unit}" if math.isnan(row.low) else f"{value} {unit} ({low}-{high})"
    value, low, high = (re.sub(r"^(-?)0", r"\1", f"{v:.3f}") for v in values)
    return value if math.isnan(row.low) else f"{value} ({low}-{high})"
