"""A report in a folder of its own: report.md with every table, the plots it shows, and every score as CSV."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from veritile.errors import FileUnreadableError
from veritile.train.autocorrelation import MOST_SHARE, RATE, ScoredClip, autocorrelation_time
from veritile.train.bench import BenchFrame, Row, originals, scores_of
from veritile.train.figures import Scores
from veritile.train.goals import goals_table
from veritile.train.plots import plot_clips, plot_reliability, plot_roc
from veritile.train.results import kinds_table, markdown, models_table, sets_table
from veritile.train.scoring import Contender, Failure
from veritile.train.wording import FIGURES, cell

_INTRODUCTION = """\
In brackets stands the 95 % interval of a bootstrap over clips, never over frames; for cost the least
and most of some fresh processes. An interval without width only says that so few clips all agreed: of
n, up to about 3/n may still differ. "Too few" stands where one real frame would already be more than
1 %. A calibration error leans up when frames are few. Sets named `…@codec-bitrate-lines` are the same
pictures as a call shows them; what is lost there includes the scaling to those lines.
"""


def write_report(
    folder: Path,
    *,
    rows: Sequence[Row],
    frames: Sequence[BenchFrame],
    contenders: Sequence[Contender],
    videos: Mapping[str, Sequence[ScoredClip]],
    failures: Sequence[Failure],
    origin: Sequence[Sequence[str]],
) -> Path:
    """Write the report; what the folder held under the same names is replaced.

    Args:
        folder: made when it is not there.
        rows: figures of this run.
        frames: of the benchmark, those of calls included.
        contenders: with one score a frame.
        videos: scored clips by name of the model; may be empty.
        failures: models without figures.
        origin: lines of `veritile.train.provenance.provenance`.

    Returns:
        The path of report.md.

    Raises:
        FileUnreadableError: the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        text = ["# Evaluation\n", _INTRODUCTION, markdown([["Of this run", ""], *origin])]
        if failures:
            text.append(
                "## Not measured\n\n" + markdown([["Model", "Why"], *([f.model, f.why] for f in failures)])
            )
        for faces in dict.fromkeys(contender.faces for contender in contenders):
            mine = [contender for contender in contenders if contender.faces == faces]
            text += _condition(folder, faces, rows, frames, mine)
        text += _videos(rows, videos)
        _write_scores(folder / "scores.csv", frames, contenders)
        path = folder / "report.md"
        path.write_text("\n".join(text), encoding="utf-8")
    except OSError as error:
        raise FileUnreadableError(
            f"{folder} cannot be written ({error.strerror}): name another folder."
        ) from error
    return path


def order_table(frames: Sequence[BenchFrame], log_odds: Sequence[float | None]) -> list[list[str]]:
    """One line a fake clip: its mean log-odds beside its original's, header first."""
    means = {(name, clip, fake): mean for name, clip, fake, mean in clip_means(frames, log_odds)}
    kinds = {(frame.set, frame.clip): frame.kind for frame in frames if frame.fake}
    table = [["Set", "Fake clip", "Kind", "Log-odds", "Original", "Log-odds", "Above"]]
    for (name, clip), original in originals(frames).items():
        fake = means.get((name, clip, True))
        real = means.get((name, original, False)) if original is not None else None
        above = "" if fake is None or real is None else "yes" if fake > real else "no"
        table.append(
            [
                name,
                clip,
                kinds[name, clip],
                "no score" if fake is None else f"{fake:.2f}",
                original if original is not None else "none in the set",
                "" if real is None else f"{real:.2f}",
                above,
            ]
        )
    return table


def clip_means(
    frames: Sequence[BenchFrame], log_odds: Sequence[float | None]
) -> list[tuple[str, str, bool, float]]:
    """(set, clip, fake, mean log-odds) of every clip and side with a score."""
    sums: dict[tuple[str, str, bool], list[float]] = {}
    for frame, value in zip(frames, log_odds, strict=True):
        if value is not None:
            sums.setdefault((frame.set, frame.clip, frame.fake), []).append(value)
    return [(*key, float(np.mean(values))) for key, values in sums.items()]


def _condition(
    folder: Path,
    faces: str,
    rows: Sequence[Row],
    frames: Sequence[BenchFrame],
    contenders: Sequence[Contender],
) -> list[str]:
    """The part of the report about one origin of the face boxes, and its plots."""
    where = (
        "the benchmark's own face boxes"
        if faces == "table"
        else "the product's own detection and quality gate"
    )
    text = [f"## Faces: {faces} ({where})\n", markdown(models_table(rows, faces))]
    by_model = {c.card.name: _comparable(frames, c.log_odds) for c in contenders}
    sets = list(dict.fromkeys(name for found in by_model.values() for name in found))
    if sets:
        plot_roc(
            folder / f"roc-{faces}.png",
            {s: {model: found[s] for model, found in by_model.items() if s in found} for s in sets},
        )
        text.append(f"![ROC of every model, by set](roc-{faces}.png)\n")
    for contender in contenders:
        name = contender.card.name
        text.append(f"### {name} {contender.card.version}, faces: {faces}\n")
        text += [markdown(table(rows, name, faces)) for table in (goals_table, sets_table, kinds_table)]
        text.append(markdown(order_table(frames, contender.log_odds)))
        if by_model[name]:
            picture = f"reliability-{_as_file(name)}-{faces}.png"
            plot_reliability(folder / picture, by_model[name], name)
            text.append(f"![Reliability of {name}, by set]({picture})\n")
            sides: dict[str, list[tuple[str, bool, float]]] = {}
            for of, clip, fake, mean in clip_means(frames, contender.log_odds):
                if of in by_model[name]:
                    sides.setdefault(of, []).append((clip, fake, mean))
            picture = f"clips-{_as_file(name)}-{faces}.png"
            plot_clips(folder / picture, sides, name)
            text.append(f"![Mean score of every clip by {name}]({picture})\n")
    return text


def _as_file(name: str) -> str:
    """A model's name as a part of a file's: a card may hold anything."""
    return re.sub(r"[^\w.-]", "_", name)


def _comparable(frames: Sequence[BenchFrame], log_odds: Sequence[float | None]) -> dict[str, Scores]:
    """The scored frames of every set that has both classes among them."""
    scores = scores_of(frames, log_odds)
    names = np.array([frame.set for frame in frames])
    parts = {
        name: scores.where((names == name) & ~np.isnan(scores.log_odds))
        for name in dict.fromkeys(names.tolist())
    }
    return {name: part for name, part in parts.items() if part.fake.any() and not part.fake.all()}


def _videos(rows: Sequence[Row], videos: Mapping[str, Sequence[ScoredClip]]) -> list[str]:
    """The part of the report about autocorrelation in time."""
    if not videos:
        return []
    table = [["Model", "Video", "Frames with a score / all", "Mean log-odds", "Autocorrelation time"]]
    for model, clips in videos.items():
        for clip in clips:
            scored = int(np.sum(~np.isnan(clip.log_odds)))
            time = autocorrelation_time([clip.log_odds], 1 / RATE)
            bound = "≥ " if time > MOST_SHARE * len(clip.log_odds) / RATE else ""
            mean = f"{np.nanmean(clip.log_odds):.2f}" if scored else ""
            share = f"{scored} / {len(clip.log_odds)}"
            table.append(
                [model, clip.name, share, mean, "too few" if np.isnan(time) else f"{bound}{time:.2f} s"]
            )
    together = [["Model", FIGURES["autocorrelation_s"], "Videos / frames"]]
    for row in rows:
        if row.figure == "autocorrelation_s" and row.clips:
            bound = "≥ " if row.value > MOST_SHARE * row.frames / row.clips / RATE else ""
            together.append([row.model, f"{bound}{cell(row)}", f"{row.clips} / {row.frames}"])
    about = (
        f"## Videos\n\nThe product at {RATE:g} frames a second. Frames over T seconds are worth T / "
        "(autocorrelation time) looks. One clip alone says little; the interval is a bootstrap over all. "
        f"Above {MOST_SHARE:.0%} of the videos' length the time is a lower bound (≥).\n"
    )
    return [about, markdown(together), markdown(table)]


def _write_scores(path: Path, frames: Sequence[BenchFrame], contenders: Sequence[Contender]) -> None:
    """Calibrated log-odds: one line a frame, one column a contender, empty where there is no score."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        names = [f"{contender.card.name} {contender.faces}" for contender in contenders]
        table.writerow(["file", "set", "clip", "label", "kind", "frame", *names])
        for at, frame in enumerate(frames):
            scores = (contender.log_odds[at] for contender in contenders)
            label = "fake" if frame.fake else "real"
            table.writerow(
                [frame.file, frame.set, frame.clip, label, frame.kind, frame.frame]
                + ["" if value is None else f"{value:.4f}" for value in scores]
            )
