"""Plots of a report: ROC, reliability, and every clip's mean score; safe for colour-blind eyes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from veritile.odds import logit
from veritile.train.bench import THRESHOLD
from veritile.train.figures import Scores, frame_auc, reliability, roc

COLOURS: Final = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
"""Okabe and Ito's: told apart with any kind of colour vision."""
_STYLES: Final = ("-", "--", "-.", ":")
_REAL, _FAKE = COLOURS[0], COLOURS[1]
_DPI: Final = 130
_PANEL: Final = 4.0
"""Side of one panel in inches."""


def plot_roc(path: Path, sets: Mapping[str, Mapping[str, Scores]]) -> None:
    """One panel a set, one line a model: the share of fake frames found against the real ones called fake.

    Args:
        path: the PNG to write.
        sets: by name of the set and of the model; only frames with a score, both classes in each.
    """
    figure, panels = _panels(len(sets), legend=True)
    for panel, (name, models) in zip(panels, sets.items(), strict=False):
        panel.plot([0, 1], [0, 1], color="0.6", linewidth=1, linestyle=(0, (2, 3)))
        for number, (model, scores) in enumerate(models.items()):
            false, true = roc(scores.log_odds, scores.fake)
            panel.plot(
                false,
                true,
                color=COLOURS[number % len(COLOURS)],
                linestyle=_STYLES[number // len(COLOURS) % len(_STYLES)],
                linewidth=1.8,
                label=f"{model}, AUC {frame_auc(scores):.3f}",
            )
        panel.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")
        panel.set_xlabel("Real frames called fake")
        panel.set_ylabel("Fake frames found")
        panel.set_title(f"{name}\n{_size(next(iter(models.values())))}", fontsize=9)
        panel.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), frameon=False, fontsize=8)
    _save(figure, path)


def plot_reliability(path: Path, sets: Mapping[str, Scores], model: str) -> None:
    """One panel a set: the share of fakes among frames of like probability, beside that probability.

    Args:
        path: the PNG to write.
        sets: by name; only frames with a score, both classes in each.
        model: name for the title.
    """
    figure, panels = _panels(len(sets), legend=False)
    for panel, (name, scores) in zip(panels, sets.items(), strict=False):
        bins = reliability(scores)
        panel.plot([0, 1], [0, 1], color="0.6", linewidth=1, linestyle=(0, (2, 3)))
        panel.vlines(bins.said, bins.said, bins.was, color=_FAKE, linewidth=1, alpha=0.6)
        panel.plot(bins.said, bins.was, color=_REAL, marker="o", markersize=5, linewidth=1.2)
        p = 0.5 * (1 + np.tanh(scores.log_odds / 2))
        share = np.histogram(p, np.linspace(0, 1, 21))[0] / len(p)
        panel.bar(np.arange(0.025, 1, 0.05), 0.25 * share / share.max(), width=0.045, color="0.85", zorder=0)
        panel.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")
        panel.set_xlabel("Probability of fake that was given")
        panel.set_ylabel("Share of fakes")
        of = f"calibration error {bins.error:.3f} in {len(bins.frames)} bins"
        panel.set_title(f"{name}: {of}\n{_size(scores)}", fontsize=9)
    figure.suptitle(f"{model}: reliability (grey: how often each probability was given)", fontsize=10)
    _save(figure, path)


def plot_clips(path: Path, sets: Mapping[str, Sequence[tuple[str, bool, float]]], model: str) -> None:
    """One panel a set, one line a clip: the mean log-odds of its real and of its fake side.

    Args:
        path: the PNG to write.
        sets: by name; (clip, fake, mean log-odds) for every clip and side.
        model: name for the title.
    """
    figure, panels = _panels(len(sets), legend=False, tall=0.22 * max(map(len, sets.values())))
    for panel, (name, sides) in zip(panels, sets.items(), strict=False):
        clips = list(dict.fromkeys(clip for clip, _, _ in sides))
        for fake, colour, marker, label in ((False, _REAL, "o", "real"), (True, _FAKE, "^", "fake")):
            mine = [(clips.index(clip), mean) for clip, is_fake, mean in sides if is_fake == fake]
            if mine:
                rows, means = zip(*mine, strict=True)
                panel.scatter(means, rows, color=colour, marker=marker, label=label, zorder=2)
        for row, clip in enumerate(clips):
            ends = [mean for name_, _, mean in sides if name_ == clip]
            panel.plot([min(ends), max(ends)], [row, row], color="0.75", linewidth=1.5, zorder=1)
        bound = logit(THRESHOLD)
        panel.axvline(bound, color="0.4", linewidth=1, linestyle="--", label=f"threshold {THRESHOLD}")
        panel.set_yticks(range(len(clips)), clips, fontsize=8)
        panel.invert_yaxis()
        panel.set_xlabel("Mean log-odds of fake")
        panel.set_title(f"{name}: {len(clips)} clips", fontsize=10)
        panel.legend(fontsize=8, loc="upper center", bbox_to_anchor=(0.5, -0.16), ncol=3, frameon=False)
    figure.suptitle(model, fontsize=10)
    _save(figure, path)


def _panels(count: int, *, legend: bool, tall: float = 0.0) -> tuple[Any, list[Any]]:
    """A figure with a grid of at most two panels a row; drawn without a display."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    columns = min(count, 2)
    rows = -(-count // columns)
    height = max(_PANEL, tall) + (1.0 if legend else 0.6)
    figure = Figure(figsize=(columns * _PANEL + 0.6, rows * height), layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    panels = [figure.add_subplot(rows, columns, number + 1) for number in range(count)]
    for panel in panels:
        panel.spines[["top", "right"]].set_visible(False)
        panel.grid(color="0.93")
        panel.set_axisbelow(True)
    return figure, panels


def _size(scores: Scores) -> str:
    real, fake = scores.where(~scores.fake), scores.where(scores.fake)
    return (
        f"real: {len(np.unique(real.clip))} clips, {len(real)} frames; "
        f"fake: {len(np.unique(fake.clip))} clips, {len(fake)} frames"
    )


def _save(figure: Any, path: Path) -> None:
    figure.savefig(path, dpi=_DPI, bbox_inches="tight")  # legends below the panels included
