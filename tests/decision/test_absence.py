"""What is said of a face that cannot be judged, or is not there."""

from __future__ import annotations

import pytest

from decision.streams import (
    INDEPENDENT,
    empty,
    frame,
    labels,
    stream,
    unjudged,
    watch,
)
from veritile.decision import Basis, Observation, Tile
from veritile.vocabulary import Label, Reason

REAL, UNDECIDED = Label.LIKELY_REAL, Label.INCONCLUSIVE


@pytest.mark.parametrize("reason", [Reason.FACE_TOO_SMALL, Reason.BLURRED, Reason.TOO_DARK])
def test_faces_that_cannot_be_judged_give_their_reason(reason: Reason) -> None:
    verdict = watch(Tile(), [unjudged(n, reason) for n in range(20)])
    assert (verdict.label, verdict.reason, verdict.score) == (UNDECIDED, reason, None)
    assert (verdict.people, verdict.confidence, verdict.basis) == (1, 0.0, Basis())


def test_an_empty_tile_gives_its_reason() -> None:
    verdict = watch(Tile(), [empty(n) for n in range(20)])
    assert (verdict.label, verdict.reason, verdict.people) == (UNDECIDED, Reason.NO_FACE, 0)
    seen_before = watch(Tile(), [frame(0, 1.0), empty(1)])
    assert (seen_before.quality, seen_before.people, seen_before.reason) == (0.0, 1, Reason.NO_FACE)


def test_a_glance_away_keeps_the_label_and_a_long_absence_withdraws_it() -> None:
    tile = Tile(scorer=INDEPENDENT)
    watch(tile, stream(-2.0, count=5))
    assert watch(tile, [empty(7.0), empty(19.0)]).label is REAL
    verdict = watch(tile, [empty(19.5)])
    assert (verdict.label, verdict.reason, verdict.people) == (UNDECIDED, Reason.NO_FACE, 0)
    assert labels(tile, stream(-2.0, start=20, count=3)) == [UNDECIDED, UNDECIDED, REAL]


def test_a_face_that_stays_but_cannot_be_judged_loses_its_label_and_gets_it_back() -> None:
    tile = Tile(scorer=INDEPENDENT)
    watch(tile, stream(-2.0, count=5))
    assert watch(tile, [unjudged(float(n), Reason.BLURRED) for n in range(5, 20)]).label is REAL
    verdict = watch(tile, [unjudged(19.1, Reason.BLURRED)])
    assert (verdict.label, verdict.reason, verdict.confidence) == (UNDECIDED, Reason.BLURRED, 0.0)
    assert watch(tile, [frame(20.0, -2.0)]).label is REAL


def test_the_same_picture_again_is_no_evidence_and_loses_the_label_as_frozen() -> None:
    tile = Tile(scorer=INDEPENDENT)
    before = watch(tile, stream(-2.0, count=5))
    again = [Observation(5.0 + n, reason=Reason.FROZEN, unchanged=True) for n in range(15)]
    assert watch(tile, again).label is REAL
    verdict = watch(tile, [Observation(19.5, reason=Reason.FROZEN, unchanged=True)])
    assert (verdict.label, verdict.reason, verdict.basis) == (UNDECIDED, Reason.FROZEN, before.basis)
