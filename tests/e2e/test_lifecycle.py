"""Off means off, a reloaded extension leaves nothing behind, and a missing host is explained."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Playwright

from call.badges import read_badges
from call.browser import allow_site, launch
from call.cameras import astronaut
from call.demo import Call
from call.meeting import Meeting, join
from call.watch import Snapshot, Watcher
from veritile.install.identity import EXTENSION_ID

pytestmark = pytest.mark.e2e


def captured(snapshot: Snapshot) -> int:
    """How many frames the content scripts have taken."""
    return sum(tab["figures"]["captured"] for tab in snapshot["tabs"] if tab.get("figures"))


def with_badges(call: Call) -> bool:
    return len(read_badges(call.page)) == 2


def test_switching_off_stops_capture_within_1_s_and_takes_the_badges_away(call: Call) -> None:
    call.watcher.wait_for(lambda s: captured(s) > 3 and with_badges(call), seconds=20, what="capture")
    switch = call.watcher.page.get_by_role("switch")
    switch.click()
    call.page.wait_for_timeout(1_000)  # what the user is promised: nothing is taken after this second
    assert read_badges(call.page) == []
    before = captured(call.watcher.snapshot())
    call.page.wait_for_timeout(6_000)  # longer than the longest wait between two samples
    assert captured(call.watcher.snapshot()) == before
    assert call.watcher.snapshot()["enabled"] is False
    switch.click()
    call.watcher.wait_for(lambda _: with_badges(call), seconds=10, what="badges after switching on")


def test_the_switch_is_remembered_by_a_new_popup(call: Call) -> None:
    switch = call.watcher.page.get_by_role("switch")
    assert switch.is_checked()
    switch.click()
    call.watcher.page.reload()
    assert not call.watcher.page.get_by_role("switch").is_checked()
    call.watcher.page.get_by_role("switch").click()
    call.watcher.wait_for(lambda _: with_badges(call), seconds=10, what="badges after switching on")


def test_a_reloaded_extension_takes_its_old_script_off_the_page(call: Call, extension: Path) -> None:
    """After a reload the old script can talk to nobody; it must go, and the new one must not double it."""
    call.watcher.wait_for(lambda _: with_badges(call), seconds=20, what="badges")
    assert call.context.browser is not None
    session = call.context.browser.new_browser_cdp_session()
    session.send("Extensions.loadUnpacked", {"path": str(extension)})
    # The popup belonged to the old extension and is closed with it.
    watcher = Watcher(call.context, call.page)
    watcher.wait_for(lambda s: captured(s) > 1, seconds=20, what="capture by the new script")
    badges = read_badges(call.page)
    assert len(badges) == 2
    assert len({badge.participant for badge in badges}) == 2
    assert call.page.evaluate("document.querySelectorAll('veritile-badges').length") == 1


def test_without_a_host_the_popup_says_which_command_to_run(
    playwright: Playwright, chromium: Path, extension: Path, tmp_path: Path
) -> None:
    camera = astronaut(tmp_path / "camera.mjpeg", swapped=False, seconds=2)
    with Meeting() as meeting:
        guest = launch(playwright, chromium=chromium, profile=tmp_path / "guest", camera=camera)
        context = launch(
            playwright, chromium=chromium, profile=tmp_path / "profile", camera=camera, extension=extension
        )
        try:
            allow_site(context, "http://127.0.0.1/*")
            page = join(context, meeting.url(), "You")
            join(guest, meeting.url(), "Rea Real")
            watcher = Watcher(context, page)
            snapshot = watcher.wait_for(
                lambda s: bool(s["host"]["status"] == "failed"), seconds=15, what="the failure"
            )
            assert snapshot["host"]["failure"] == "not_installed"
            said = watcher.page.inner_text("body")
            assert "python3 scripts/install.py" in said
            assert EXTENSION_ID not in said  # an id helps nobody in the middle of a call
        finally:
            context.close()
            guest.close()
