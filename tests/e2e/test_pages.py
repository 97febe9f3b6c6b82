"""Veritile's own pages in a real Chromium, with the real host: they work for everybody, by keyboard too."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Playwright, expect

from call.badges import read_badges
from call.browser import launch
from call.cameras import astronaut
from e2e.axe import violations
from veritile.install.identity import EXTENSION_ID
from veritile.install.register import install_profile

pytestmark = pytest.mark.e2e

NAMES = ("popup", "panel", "options", "welcome")
SIZES = {"popup": (352, 560), "panel": (380, 760), "options": (900, 900), "welcome": (900, 900)}
PATIENCE_MS = 15_000
"""A browser that has just started takes seconds to say that nothing is prescribed."""


@pytest.fixture(scope="module")
def browser(
    playwright: Playwright,
    chromium: Path,
    extension: Path,
    log_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[BrowserContext]:
    """A browser with the extension and its host, whose camera shows a swapped face."""
    folder = tmp_path_factory.mktemp("pages")
    camera = astronaut(folder / "camera.mjpeg", swapped=True, seconds=3)
    profile = folder / "profile"
    profile.mkdir()
    install_profile(profile)
    context = launch(playwright, chromium=chromium, profile=profile, camera=camera, extension=extension)
    context.set_default_timeout(PATIENCE_MS)
    yield context
    context.close()


@pytest.fixture(scope="module")
def tried(browser: BrowserContext) -> Page:
    """The first-run page with its try-out going on and judged, which is a call like any other."""
    page = open_page(browser, "welcome")
    page.get_by_role("button", name="Use my camera").click()
    until_judged(page)
    return page


def open_page(browser: BrowserContext, name: str, query: str = "") -> Page:
    page = browser.new_page()
    page.set_viewport_size(dict(zip(("width", "height"), SIZES[name], strict=True)))  # type: ignore[arg-type]
    page.goto(f"chrome-extension://{EXTENSION_ID}/{name}.html{query}")
    if name != "panel":
        state = page.locator("#host")
        expect(state).to_contain_text("Working", timeout=PATIENCE_MS)
    return page


def until_judged(page: Page) -> None:
    """Wait until the page's own tile carries a badge that rests on something."""
    for _ in range(400):
        badges = read_badges(page)
        if badges and badges[0].text != "Participant: Checking…":
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"no verdict: {read_badges(page)}")


def beside(tried: Page) -> str:
    """The query that has a page speak of the tab of the try-out."""
    return f"?tab={tried.evaluate('chrome.tabs.getCurrent().then(({ id }) => id)')}"


def storage(page: Page, key: str) -> Any:
    return page.evaluate("key => chrome.storage.local.get(key).then((stored) => stored[key])", key)


def focused(page: Page) -> Locator:
    return page.locator(":focus")


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the target has the focus."""
    for _ in range(60):
        if target.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{target} cannot be reached with the Tab key")


def test_the_try_out_is_judged_by_the_real_host_and_is_in_popup_and_panel(
    browser: BrowserContext, tried: Page
) -> None:
    (badge,) = read_badges(tried)
    assert badge.label
    popup, panel = open_page(browser, "popup", beside(tried)), open_page(browser, "panel", beside(tried))
    expect(popup.locator("#people li")).to_have_count(1)
    expect(panel.locator(".person")).to_have_count(1)
    expect(panel.locator(".chart canvas")).to_be_visible()
    expect(panel.locator(".readout")).to_contain_text("an alarm needs")
    panel.locator("#people summary").click()
    assert panel.locator(".changes li").count() >= 1
    popup.close()
    panel.close()


@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing_in_any_colours(browser: BrowserContext, tried: Page, name: str) -> None:
    page = open_page(browser, name, beside(tried) if name in ("popup", "panel") else "")
    if name == "panel":
        page.locator("#people summary").click()
    assert violations(page) == []
    page.close()


def test_the_options_are_worked_by_keyboard_alone_and_remembered(browser: BrowserContext) -> None:
    page = open_page(browser, "options")
    tab_to(page, page.locator("[value=balanced]"))
    for _ in range(2):
        page.keyboard.press("ArrowDown")
    tab_to(page, page.locator("#alarms"))
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("0.02")
    tab_to(page, page.locator("#battery"))
    page.keyboard.press("Space")
    tab_to(page, page.locator("#site-Zoom"))
    page.keyboard.press("Space")
    tab_to(page, page.locator("#retention"))
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("99999")
    page.keyboard.press("Tab")
    page.reload()
    expect(page.locator("#alarms")).to_have_value("0.02")
    expect(page.locator("[value=own]")).to_be_checked()
    expect(page.locator("#battery")).to_be_checked()
    expect(page.locator("#site-Zoom")).not_to_be_checked()
    expect(page.locator("#retention")).to_have_value("30")
    assert storage(page, "sitesOff") == ["https://*.zoom.us/*"]
    for setting in ("#battery", "#site-Zoom"):
        page.locator(setting).click()
    page.locator("[value=balanced]").click()
    expect(page.locator("#own-row")).to_be_hidden()
    page.close()


def test_popup_and_first_run_are_worked_by_keyboard_alone(browser: BrowserContext) -> None:
    popup = open_page(browser, "popup")
    tab_to(popup, popup.get_by_role("switch"))
    popup.keyboard.press("Space")
    expect(popup.locator("#host")).to_have_text("Off")
    popup.keyboard.press("Space")
    expect(popup.locator("#host")).to_contain_text("Working")
    tab_to(popup, popup.get_by_role("radio", name="Balanced"))
    popup.keyboard.press("ArrowRight")
    expect(popup.locator("#sensitivity-text")).to_contain_text("100 hours")
    popup.keyboard.press("ArrowLeft")
    with browser.expect_page() as opened:
        tab_to(popup, popup.get_by_role("button", name="Options"))
        popup.keyboard.press("Enter")
    assert opened.value.url.endswith("/options.html")
    opened.value.close()
    popup.close()
    page = open_page(browser, "welcome")
    for name in ("Use the portrait", "Use my camera", "Copy this for the chat", "Options"):
        tab_to(page, page.get_by_role("button", name=name))
    page.close()


@pytest.mark.parametrize("height", [420, 300])
def test_a_popup_without_room_scrolls_as_one_under_its_switch(browser: BrowserContext, height: int) -> None:
    """As high as a real popup gets on a screen of 500 pixels, and at twice the size."""
    popup = open_page(browser, "popup")
    popup.set_viewport_size({"width": 367, "height": height})
    popup.evaluate("document.querySelector('#people').style.blockSize = '900px'")  # as many people make it
    popup.get_by_role("button", name="Options").scroll_into_view_if_needed()
    popup.mouse.move(100, 100)
    popup.mouse.wheel(0, 5_000)
    expect(popup.get_by_role("radio", name="Balanced")).to_be_in_viewport()
    expect(popup.get_by_role("switch")).to_be_in_viewport(ratio=1)
    scrolling = "[...document.querySelectorAll('*')].filter((at) => at.scrollHeight > at.clientHeight + 1"
    scrolling += " && ['auto', 'scroll'].includes(getComputedStyle(at).overflowY)).length"
    assert popup.evaluate(scrolling) == 0  # nothing but the page
    popup.close()


def test_what_was_seen_outlives_the_service_workers_sleep(browser: BrowserContext, tried: Page) -> None:
    panel = open_page(browser, "panel", beside(tried))
    panel.locator("#people summary").click()
    times = panel.locator(".changes time")
    first = times.last.get_attribute("datetime")
    panel.wait_for_function(
        """at => chrome.storage.session.get(null).then((stored) =>
          JSON.stringify(stored).includes(String(Date.parse(at))))""",
        arg=first,
    )
    session = browser.new_cdp_session(panel)
    session.send("ServiceWorker.enable")
    session.send("ServiceWorker.stopAllWorkers")
    panel.reload()  # a panel that connects starts the worker again
    expect(times.last).to_have_attribute("datetime", first or "")
    expect(panel.locator("#calls option")).to_have_count(1)
    panel.close()


def test_the_panel_saves_what_was_seen_and_forgets_it_by_keyboard(
    browser: BrowserContext, tried: Page, tmp_path: Path
) -> None:
    panel = open_page(browser, "panel", beside(tried))
    expect(panel.locator(".person")).to_have_count(1)
    saved = {}
    for name, kind in (("JSON", "json"), ("CSV", "csv"), ("Report", "html")):
        tab_to(panel, panel.get_by_role("button", name=name, exact=True))
        with panel.expect_download() as download:
            panel.keyboard.press("Enter")
        assert download.value.suggested_filename.endswith(f".{kind}")
        saved[kind] = tmp_path / f"call.{kind}"
        download.value.save_as(saved[kind])
    (person,) = json.loads(saved["json"].read_text(encoding="utf-8"))["people"]
    assert person["trace"]["at"]
    assert len(saved["csv"].read_text(encoding="utf-8-sig").splitlines()) > len(person["changes"])
    report = browser.new_page()
    report.goto(saved["html"].as_uri())
    assert report.locator("svg.chart").count() == 1
    assert violations(report, ["light", "dark"]) == []
    report.close()
    tried.close()  # of a call that goes on, only what was seen so far is forgotten
    expect(panel.locator("#calls option")).not_to_contain_text("now")
    tab_to(panel, panel.get_by_role("button", name="Forget this call"))
    panel.keyboard.press("Enter")
    expect(panel.get_by_text("No call yet")).to_be_visible()
    # What the host's log has is another matter.
    tab_to(panel, panel.locator("#earlier summary"))
    panel.keyboard.press("Enter")
    earlier = panel.locator("#earlier li").first
    expect(earlier).to_be_visible(timeout=PATIENCE_MS)
    assert violations(panel) == []
    tab_to(panel, earlier.get_by_role("button", name="CSV"))
    with panel.expect_download() as download:
        panel.keyboard.press("Enter")
    assert download.value.suggested_filename.endswith(".csv")
    panel.close()


@pytest.mark.parametrize("language", ["de", "ar"])
def test_the_chosen_language_is_spoken_in_its_direction_and_fits(
    browser: BrowserContext, language: str
) -> None:
    page = open_page(browser, "options")
    page.get_by_label("Language of Veritile").select_option(language)
    expect(page.locator("html")).to_have_attribute("lang", language)
    try:
        for name in NAMES:
            page.goto(f"chrome-extension://{EXTENSION_ID}/{name}.html")
            page.set_viewport_size({"width": SIZES[name][0], "height": 700})
            expect(page.locator("html")).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
            assert not page.evaluate(
                "[...document.querySelectorAll('[data-text]')].some((node) => !node.textContent)"
            )
        assert violations(page, ["light"]) == []
    finally:
        page.goto(f"chrome-extension://{EXTENSION_ID}/options.html")
        page.locator("#language").select_option("auto")
        expect(page.locator("html")).to_have_attribute("lang", "en")
        page.close()


def test_the_browser_has_nothing_to_say_against_the_extension(browser: BrowserContext) -> None:
    """What a store's reviewer would see first: errors and warnings of manifest, schema and scripts."""
    page = browser.new_page()
    page.goto("chrome://extensions/")
    told = page.evaluate(
        "id => chrome.developerPrivate.getExtensionInfo(id)"
        ".then(({ manifestErrors, runtimeErrors, state }) => ({ manifestErrors, runtimeErrors, state }))",
        EXTENSION_ID,
    )
    assert told == {"manifestErrors": [], "runtimeErrors": [], "state": "ENABLED"}
    page.close()
