"""At the three platforms' own addresses: cameras are judged, the rest is left alone and said so."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext

from call.badges import read_badges
from call.watch import Snapshot, Watcher
from e2e.origins import PLATFORMS, Origin

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize("origin", PLATFORMS, ids=lambda origin: origin.host)
def test_each_kind_of_tile_is_treated_as_it_should_be(at_origins: BrowserContext, origin: Origin) -> None:
    page = at_origins.new_page()
    page.goto(origin.url)
    watcher = Watcher(at_origins, page)

    def judged(snapshot: Snapshot) -> bool:
        entries = [entry for tab in snapshot["tabs"] for entry in tab["entries"]]
        cameras = [entry for entry in entries if entry["kind"] == "camera"]
        measured = all(tab.get("figures") for tab in snapshot["tabs"])
        return (
            measured
            and bool(cameras)
            and all(entry.get("label") not in (None, "inconclusive") for entry in cameras)
        )

    try:
        snapshot = watcher.wait_for(judged, seconds=30, what=f"verdicts at {origin.host}")
        (tab,) = snapshot["tabs"]
        kinds = {entry["kind"]: entry for entry in tab["entries"]}
        assert kinds.keys() >= expected_kinds(origin)
        assert "label" not in kinds.get("self", {})
        assert kinds["camera"]["score"] is not None
        badges = {badge.participant: badge for badge in read_badges(page)}
        assert badges[kinds["camera"]["participant"]].label == kinds["camera"]["label"]
        for kind in ("camera_off", "screen_share"):
            badge = badges.get(kinds[kind]["participant"])
            assert badge is None or badge.label == "inconclusive"
            assert kinds[kind].get("score") is None
        assert tab["figures"]["capture"] == origin.capture
        assert "@" not in " ".join(entry.get("name") or "" for entry in tab["entries"])
    finally:
        watcher.page.close()
        page.close()


def expected_kinds(origin: Origin) -> set[str]:
    """Zoom's page does not tell which tile is one's own."""
    kinds = {"camera", "camera_off", "screen_share"}
    return kinds if origin.host.endswith("zoom.us") else kinds | {"self"}
