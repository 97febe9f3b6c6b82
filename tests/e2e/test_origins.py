"""At the three platforms' own addresses: cameras are judged, the rest is left alone and said so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Playwright

from call.badges import read_badges
from call.browser import launch
from call.cameras import astronaut
from call.watch import Snapshot, Watcher
from e2e.origins import PLATFORMS, Origin, serve
from veritile.install.register import install_profile

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def context(
    playwright: Playwright,
    chromium: Path,
    extension: Path,
    log_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[BrowserContext]:
    """A browser to which the three origins are real."""
    folder = tmp_path_factory.mktemp("origins")
    camera = astronaut(folder / "camera.mjpeg", swapped=False, seconds=3)
    profile = folder / "profile"
    profile.mkdir()
    install_profile(profile)
    with serve() as arguments:
        context = launch(
            playwright,
            chromium=chromium,
            profile=profile,
            camera=camera,
            extension=extension,
            arguments=arguments,
        )
        yield context
        context.close()


@pytest.mark.parametrize("origin", PLATFORMS, ids=lambda origin: origin.host)
def test_each_kind_of_tile_is_treated_as_it_should_be(context: BrowserContext, origin: Origin) -> None:
    page = context.new_page()
    page.goto(origin.url)
    watcher = Watcher(context, page)

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
