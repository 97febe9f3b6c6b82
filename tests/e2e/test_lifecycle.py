"""Nothing begins unasked, off is off, a reloaded extension leaves nothing, a missing host is explained."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from call.badges import read_badges
from call.browser import launch
from call.cameras import astronaut
from call.demo import Call
from call.watch import Snapshot, Watcher
from e2e.axe import violations
from e2e.origins import MEET, serve
from e2e.standin import StandIn
from veritile.install.identity import EXTENSION_ID
from veritile.install.register import install_profile

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


@contextmanager
def newcomer(playwright: Playwright, chromium: Path, extension: Path, folder: Path) -> Iterator[StandIn]:
    """A call at Meet's address, in the browser of somebody who has just installed the extension."""
    camera = astronaut(folder / "camera.mjpeg", swapped=False, seconds=2)
    with serve() as arguments:
        context = launch(
            playwright,
            chromium=chromium,
            profile=folder / "profile",
            camera=camera,
            extension=extension,
            arguments=arguments,
            consent=False,
        )
        try:
            yield StandIn(context, MEET, "grid")
        finally:
            context.close()


def first_run_page(context: BrowserContext) -> Page:
    return next(page for page in context.pages if "/welcome.html" in page.url)


def test_nothing_begins_before_its_user_has_said_yes(
    playwright: Playwright, chromium: Path, extension: Path, log_folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "profile").mkdir()
    install_profile(tmp_path / "profile")
    with newcomer(playwright, chromium, extension, tmp_path) as call:
        context, popup = call.page.context, call.watcher.page
        # Its script is there, and has been told.
        snapshot = call.watcher.wait_for(lambda s: bool(s["tabs"]), seconds=15, what="the call")
        assert (snapshot["enabled"], snapshot["host"]["status"]) == (False, "off")
        assert call.entries(snapshot) == []
        assert read_badges(call.page) == []
        assert "waits until you have read what that means" in popup.inner_text("#people")
        assert violations(popup) == []
        first_run_page(context).close()
        with context.expect_page() as opened:
            popup.get_by_role("switch").click()
        page = opened.value
        assert page.url.endswith("/welcome.html#consent")
        expect(page.get_by_role("heading", name="Other people’s privacy")).to_be_in_viewport()
        expect(page.get_by_role("button", name="Use the portrait")).to_be_disabled()
        expect(popup.get_by_role("switch")).not_to_be_checked()
        assert violations(page) == []
        assert read_badges(call.page) == []
        page.get_by_role("button", name="Yes, turn detection on").press("Enter")
        expect(page.get_by_role("switch")).to_be_checked()
        expect(page.get_by_role("switch")).to_be_focused()
        expect(page.get_by_role("button", name="Use the portrait")).to_be_enabled()
        call.watcher.wait_for(lambda s: captured(s) > 0, seconds=20, what="capture after the yes")
        call.watcher.wait_for(lambda _: bool(read_badges(call.page)), seconds=10, what="badges")


def test_without_a_host_the_popup_says_which_command_to_run(
    playwright: Playwright, chromium: Path, extension: Path, tmp_path: Path
) -> None:
    with newcomer(playwright, chromium, extension, tmp_path) as call:
        first_run_page(call.page.context).locator("#yes").click()
        snapshot = call.watcher.wait_for(
            lambda s: bool(s["host"]["status"] == "failed"), seconds=15, what="the failure"
        )
        assert snapshot["host"]["failure"] == "not_installed"
        said = call.watcher.page.inner_text("body")
        assert "python3 scripts/install.py" in said
        assert EXTENSION_ID not in said  # an id helps nobody in the middle of a call
