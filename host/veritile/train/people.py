"""How a network scores people: `NAME.people.json`, which the decision compares a participant with.

Every held-out person is shown once a size, as one call would show him: one camera, one
light, one encoder. People of held-out video are shown as they are. The faces that the
network's gate refuses are left out, as in a call. Swapped people are those of the held-out
clips, as a head scored them that learnt from no swap of the same target. See
`veritile.scorer` for the file.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from veritile.decision.observation import Size
from veritile.errors import ModelError
from veritile.frame import FrameAnalyzer
from veritile.frame.card import read_card
from veritile.frame.crop import crop_face
from veritile.frame.model import Model
from veritile.frame.quality import measure
from veritile.train import autocorrelation
from veritile.train.called import show
from veritile.train.degrade import Image
from veritile.train.faces import FaceSet
from veritile.train.livepairs import Box, LivePairs

if TYPE_CHECKING:
    from veritile.train.heldout import PairScores

SIZES: Final[dict[Size, tuple[float, float]]] = {
    Size.SMALL: (64, 100),
    Size.MEDIUM: (100, 200),
    Size.LARGE: (200, 400),
}
"""Long side of the faces that are shown, in pixels, by the class that the decision puts them in."""
_DRAWS: Final = 20
"""Bootstrap samples: the interval is not used here."""


def write_people(
    model: Path,
    faces: FaceSet,
    live: LivePairs | None,
    *,
    swapped: PairScores | None = None,
    clips: Path | None = None,
    tau_s: float = 2.5,
    seed: int = 0,
    advance: Callable[[], None] = lambda: None,
) -> Path:
    """Score the held-out people and write the file beside the model; returns its path.

    Args:
        model: ONNX file with its card beside it.
        faces: photographs of people whom the network did not learn from.
        live: calls, of which the untouched pictures are shown; of people whom it did not learn from.
        swapped: what a network says of the frames of `live` that did not learn from them, uncalibrated and in
            their order (`Run.score_clips`); without it the file tells of no swapped people.
        clips: folder of videos to measure the scores' autocorrelation time on.
        tau_s: that time in seconds, without `clips`.
        seed: of all chance.
        advance: told after every photograph.

    Raises:
        ModelError: the model cannot be used, or its gate refuses everybody.
        FileUnreadableError, ImageError: pictures or videos cannot be read.
    """
    card = read_card(model)
    network = Model.load(card)
    people: dict[Size, list[float]] = {name: [] for name in SIZES}
    for index in range(len(faces)):
        for name, value in _photograph(network, faces, index, seed):
            people[name].append(value)
        advance()
    for name, value in _calls(network, live):
        people[name].append(value)
    if not any(people.values()):
        raise ModelError(f"The gate of {model.name} refuses every held-out face: choose another gate.")
    if clips is not None:
        analyzer = FrameAnalyzer.load(model)
        scored = [autocorrelation.score_video(path, [analyzer])[0] for path in autocorrelation.videos(clips)]
        tau_s = autocorrelation.tau(scored, draws=_DRAWS).value
    fakes = None if live is None or swapped is None else _swaps(network, live, swapped)
    return save_people(model, card.sha256, tau_s, people, fakes)


def people_file(model: Path) -> Path:
    """Where a model's people are, given its ONNX file."""
    return model.with_suffix(".people.json")


def save_people(
    model: Path,
    sha256: str,
    tau_s: float,
    people: Mapping[Size, Iterable[float]],
    swapped: Iterable[float] | None,
) -> Path:
    """Write the file that `veritile.scorer` describes, and return its path.

    Args:
        model: the ONNX file.
        sha256: its digest.
        tau_s: for how long its scores repeat each other, seconds.
        people: mean log-odds of real people.
        swapped: of swapped people; None where none is known.
    """
    path = people_file(model)
    known: dict[str, object] = {
        "sha256": sha256,
        "tau_s": round(tau_s, 2),
        "people": {name: sorted(round(value, 3) for value in values) for name, values in people.items()},
    }
    if swapped is not None:
        known["swapped"] = sorted(round(value, 3) for value in swapped)
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(known) + "\n", encoding="utf-8")
    partial.replace(path)
    return path


def _photograph(network: Model, faces: FaceSet, index: int, seed: int) -> Sequence[tuple[Size, float]]:
    """The person's log-odds in every size that the photograph allows."""
    found = []
    for number, (name, sizes) in enumerate(SIZES.items()):
        shown = show(faces, index, sizes, np.random.default_rng((seed, index, number)))
        if shown is not None and (value := _log_odds(network, *shown)) is not None:
            found.append((name, value))
    return found


def _calls(network: Model, live: LivePairs | None) -> Sequence[tuple[Size, float]]:
    """The mean log-odds of each clip's untouched pictures."""
    found = []
    for clip in live.clips if live else ():
        assert live is not None  # it has clips
        pairs = live.by_clip[clip]
        values = [_log_odds(network, live.read(pair)[0], pair.box) for pair in pairs]
        if usable := [value for value in values if value is not None]:
            side = float(np.median([max(pair.box[2:]) for pair in pairs]))
            found.append((Size.of(side), float(np.mean(usable))))
    return found


def _swaps(network: Model, live: LivePairs, scores: PairScores) -> Iterator[float]:
    """The mean calibrated log-odds of each clip's swapped pictures."""
    gate = network.info.gate
    for number, clip in enumerate(live.clips):
        pairs = live.by_clip[clip]
        answers = scores.log_odds[scores.people == number, 1]
        usable = [
            answer
            for pair, answer in zip(pairs, answers, strict=True)
            if gate.reason(measure(live.read(pair)[1], pair.box)) is None
        ]
        if usable:
            yield float(np.mean([network.calibrated(float(answer)) for answer in usable]))


def _log_odds(network: Model, image: Image, box: Box) -> float | None:
    """Calibrated log-odds of a face; None when the gate refuses it."""
    info = network.info
    if info.gate.reason(measure(image, box)) is not None:
        return None
    return network.log_odds(crop_face(image, box, margin=info.crop_margin, size=info.input_size))
