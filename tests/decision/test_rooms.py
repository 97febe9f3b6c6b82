"""Several faces in one tile, tiles that are resized, and tiles that come to show somebody else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from decision.streams import HEIGHT, INDEPENDENT, PATIENT, WIDTH, empty, look, watch
from veritile.decision import Look, Observation, Tile
from veritile.decision.tracks import likeness, overlap, shares
from veritile.vocabulary import Label, Reason

LEFT, RIGHT = (60.0, 80.0, 120.0, 150.0), (400.0, 90.0, 110.0, 140.0)
OFFICE = tuple(float(n % 7) for n in range(32))
GARDEN = tuple(float(-(n % 5)) for n in range(32))


def room(at: float, *looks: Look, size: tuple[int, int] = (WIDTH, HEIGHT)) -> Observation:
    return Observation(at, looks, *size, None if looks else Reason.NO_FACE)


def at_box(box: tuple[float, float, float, float], log_odds: float, **fields: object) -> Look:
    return look(log_odds, box=box, **fields)


def test_the_worst_of_several_people_is_shown_with_the_place_of_the_face() -> None:
    tile = Tile(scorer=INDEPENDENT)
    verdict = watch(tile, [room(n, at_box(LEFT, -1.0), at_box(RIGHT, 1.0)) for n in range(10)])
    assert (verdict.label, verdict.box, verdict.people) == (Label.LIKELY_FAKE, RIGHT, 2)
    assert verdict.evidence == pytest.approx(10.0)


def test_people_who_can_be_judged_stand_for_those_who_cannot() -> None:
    small = look(None, 0.0, box=RIGHT, reason=Reason.FACE_TOO_SMALL)
    tile = Tile(scorer=INDEPENDENT)
    verdict = watch(tile, [room(n, at_box(LEFT, -1.0), small) for n in range(30)])
    assert (verdict.label, verdict.box) == (Label.LIKELY_REAL, LEFT)
    assert verdict.next_sample_ms == 5000


def test_each_face_keeps_its_evidence_in_whatever_order_they_are_told() -> None:
    tile = Tile(scorer=INDEPENDENT)
    for n in range(10):
        looks = [at_box(LEFT, -1.0), at_box(RIGHT, 1.0)]
        verdict = tile.observe(room(n, *looks[:: 1 if n % 2 else -1]))
    assert (verdict.label, verdict.evidence) == (Label.LIKELY_FAKE, pytest.approx(10.0))


def test_a_tile_that_is_resized_keeps_its_people() -> None:
    tile = Tile(scorer=INDEPENDENT)
    watch(tile, [room(n, at_box(LEFT, -1.0), at_box(RIGHT, 0.5)) for n in range(5)])
    halves = [tuple(value / 2 for value in box) for box in (LEFT, RIGHT)]
    verdict = tile.observe(
        room(5, at_box(halves[0], -1.0), at_box(halves[1], 0.5), size=(WIDTH // 2, HEIGHT // 2))
    )
    assert (verdict.people, verdict.next_sample_ms) == (2, 400)
    assert verdict.evidence == pytest.approx(0.0)  # the first, who has a label, is shown
    assert verdict.label is Label.LIKELY_REAL


def test_who_moves_while_nobody_looked_is_still_the_same() -> None:
    tile = Tile(scorer=INDEPENDENT)
    watch(tile, [room(n, at_box(LEFT, 1.0, signature=OFFICE)) for n in range(5)])
    verdict = tile.observe(room(10, at_box(RIGHT, 1.0, signature=OFFICE)))
    assert (verdict.evidence, verdict.people, verdict.box) == (pytest.approx(6.0), 1, RIGHT)


def test_who_moves_in_a_room_is_told_by_the_others_who_stayed() -> None:
    tile = Tile(scorer=INDEPENDENT)
    watch(tile, [room(n, at_box(LEFT, -1.0), at_box(RIGHT, 1.0)) for n in range(5)])
    verdict = tile.observe(room(5, at_box(LEFT, -1.0), at_box((260.0, 10.0, 110.0, 140.0), 1.0)))
    assert verdict.people == 2
    verdict = tile.observe(room(6, at_box(LEFT, -1.0), at_box((260.0, 10.0, 110.0, 140.0), 1.0)))
    assert (verdict.label, verdict.evidence) == (Label.LIKELY_FAKE, pytest.approx(7.0))


def test_another_face_in_other_surroundings_is_somebody_else() -> None:
    tile = Tile(scorer=INDEPENDENT)
    watch(tile, [room(n, at_box(LEFT, -1.0, signature=OFFICE)) for n in range(9)])
    assert tile.verdict.label is Label.LIKELY_REAL
    verdict = tile.observe(room(9, at_box(RIGHT, 1.0, signature=GARDEN)))
    assert (verdict.label, verdict.reason, verdict.frames) == (Label.INCONCLUSIVE, Reason.STARTING, 1)
    assert verdict.next_sample_ms == 400


@pytest.mark.parametrize(
    ("box", "surroundings"),
    [(LEFT, GARDEN), (RIGHT, OFFICE), (RIGHT, None), (RIGHT, GARDEN[:5])],
    ids=["light changed", "moved", "unknown", "not comparable"],
)
def test_neither_movement_nor_light_alone_makes_somebody_else(
    box: tuple[float, float, float, float], surroundings: tuple[float, ...] | None
) -> None:
    tile = Tile(scorer=INDEPENDENT)
    watch(tile, [room(n, at_box(LEFT, -1.0, signature=OFFICE)) for n in range(9)])
    verdict = tile.observe(room(9, at_box(box, 1.0, signature=surroundings)))
    assert (verdict.label, verdict.frames) == (Label.LIKELY_REAL, 10)


def test_surroundings_may_change_slowly() -> None:
    """Ten steps from office to garden, each with a jump of the face: the same person."""
    tile = Tile(scorer=INDEPENDENT)
    for n in range(60):
        share = min(1.0, n / 50)
        mixed = tuple((1 - share) * a + share * b for a, b in zip(OFFICE, GARDEN, strict=True))
        verdict = tile.observe(room(n, at_box((LEFT, RIGHT)[n % 2], -1.0, signature=mixed)))
    assert verdict.frames == 60


def test_who_leaves_a_room_is_forgotten_after_five_seconds() -> None:
    tile = Tile(scorer=INDEPENDENT)
    watch(tile, [room(n, at_box(LEFT, -1.0), at_box(RIGHT, 1.0)) for n in range(10)])
    rest = [tile.observe(room(9.0 + n, at_box(LEFT, -1.0))) for n in range(1, 7)]
    assert [verdict.people for verdict in rest] == [2] * 5 + [1]
    assert (rest[4].label, rest[5].label) == (Label.LIKELY_FAKE, Label.LIKELY_REAL)


def test_one_frame_without_a_face_says_nobody_left_however_late_it_is() -> None:
    tile = Tile(scorer=INDEPENDENT)
    watch(tile, [room(n, at_box(LEFT, -1.0)) for n in range(9)])
    tile.observe(room(9, at_box(LEFT, -1.0), at_box(RIGHT, 1.0)))
    assert tile.observe(room(25, at_box(LEFT, -1.0))).people == 2
    assert tile.observe(room(26, at_box(LEFT, -1.0))).people == 1


def test_the_last_to_leave_is_kept_for_as_long_as_a_label() -> None:
    tile = Tile(scorer=INDEPENDENT)
    watch(tile, [room(n, at_box(LEFT, -1.0), at_box(RIGHT, -1.0)) for n in range(5)])
    tile.observe(room(5, at_box(RIGHT, -1.0)))
    people = [tile.observe(empty(5.0 + n)).people for n in range(1, 17)]
    assert people == [2] * 4 + [1] * 11 + [0]


def test_of_two_who_leave_at_once_one_is_kept() -> None:
    tile = Tile(scorer=INDEPENDENT)
    watch(tile, [room(n, at_box(LEFT, -1.0), at_box(RIGHT, -1.0)) for n in range(5)])
    assert [tile.observe(empty(at)).people for at in (10.0, 11.0, 19.0, 20.0)] == [2, 1, 1, 0]


def test_two_who_come_where_nobody_was_are_new() -> None:
    tile = Tile(scorer=INDEPENDENT)
    watch(tile, [room(n, at_box(LEFT, -1.0), at_box(RIGHT, -1.0)) for n in range(5)])
    new = [at_box((x, 240.0, 60.0, 80.0), -1.0) for x in (200.0, 300.0)]
    assert tile.observe(room(5, *new)).people == 4


def test_surroundings_that_are_told_later_count_from_then_on() -> None:
    tile = Tile(scorer=INDEPENDENT)
    watch(tile, [room(n, at_box(LEFT, -1.0)) for n in range(5)])
    watch(tile, [room(n, at_box(LEFT, -1.0, signature=OFFICE)) for n in range(5, 9)])
    assert tile.observe(room(9, at_box(RIGHT, -1.0, signature=GARDEN))).frames == 1


def test_at_most_eight_faces_are_followed() -> None:
    crowd = [at_box((70.0 * n, 10.0, 50.0, 60.0), -1.0) for n in range(9)]
    tile = Tile(scorer=INDEPENDENT)
    assert [tile.observe(room(n, *crowd)).people for n in range(3)] == [8, 8, 8]


BOXES = st.tuples(*[st.floats(-1, 1)] * 2, *[st.floats(0.01, 1)] * 2)


@PATIENT
@given(BOXES, BOXES)
def test_overlap_is_a_share_whichever_comes_first(one: tuple[float, ...], other: tuple[float, ...]) -> None:
    assert 0 <= overlap(one, other) <= 1 + 1e-9
    assert overlap(one, other) == pytest.approx(overlap(other, one))
    assert overlap(one, one) == pytest.approx(1)


def test_boxes_are_shares_of_a_picture_of_known_size() -> None:
    assert shares((10, 20, 30, 40), 100, 200) == (0.1, 0.1, 0.3, 0.2)
    assert shares((10, 20, 30, 40), 0, 0) == (10, 20, 30, 40)


def test_overlap_is_intersection_over_union() -> None:
    assert overlap((0, 0, 2, 2), (1, 1, 2, 2)) == pytest.approx(1 / 7)
    assert overlap((0, 0, 1, 1), (1, 0, 1, 1)) == overlap((0, 0, 1, 1), (0, 1, 1, 1)) == 0
    assert overlap((0, 0, 1, 1), (3, 3, 1, 1)) == 0


SIGNATURES = st.lists(st.floats(-5, 5), min_size=4, max_size=4).filter(lambda v: max(v) - min(v) > 0.1)


@PATIENT
@given(SIGNATURES, SIGNATURES, st.floats(0.1, 10), st.floats(-5, 5))
def test_likeness_is_blind_to_brightness_and_contrast(
    one: list[float], other: list[float], contrast: float, brightness: float
) -> None:
    assert -1 - 1e-9 <= likeness(one, other) <= 1 + 1e-9
    changed = [contrast * value + brightness for value in other]
    assert likeness(one, changed) == pytest.approx(likeness(one, other), abs=1e-6)
    assert likeness(one, [-value for value in one]) == pytest.approx(-1)


def test_faint_surroundings_are_compared_too() -> None:
    assert likeness((0.01, 0.02, 0.01), (0.02, 0.01, 0.02)) == pytest.approx(-1)


def test_signatures_that_say_nothing_are_alike() -> None:
    assert likeness((), ()) == likeness((1.0, 1.0), (1.0, 2.0)) == likeness(None, (1.0,)) == 1
