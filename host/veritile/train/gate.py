"""The quality gate of a model, chosen from what its scores are worth at each face size, blur and light.

Held-out people, real and faked (by real live swaps where there are any), are shown as a
call's tile shows them: at known sizes, blurred by known shares of the face, in less and
less light, coded worse and worse (`veritile.train.gate_scores`). Each measure that the host gates on
(`veritile.frame.quality`) is cut into bins, and the scores of each bin are judged.

The rule, for each measure on its own. A bin is good when

- it rests on `LEAST_PICTURES` pictures or more,
- its AUC is above `LEAST_AUC` with 97.5 % certainty (bootstrap over pictures), and
- its share of real faces called fake, at the balanced threshold, is at most `MORE_ALARMS`
  above that of the best bin: the one of highest quality that rests on enough pictures.

The gate is the lower edge of the last bin of an unbroken run of good ones that
starts at the best bin. So it never reaches below what was measured, and a lucky
bin below a bad one changes nothing. Where not even the best bin is good, nothing
can be chosen, and the default (`veritile.frame.quality.Gate`) stays.

A gate that refuses too many helps nobody: somebody who is never judged is not found
out. A small tile can be enlarged; camera and light are what they are. So neither
sharpness nor light may refuse more than `MOST_REFUSED` of the held-out people as calls show them
(`veritile.train.called`): an edge that would is lowered to the highest one that does not, or to
the default.

Coding is in the table and not gated: the host is not told it, and what it does to a
face shows in its sharpness.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import onnx
from rich.console import Console
from rich.progress import Progress

from veritile.frame.card import read_card
from veritile.frame.model import Model
from veritile.frame.quality import Gate, Quality
from veritile.train import figures
from veritile.train.bench import THRESHOLD
from veritile.train.faces import FaceSet, file_digest
from veritile.train.figures import Figure, Scores
from veritile.train.gate_scores import CODINGS, SIZES, Scored, called, count, samples, score
from veritile.train.livepairs import LivePairs
from veritile.train.results import markdown

LEAST_PICTURES: Final = 40
LEAST_AUC: Final = 0.6
MORE_ALARMS: Final = 0.1
MOST_REFUSED: Final = 0.1
DRAWS: Final = 400
"""Bootstrap samples."""
EDGES: Final = {
    "face_px": SIZES,
    "sharpness": (0.0, 0.04, 0.06, 0.08, 0.1, 0.125, 0.15, 0.2, 0.25, 0.3, 10.0),
    "light": (0.0, 0.02, 0.04, 0.06, 0.08, 0.11, 0.15, 0.2, 0.3, 1.01),
    "coding": (*sorted(CODINGS), 101),
}
"""Of the bins of each measure, half open."""
GATED: Final = {"face_px": "min_face_px", "sharpness": "min_sharpness", "light": "min_light"}
"""Measures of the gate, and their keys in a file's metadata."""
_BLOCK: Final = re.compile(r"(<!-- gate -->\n).*?(<!-- end -->)", re.DOTALL)
_HEADINGS: Final = {
    "face_px": "face, px",
    "sharpness": "sharpness",
    "light": "light",
    "coding": "coding",
}


@dataclass(frozen=True, slots=True)
class Bin:
    """What the scores of one bin are worth."""

    measure: str
    least: float
    """Lower edge, in the measure's unit."""
    below: float
    """Upper edge."""
    pictures: int
    """Real pictures, each with its fake; counted once however often one fell here, a clip as one."""
    auc: Figure
    alarms: Figure
    """Share of the real faces that the balanced threshold calls fake."""
    good: bool
    """By the rule, the run included."""


@dataclass(frozen=True, slots=True)
class GateChoice:
    """A gate and what it was chosen from."""

    model: str
    version: str
    gate: Gate
    unsettled: tuple[str, ...]
    """Measures of which not even the best bin is good: they keep their default."""
    bins: tuple[Bin, ...]

    def table(self) -> list[list[str]]:
        """A line a bin with pictures, header first, best bins first: for a terminal or a card."""
        lines = [["Measure", "From", "To", "Pictures", "AUC", "False alarms", "Judged"]]
        for one in sorted(self.bins, key=lambda one: (list(EDGES).index(one.measure), -one.least)):
            if one.pictures:
                measure = _HEADINGS[one.measure]
                judged = "-" if one.measure not in GATED else "yes" if self._passes(one) else "no"
                edges = (f"{one.least:g}", "" if one.below > 1 and one.least < 1 else f"{one.below:g}")
                auc, alarms = _figure(one.auc, "{:.2f}"), _figure(one.alarms, "{:.0%}")
                lines.append([measure, *edges, str(one.pictures), auc, alarms, judged])
        return lines

    def _passes(self, one: Bin) -> bool:
        return one.least >= float(getattr(self.gate, one.measure))


def choose_gate(
    model: Path,
    faces: Path,
    *,
    live: LivePairs | None = None,
    pairs: int = 160,
    seed: int = 0,
    draws: int = DRAWS,
    console: Console | None = None,
) -> GateChoice:
    """Measure a model on held-out people and choose its gate; the same arguments give the same choice.

    Takes about 0.7 s a pair on one thread with a net of 5 ms.

    Args:
        model: ONNX file with its card beside it.
        faces: folder of `faces.csv`, of which the split `val` is used.
        live: real swaps of people who were not trained on: then they are the fakes, and photographs only
            show real people.
        pairs: photographs shown at every level, at most as many as there are, and as many live swaps.
        seed: of all chance.
        draws: bootstrap samples.
        console: shows a progress bar.

    Raises:
        ModelError: the model cannot be used.
        FileUnreadableError, CorruptImageError: the faces cannot be read.
    """
    card = read_card(model)
    network, people = Model.load(card), FaceSet(faces, "val")
    cv2.setNumThreads(1)
    scored: list[Scored] = []
    with Progress(console=console, disable=console is None) as progress:
        task = progress.add_task("Scores by quality", total=count(people, live, pairs))
        for number, sample in enumerate(samples(people, live, pairs, seed)):
            scored += score(network, sample, seed=seed + number)
            progress.advance(task)
    return choose(scored, called(people, seed), model=card.name, version=card.version, draws=draws)


def choose(
    scored: Sequence[Scored], shown: Sequence[Quality], *, model: str, version: str, draws: int = DRAWS
) -> GateChoice:
    """Apply the rule to scores, and to the qualities of people as calls show them."""
    bins: list[Bin] = []
    for name, edges in EDGES.items():
        mine = [one for one in scored if one.measure == name]
        bins += _judged([_bin(name, least, below, mine, draws) for least, below in pairwise(edges)])
    least = {one.measure: one.least for one in reversed(bins) if one.good and one.measure in GATED}
    least |= {name: _bearable(name, least[name], shown) for name in ("sharpness", "light") if name in least}
    return GateChoice(
        model=model,
        version=version,
        gate=replace(Gate(), **least),
        unsettled=tuple(name for name in GATED if name not in least),
        bins=tuple(bins),
    )


def _bearable(name: str, edge: float, shown: Sequence[Quality]) -> float:
    """The edge of a measure, or the highest below it that refuses few enough of the people."""
    values, least = np.array([getattr(one, name) for one in shown]), float(getattr(Gate(), name))
    edges = [other for other in EDGES[name] if least < other <= edge]
    bearable = [other for other in edges if np.sum(values < other) <= MOST_REFUSED * len(values)]
    return max(bearable, default=min(edge, least))


def write_gate(model: Path, gate: Gate) -> str:
    """Put a gate into the metadata of an ONNX file, and the file's new SHA-256 into its card; return that.

    Raises:
        ModelError: the file is not the one that its card describes.
    """
    card = read_card(model)
    Model.load(card)  # what is not as it should be is refused before it is changed
    proto = onnx.load(model)
    entries = {entry.key: entry.value for entry in proto.metadata_props}
    entries |= {key: f"{getattr(gate, name):g}" for name, key in GATED.items()}
    onnx.helper.set_model_props(proto, entries)
    partial = model.with_suffix(".partial")
    partial.write_bytes(proto.SerializeToString())
    digest = file_digest(partial)
    page = model.with_suffix(".md")
    text = page.read_text(encoding="utf-8")
    partial.replace(model)
    page.write_text(
        re.sub(r"^(sha256:\s*)\S+", rf"\g<1>{digest}", text, count=1, flags=re.M), encoding="utf-8"
    )
    return digest


def fill_card(text: str, choice: GateChoice) -> str:
    """A card's text with the table between `<!-- gate -->` and `<!-- end -->`, if it has such lines."""
    return _BLOCK.sub(lambda match: match[1] + markdown(choice.table()) + match[2], text)


def write_bins(path: Path, choice: GateChoice) -> None:
    """Write every bin as a row of a CSV, with the intervals of its figures."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file, lineterminator="\n")
        figures_of = ("auc", "alarms")
        table.writerow(
            ["model", "version", "measure", "least", "below", "pictures"]
            + [f"{name}{end}" for name in figures_of for end in ("", "_low", "_high")]
            + ["good"]
        )
        for one in choice.bins:
            numbers = [f"{n:.4f}" for f in (one.auc, one.alarms) for n in (f.value, f.low, f.high)]
            row = [choice.model, choice.version, one.measure, f"{one.least:g}", f"{one.below:g}"]
            table.writerow([*row, one.pictures, *numbers, int(one.good)])


def _bin(name: str, least: float, below: float, scored: Sequence[Scored], draws: int) -> Bin:
    mine = [one for one in scored if least <= one.value < below]
    entries = [
        (value, kind, one.person, number)
        for number, one in enumerate(mine)
        for value, kind in ((one.real, False), (one.fake, True))
        if value is not None
    ]
    log_odds, kinds, persons, numbers = np.array(entries, dtype=np.float64).reshape(-1, 4).T
    scores = Scores(log_odds, kinds.astype(bool), persons.astype(np.int64), numbers.astype(np.int64))

    def figure(statistic: Callable[[Scores], float], of: Scores) -> Figure:
        nothing = Figure(float("nan"), float("nan"), float("nan"), 0, 0)
        return figures.measure(of, statistic, draws=draws) if mine else nothing

    return Bin(
        measure=name,
        least=least,
        below=below,
        pictures=len({one.person for one in mine}),
        auc=figure(figures.frame_auc, scores),
        alarms=figure(figures.false_alarms(THRESHOLD), scores.where(~scores.fake)),
        good=False,
    )


def _judged(bins: Sequence[Bin]) -> list[Bin]:
    """Bins of one measure, rising, with the unbroken run of good ones marked."""
    judged = list(bins)
    enough = [at for at, one in enumerate(bins) if one.pictures >= LEAST_PICTURES]
    for at in range(max(enough, default=-1), -1, -1):
        one, best = bins[at], bins[max(enough)]
        settled = one.auc.low > LEAST_AUC and one.alarms.value <= best.alarms.value + MORE_ALARMS
        if at not in enough or not settled:
            break
        judged[at] = replace(one, good=True)
    return judged


def _figure(figure: Figure, form: str) -> str:
    """`.81 (.77-.85)`, or a share in per cent; a dash where too few were seen for one."""
    if np.isnan(figure.value):
        return "–"
    numbers = (figure.value, figure.low, figure.high)
    value, low, high = (re.sub(r"^0\.", ".", form.format(number)) for number in numbers)
    return f"{value} ({low}-{high})"
