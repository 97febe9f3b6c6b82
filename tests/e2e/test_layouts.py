"""Every platform in every layout: who is who, who is oneself, what is a screen, whose camera is off."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext

from call.badges import read_badges
from call.watch import Snapshot
from e2e.origins import GRANTED, JITSI, MEET, ORIGINS, ROOMS, TEAMS, ZOOM, Origin
from e2e.standin import StandIn

pytestmark = pytest.mark.e2e

ANA, BEN, EVE = "camera Ana Prieto", "camera_off Ben Okoro", "camera Eve Adams"
OWN = "self Kim Lee"
LAYOUTS = {
    "two": [ANA, OWN],
    "grid": [ANA, BEN, EVE, OWN],
    "speaker": [ANA, BEN, EVE, OWN],
    "presenting": ["screen_share", ANA, OWN],
    "camera_off": ["camera_off Ana Prieto", OWN],
    "forty_nine": ["camera"] * 48 + [OWN],
}
"""Kind and name of each tile. A screen's name says whose it is where the page says so, see `SCREENS`."""
SCREENS = {
    MEET: "screen_share Ana Prieto (Presentation)",
    TEAMS: "screen_share Ana Prieto",
    JITSI: "screen_share Ana Prieto's screen",
}


def expected(origin: Origin, layout: str) -> list[str]:
    """What is found on this platform's page."""
    tiles = LAYOUTS[layout]
    if origin is TEAMS:
        # Ben's only name is an address there, and an address is no name.
        tiles = ["camera_off" if tile == BEN else tile for tile in tiles]
    if origin is ROOMS:
        # Videos alone, without names; a remote screen cannot be told from a camera.
        kinds = [tile.split()[0] for tile in tiles if not tile.startswith("camera_off")]
        return sorted("camera" if kind == "screen_share" else kind for kind in kinds)
    return sorted(SCREENS.get(origin, tile) if tile == "screen_share" else tile for tile in tiles)


def found(snapshot: Snapshot) -> list[str]:
    """Kind and name of each tile; of the crowd the kind alone."""
    entries = [entry for tab in snapshot["tabs"] for entry in tab["entries"]]
    names = [name if not (name := entry.get("name", "")).startswith("Guest ") else "" for entry in entries]
    return sorted(f"{entry['kind']} {name}".strip() for entry, name in zip(entries, names, strict=True))


@pytest.fixture(scope="module", params=ORIGINS, ids=lambda origin: origin.host)
def call(at_origins: BrowserContext, request: pytest.FixtureRequest) -> Iterator[StandIn]:
    """One page of a platform, that goes through all layouts."""
    origin: Origin = request.param
    call = StandIn(at_origins, origin)
    yield call
    call.close()


def test_a_lobby_is_no_call(call: StandIn) -> None:
    """Nobody else is there, and nothing is said of one's own preview."""
    assert [tile for tile in found(call.watcher.snapshot()) if not tile.startswith("self")] == []
    assert read_badges(call.page) == []


@pytest.mark.parametrize("layout", LAYOUTS)
def test_who_is_who(call: StandIn, layout: str) -> None:
    if call.origin in GRANTED and layout in ("two", "camera_off"):
        pytest.skip("told by the other layouts there")
    call.show(layout)

    def settled(snapshot: Snapshot) -> bool:
        if found(snapshot) != expected(call.origin, layout):
            return False
        entries = [entry for tab in snapshot["tabs"] for entry in tab["entries"]]
        others = {entry["participant"] for entry in entries if entry["kind"] != "self"}
        return {badge.participant for badge in read_badges(call.page)} == others

    call.watcher.wait_for(
        settled, seconds=10, what=f"{expected(call.origin, layout)}, each with a badge, at {call.origin.host}"
    )
    for entry in call.watcher.entries():
        assert "@" not in entry.get("name", "")
        assert ("label" in entry) == (entry["kind"] != "self")


def test_somebodys_identity_outlasts_their_tile(call: StandIn) -> None:
    """Layouts make tiles anew: whoever is back within moments is who they were."""

    def cameras() -> dict[str, str]:
        entries = call.watcher.entries()
        return {entry.get("name", ""): entry["participant"] for entry in entries if entry["kind"] == "camera"}

    for layout in ("two", "grid", "two"):
        call.show(layout)
        call.watcher.wait_for(
            lambda snapshot, layout=layout: found(snapshot) == expected(call.origin, layout),  # type: ignore[misc]
            seconds=10,
            what=layout,
        )
        if layout == "two":
            seen = cameras()
            assert len(seen) == 1
            first = locals().get("first", seen)
    assert seen == first


def test_a_tile_that_is_painted_on_a_shared_canvas_is_read(at_origins: BrowserContext) -> None:
    """Zoom's WebAssembly client has no videos: its one canvas is cut up along the tiles."""
    call = StandIn(at_origins, ZOOM, "two")
    try:
        call.show("grid", painted=True)

        def seen(snapshot: Snapshot) -> bool:
            entries = [e for tab in snapshot["tabs"] if tab["platform"] == "zoom" for e in tab["entries"]]
            cameras = [entry for entry in entries if entry["kind"] == "camera"]
            return (
                [entry["name"] for entry in entries if entry["kind"] == "self"] == ["Kim Lee"]
                and {entry["name"] for entry in cameras} == {"Ana Prieto", "Eve Adams"}
                and all(entry.get("frames", 0) > 0 for entry in cameras)
            )

        call.watcher.wait_for(seen, seconds=40, what="faces on the canvas")
    finally:
        call.close()
