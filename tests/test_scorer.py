"""What is known of a model beside its card."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tiny_model import write_tiny_model
from veritile.decision import Reference, Scorer
from veritile.errors import ModelMetadataError, ModelMissingError
from veritile.frame.card import read_card
from veritile.scorer import read_scorer


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_tiny_model(tmp_path)


def write(model: Path, text: str) -> None:
    model.with_name("tiny.people.json").write_text(text, encoding="utf-8")


def known(model: Path, **changes: Any) -> dict[str, Any]:
    people = {"<100": [-1.0], "100-200": [0.5, -2], ">=200": []}
    return {"sha256": read_card(model).sha256, "tau_s": 2.5, "people": people} | changes


def test_a_model_of_which_nothing_is_known_is_judged_by_evidence_alone(model: Path) -> None:
    assert read_scorer(model) == Scorer()


def test_time_and_people_are_read(model: Path) -> None:
    write(model, json.dumps(known(model)))
    assert read_scorer(model) == Scorer(2.5, Reference.of(known(model)["people"]))


def test_swapped_people_are_read_too(model: Path) -> None:
    write(model, json.dumps(known(model, swapped=[0.5, -0.25])))
    assert read_scorer(model).reference == Reference.of(known(model)["people"], [-0.25, 0.5])


@pytest.mark.parametrize(
    "changes",
    [
        {"tau_s": 0},
        {"tau_s": "soon"},
        {"tau_s": None},
        {"people": {}},
        {"people": []},
        {"people": {"tall": [1.0]}},
        {"people": {"<100": ["x"]}},
        {"swapped": ["x"]},
        {"swapped": 1.0},
        {"swapped": None},
    ],
)
def test_what_cannot_be_used_is_told(model: Path, changes: dict[str, Any]) -> None:
    write(model, json.dumps(known(model, **changes)))
    with pytest.raises(ModelMetadataError, match="take the one that came with the model"):
        read_scorer(model)


@pytest.mark.parametrize("text", ["", "[]", "{}", "no JSON", '{"tau_s": 1}'])
def test_what_is_damaged_is_told(model: Path, text: str) -> None:
    write(model, text)
    with pytest.raises(ModelMetadataError, match=r"tiny\.people\.json cannot be used"):
        read_scorer(model)


def test_what_is_about_other_weights_is_told(model: Path) -> None:
    write(model, json.dumps(known(model, sha256="0" * 64)))
    with pytest.raises(ModelMetadataError, match=r"other weights than tiny\.onnx"):
        read_scorer(model)


def test_a_model_without_a_card_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelMissingError):
        read_scorer(tmp_path / "none.onnx")
