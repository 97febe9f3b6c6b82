"""The extension's types and words are the protocol's: its sources are read as text."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

import msgspec
import pytest

from bootstrap import ROOT
from veritile.native import basis, messages
from veritile.vocabulary import BUDGETS, Advice, Label, Reason, Sensitivity

SHARED = ROOT / "extension" / "src" / "shared"
WORDS = (SHARED / "vocabulary.ts").read_text(encoding="utf-8")
TYPES = (SHARED / "protocol.ts").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "words"),
    [("LABELS", Label), ("REASONS", Reason), ("ADVICE", Advice), ("SENSITIVITIES", Sensitivity)],
)
def test_words_are_the_same(name: str, words: Iterable[StrEnum]) -> None:
    listed = re.search(rf"export const {name} = \[(.*?)\] as const", WORDS, re.DOTALL)
    assert listed
    assert re.findall(r'"(\w+)"', listed[1]) == [str(word) for word in words]


def test_budgets_are_the_same() -> None:
    listed = re.search(r"export const BUDGETS.* = \{(.*?)\}", WORDS)
    assert listed
    told = {name: float(budget) for name, budget in re.findall(r"(\w+): ([\d.]+)", listed[1])}
    assert told == {str(preset): budget for preset, budget in BUDGETS.items()}


@pytest.mark.parametrize(
    ("interface", "struct"),
    [
        ("Frame", messages.Frame),
        ("Basis", basis.Basis),
        ("VerdictItem", messages.Item),
        ("Info", messages.Info),
        ("Health", messages.Health),
    ],
)
def test_fields_are_the_same(interface: str, struct: Any) -> None:
    body = re.search(rf"export interface {interface} {{\n(.*?)\n}}", TYPES, re.DOTALL)
    assert body
    told = {
        name: mark == "?"
        for name, mark in re.findall(r"^  (\w+)(\??):", body[1], re.MULTILINE)
        if name != "type"
    }
    fields = {
        field.encode_name: field.default is msgspec.UNSET
        for field in msgspec.structs.fields(struct)
        if field.name not in ("v", "re")
    }
    assert told == fields


def test_settings_are_the_same() -> None:
    body = re.search(r'type: "configure";(.*?)\}', TYPES, re.DOTALL)
    assert body
    told = set(re.findall(r"^      (\w+)\?:", body[1], re.MULTILINE))
    assert told == {field.name for field in msgspec.structs.fields(messages.Configure)} - {"v", "id"}
