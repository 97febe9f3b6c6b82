"""Models asked about every picture of a benchmark, as it is and as a call shows it.

A model that fails is put aside with its reason, and the others go on.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from veritile.errors import CorruptImageError, FileUnreadableError, ModelError
from veritile.extras import how_to_install
from veritile.frame import FrameAnalyzer
from veritile.frame.card import Card, read_card
from veritile.frame.crop import crop_face
from veritile.frame.model import Model
from veritile.train.bench import TABLE, Bench, BenchFrame, Row, evaluate, scores_of
from veritile.train.codec import Codec, through
from veritile.train.figures import clip_auc, frame_auc, loss
from veritile.train.recoded import CALLS, as_calls, condition

Image = NDArray[np.uint8]
Shown = tuple[BenchFrame, Image]
Scorer = Callable[[Image, Sequence[float]], float | None]
"""Turns an (H, W, 3) uint8 RGB picture and the table's face box into calibrated log-odds of fake, or None."""

TABLE_BOXES: Final = "table"
DETECTED: Final = "detected"
FACES: Final = (TABLE_BOXES, DETECTED)
"""Where face boxes come from: the benchmark's table (the network alone), or the product's own detection."""


@dataclass(slots=True)
class Contender:
    """A model under one condition, with its scores."""

    card: Card
    faces: str
    """One of `FACES`."""
    scorer: Scorer
    log_odds: list[float | None] = field(default_factory=list)
    """One entry a frame, None where no usable face was found."""


@dataclass(frozen=True, slots=True)
class Failure:
    """A model that could not be measured."""

    model: str
    why: str


@dataclass(slots=True)
class Lineup:
    """The models of a run."""

    contenders: list[Contender] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    @classmethod
    def load(cls, models: Sequence[str | Path], faces: Sequence[str]) -> Lineup:
        """Load models, given as for `veritile.frame.card.read_card`, each once for every entry of `faces`."""
        lineup = cls()
        for model in models:
            try:
                card = read_card(model)
                loaded = [Contender(card, each, _scorer(model, card, each)) for each in faces]
            except ModelError as error:
                lineup.failures.append(Failure(str(model), str(error)))
                continue
            if any(card.name == other.card.name for other in lineup.contenders):
                lineup.failures.append(
                    Failure(str(model), f"There is already a model named {card.name}: measure one at a time.")
                )
                continue
            lineup.contenders += loaded
        return lineup

    def score(self, frame: BenchFrame, picture: Image) -> None:
        """Ask everyone about a picture; who fails leaves."""
        for contender in list(self.contenders):
            try:
                contender.log_odds.append(contender.scorer(picture, frame.box))
            except ModelError as error:
                self.drop(contender.card, str(error))

    def drop(self, card: Card, why: str) -> None:
        """Put a model aside under all of its conditions."""
        if any(contender.card == card for contender in self.contenders):
            self.contenders = [contender for contender in self.contenders if contender.card != card]
            self.failures.append(Failure(card.name, why))

    @property
    def cards(self) -> list[Card]:
        """Of the models that are left, each once."""
        return list(dict.fromkeys(contender.card for contender in self.contenders))


def sets_to_recode(bench: Bench, wanted: str) -> list[str]:
    """The sets that `wanted` means: `none`, `all`, `paired` (those with swap and original of the same frame),
    or names with commas between.

    Raises:
        FileUnreadableError: there is no such set.
    """
    if wanted in ("none", "all"):
        return bench.sets if wanted == "all" else []
    if wanted == "paired":
        sides: dict[tuple[str, str, int], set[bool]] = {}
        for frame in bench.frames:
            sides.setdefault((frame.set, frame.clip, frame.frame), set()).add(frame.fake)
        paired = {key[0] for key, both in sides.items() if len(both) == 2}
        return [name for name in bench.sets if name in paired]
    names = [name.strip() for name in wanted.split(",")]
    if unknown := [name for name in names if name not in bench.sets]:
        raise FileUnreadableError(
            f"{bench.folder / TABLE} has no set {', '.join(map(repr, unknown))}: name some of "
            f"{', '.join(bench.sets)}, or paired, all or none."
        )
    return names


def check_tools(*, encode: bool, plot: bool) -> None:
    """Fail before minutes of work are lost, not after.

    Raises:
        UnsupportedFormatError: there is to be encoding, and PyAV or an encoder is missing.
        ModelError: there are to be plots, and matplotlib is missing.
    """
    if encode:
        for codec in CALLS:
            through([np.zeros((64, 64, 3), np.uint8)], codec)
    if plot and find_spec("matplotlib") is None:
        raise ModelError(f"A report needs matplotlib: leave --report away, or run {how_to_install('train')}")


def pictures_and_calls(bench: Bench, recode: Sequence[str], workers: int) -> Iterator[Shown]:
    """Every picture of a benchmark, then those of some sets as each of `CALLS` shows them.

    Args:
        bench: the benchmark.
        recode: names of its sets.
        workers: threads that encode.
    """
    yield from bench.pictures()
    pending: deque[Future[list[Shown]]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        for frame, picture in bench.pictures_of(recode):
            pending.append(pool.submit(as_calls, frame, picture))
            if len(pending) > 2 * workers:
                yield from pending.popleft().result()
        for waiting in pending:
            yield from waiting.result()


def number_of_pictures(bench: Bench, recode: Sequence[str]) -> int:
    """How many `pictures_and_calls` gives."""
    return len(bench.frames) + len(CALLS) * sum(frame.set in recode for frame in bench.frames)


def rows_of(contender: Contender, frames: Sequence[BenchFrame], *, draws: int) -> list[Row]:
    """All figures of one contender: `veritile.train.bench.evaluate`, and what each call lost."""
    card = contender.card
    rows = evaluate(
        frames,
        contender.log_odds,
        model=card.name,
        version=card.version,
        faces=contender.faces,
        draws=draws,
    )
    by_file: dict[str, dict[str, int]] = {}
    for at, frame in enumerate(frames):
        by_file.setdefault(frame.set, {})[frame.file] = at
    for name in list(by_file):
        for codec in CALLS:
            if (called := by_file.get(condition(name, codec))) is not None:
                pairs = [(by_file[name][file], at) for file, at in called.items()]
                rows += _losses(contender, frames, pairs, codec, draws)
    return rows


def _losses(
    contender: Contender,
    frames: Sequence[BenchFrame],
    pairs: Sequence[tuple[int, int]],
    codec: Codec,
    draws: int,
) -> Iterator[Row]:
    """What the AUC loses from the untouched pictures to those of a call, over frames with both scores."""
    both = [(a, b) for a, b in pairs if None not in (contender.log_odds[a], contender.log_odds[b])]
    untouched = [frames[a] for a, _ in both]
    if len({frame.fake for frame in untouched}) < 2:
        return
    before = scores_of(untouched, [contender.log_odds[a] for a, _ in both])
    after = scores_of(untouched, [contender.log_odds[b] for _, b in both])
    for key, statistic in (("frame_auc_loss", frame_auc), ("clip_auc_loss", clip_auc)):
        lost = loss(statistic, before, after, draws=draws)
        yield Row(
            contender.card.name,
            contender.card.version,
            contender.faces,
            condition(untouched[0].set, codec),
            "all",
            key,
            lost.value,
            lost.low,
            lost.high,
            lost.clips,
            lost.frames,
            len(pairs) - len(both),
        )


def _scorer(model: str | Path, card: Card, faces: str) -> Scorer:
    return (
        crop_scorer(Model.load(card)) if faces == TABLE_BOXES else product_scorer(FrameAnalyzer.load(model))
    )


def crop_scorer(model: Model) -> Scorer:
    """The model on the benchmark's own face boxes: the network alone, without detection and quality gate."""
    info = model.info

    def score(rgb: Image, box: Sequence[float]) -> float | None:
        try:
            crop = crop_face(rgb, box, margin=info.crop_margin, size=info.input_size)
        except ValueError as error:
            raise CorruptImageError(
                f"A face box does not lie in its picture ({error}): correct the table, or make it anew."
            ) from error
        return model.log_odds(crop)

    return score


def product_scorer(analyzer: FrameAnalyzer) -> Scorer:
    """The product as shipped: its own face detection and quality gate, then the model."""

    def score(rgb: Image, _box: Sequence[float]) -> float | None:
        return analyzer.analyze_rgb(rgb).log_odds

    return score
