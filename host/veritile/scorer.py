"""What is known of a model beside its card: how long its scores repeat, and how it scores people.

It is plain data in `NAME.people.json` beside `NAME.onnx`::

    {"sha256": "…", "tau_s": 2.5, "people": {"<100": [-1.2, …], "100-200": […], ">=200": […]},
     "swapped": [0.4, …]}

`people` holds the mean log-odds of real people whom the model never learnt from,
one number a person, by the size of the face in pixels; `swapped`, which may be
missing, those of swapped people. Without the file the decision goes by evidence alone.
"""

from __future__ import annotations

import json
from pathlib import Path

from veritile.decision import Reference, Scorer
from veritile.errors import ModelMetadataError
from veritile.frame.card import read_card


def read_scorer(model: str | Path) -> Scorer:
    """Read what is known of a model, given as for `veritile.frame.card.read_card`.

    Raises ModelMissingError or ModelMetadataError when the card cannot be used, ModelMetadataError when the
    file beside it is damaged or about other weights.
    """
    card = read_card(model)
    path = card.file.with_suffix(".people.json")
    if not path.is_file():
        return Scorer()
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
        about = known["sha256"]
        scorer = Scorer(
            tau_s=float(known["tau_s"]), reference=Reference.of(known["people"], known.get("swapped", ()))
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelMetadataError(
            f"{path} cannot be used ({type(error).__name__}: {error}): take the one that came with the model."
        ) from error
    if about != card.sha256:
        raise ModelMetadataError(
            f"{path} is about other weights than {card.file.name}: take the one that came with the model, "
            "or delete it."
        )
    return scorer
