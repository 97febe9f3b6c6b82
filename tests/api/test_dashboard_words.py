"""The dashboard says every label and reason of the vocabulary in words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

import pytest

from bootstrap import ROOT
from veritile.vocabulary import Label, Reason

WORDS = (ROOT / "host/veritile/api/static/words.js").read_text(encoding="utf-8")


@pytest.mark.parametrize(("name", "words"), [("LABELS", Label), ("REASONS", Reason)])
def test_every_word_is_said(name: str, words: Iterable[StrEnum]) -> None:
    listed = re.search(rf"export const {name} = \{{(.*?)\}};", WORDS, re.DOTALL)
    assert listed
    assert re.findall(r"^  (\w+):", listed[1], re.MULTILINE) == [str(word) for word in words]
