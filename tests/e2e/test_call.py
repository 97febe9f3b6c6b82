"""A real call between three browsers: the right labels on the right tiles, in time and in nobody's way."""

from __future__ import annotations

import pytest

from call.badges import read_badges
from call.demo import Call, report
from e2e.conftest import GUESTS, NAMES, judged

pytestmark = pytest.mark.e2e


def test_each_remote_participant_gets_a_label_and_a_score(call: Call) -> None:
    """Within 30 s: the network that ships hardly tells them apart, and evidence takes its time."""
    snapshot = call.watcher.wait_for(judged, seconds=60, what="a verdict on both guests")
    found = report(snapshot, GUESTS)
    assert found["problems"] == []
    remote = {p["name"]: p for p in found["participants"] if not p["self"]}
    assert remote.keys() == NAMES
    for participant in remote.values():
        answer = participant["reason"] or participant["label"]
        assert answer in {"likely_real", "suspect", "likely_fake", "undecided"}
        assert 0 <= participant["score"] <= 1
        assert participant["first_verdict_ms"] <= 30_000


def test_the_own_tile_is_recognised_and_not_judged(call: Call) -> None:
    own = [entry for entry in call.watcher.entries() if entry["kind"] == "self"]
    assert len(own) == 1
    assert "label" not in own[0]
    assert own[0]["participant"] not in {badge.participant for badge in read_badges(call.page)}


def test_each_badge_lies_on_its_own_tile_and_names_its_participant(call: Call) -> None:
    call.watcher.wait_for(judged, seconds=60, what="a verdict on both guests")
    tiles = {
        entry["participant"]: (entry["name"], entry["label"])
        for entry in call.watcher.entries()
        if entry["kind"] == "camera"
    }
    badges = {badge.participant: badge for badge in read_badges(call.page)}
    assert badges.keys() == tiles.keys()
    for participant, (name, label) in tiles.items():
        badge = badges[participant]
        assert badge.label == label
        assert name in badge.text
        tile = call.page.evaluate(
            """name => { const footer = [...document.querySelectorAll('.video-footer')]
                           .find(element => element.textContent.includes(name));
                         const {x, y, width, height} =
                           footer.closest('.video-container').getBoundingClientRect();
                         return [x, y, width, height]; }""",
            name,
        )
        assert inside(badge.box, tile), f"{badge} is not on the tile {tile}"


def test_a_badge_takes_no_click_that_is_meant_for_the_page(call: Call) -> None:
    """Beside the mark itself, the point under a badge's layer belongs to the page."""
    for badge in read_badges(call.page):
        x, y, width, height = badge.box
        hit = call.page.evaluate(
            "([x, y]) => document.elementFromPoint(x, y)?.closest('.video-container') !== null",
            [x + width + 2, y + height + 2],
        )
        assert hit


def test_badges_follow_their_tiles_when_the_window_changes(call: Call) -> None:
    before = {badge.participant: badge.box for badge in read_badges(call.page)}
    call.page.set_viewport_size({"width": 1100, "height": 500})
    try:
        call.page.wait_for_function("() => innerWidth === 1100")
        after = {badge.participant: badge.box for badge in read_badges(call.page)}
        assert after.keys() == before.keys()
        assert after != before
    finally:
        call.page.set_viewport_size({"width": 1440, "height": 560})


def inside(inner: tuple[float, float, float, float], outer: list[float]) -> bool:
    x, y, width, height = inner
    left, top, outer_width, outer_height = outer
    return (
        x >= left - 1
        and y >= top - 1
        and x + width <= left + outer_width + 1
        and y + height <= top + outer_height + 1
    )
