"""A model card with what was measured filled in, and what only its maker knows left to be filled in."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from veritile.train.bench import Row
from veritile.train.own.split import TEST, TRAIN, VAL
from veritile.train.results import markdown, models_table
from veritile.vocabulary import THRESHOLDS, Sensitivity

BLANK: Final = "**To fill in:**"
"""Starts every line that only the maker of the model can write."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known without asking anybody."""

    name: str
    architecture: str
    parameters: int
    input_size: int
    crop_margin: float
    start: str
    """Name and version of the model that training started from."""
    faces: dict[tuple[str, bool], int]
    """By split and class."""
    people: dict[tuple[str, bool], int]
    data_sha256: dict[str, str]
    examples: int
    """That the exported weights have learnt from; 0 when none improved on the start."""
    blended: float
    seconds: float
    seed: int
    commands: Sequence[str]
    versions: str
    measured_split: str
    rows: Sequence[Row]
    file_bytes: int


def draft(facts: Facts) -> str:
    """The Markdown of a card, without its front matter."""
    digests = "\n".join(f"- SHA-256 of `{name}`: {digest}" for name, digest in facts.data_sha256.items())
    threshold = THRESHOLDS[Sensitivity.BALANCED]
    size = f"N, {facts.input_size}, {facts.input_size}, 3"
    return f"""
# {facts.name}

{BLANK} in one sentence, what this model is for. It was made from {facts.start} with pictures and videos of
one's own.

## Model description

- **Architecture**: {facts.architecture}, {facts.parameters:,} parameters.
- **Input**: `pixels`, ({size}) uint8 RGB: a square of {facts.crop_margin} x the long side of the face box,
  centred on it. Scaling is inside the graph.
- **Output**: `answer`, (N,) float32 log-odds of *fake*. Calibrated log-odds are `calibration_a * answer +
  calibration_b`, both in the file's metadata.
- **Licence**: {BLANK} for the weights; the pictures have licences of their own, and so has {facts.start}.

## Intended uses

{BLANK} who may use it for what, and what it must not be used for. A score is one signal among others and no
proof.

## Limitations

- It knows the kinds of fakes that were in its data ({BLANK} which programs made them) and may see no other.
- It learnt from pictures of {_people(facts)}. {BLANK} which ages, skin tones,
  sexes, cameras and lights are missing.
- Pictures of real and of fake people that differ in anything else (camera, codec, light, resolution) teach it
  that difference. {BLANK} how the two were recorded.
- Calibration was fitted where both classes count alike; a score of 0.9 is not a 90 % chance in a call.

## Training data

{markdown(_data(facts))}
{digests}

{BLANK} where the pictures come from, under which licence, and what the people in them agreed to.

## Training procedure

{_wrapped(_procedure(facts))}

```
{chr(10).join(facts.commands)}
```

Seed {facts.seed}; {facts.versions}.

## Evaluation

{_wrapped(_evaluation(facts))}

{markdown(models_table(facts.rows, "table"))}
In brackets the 95 % interval of a bootstrap over people; without brackets there were too few. *Swaps found*
and *false alarms*: share at or above the balanced threshold, {threshold}; a clip is all of one person's
faces of one class.

{BLANK} figures on people and fakes of other sources: on data like its own a model always looks better.

## Cost

The file has {round(facts.file_bytes / 1000):,} kB. {BLANK} the time of one inference, and on which machine.
"""


def _wrapped(text: str) -> str:
    return textwrap.fill(text, 118, break_on_hyphens=False)


def _people(facts: Facts) -> str:
    real, fake = (facts.people.get((TRAIN, fake), 0) for fake in (False, True))
    return f"{real} real and {fake} fake people"


def _data(facts: Facts) -> list[list[str]]:
    """Split, people and faces of both classes; splits without anybody are left out."""
    uses = {TRAIN: "learnt from", VAL: "decided when to stop, calibrated", TEST: "only measured"}
    return [
        ["Split", "Use", "Real: people / faces", "Fake: people / faces"],
        *(
            [
                split,
                use,
                *(
                    f"{facts.people.get((split, fake), 0)} / {facts.faces.get((split, fake), 0)}"
                    for fake in (False, True)
                ),
            ]
            for split, use in uses.items()
            if (split, False) in facts.people
        ),
    ]


def _procedure(facts: Facts) -> str:
    if not facts.examples:
        return (
            f"None of the weights that were learnt told held-out people better apart than {facts.start} did, "
            "so these are its weights; only the calibration is new."
        )
    return (
        f"Cross-entropy on {facts.examples:,} pictures, half of them real, every person as often as any "
        f"other; {100 * facts.blended:.0f} % of the fakes self-blended from real faces; degraded as calls "
        f"degrade pictures. The weights are those that did best on `val`, after {facts.seconds:.0f} s of "
        "training."
    )


def _evaluation(facts: Facts) -> str:
    beside = (
        ", beside the model that training started from" if len({row.model for row in facts.rows}) > 1 else ""
    )
    if facts.measured_split == TEST:
        return f"People of the split `test`, who decided nothing{beside}."
    return (
        f"People of the split `val`{beside}. There were too few people for a split of their own: **these "
        "figures flatter**, because the same people decided when to stop and set the calibration."
    )
