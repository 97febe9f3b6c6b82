"""What an organisation prescribes in a real policy file is in force, on pages and in calls, until it goes."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from call.badges import read_badges
from call.browser import launch
from call.cameras import astronaut
from e2e.axe import violations
from e2e.origins import MEET, TEAMS, Origin, serve
from veritile.install.files import make_folders, remove_empty
from veritile.install.identity import EXTENSION_ID, extension_id
from veritile.install.register import install_profile

pytestmark = pytest.mark.e2e

POLICIES = Path("/etc/chromium/policies/managed")
KEY = base64.b64encode(b"Policies are for this extension alone").decode()
ID = extension_id(KEY)
PATIENCE_MS = 30_000
"""Chromium reads a changed file only once it has been left alone for some seconds."""
LOCKED = "Set by your organisation."
FIRST = {
    "consented": True,
    "sensitivity": "conservative",
    "allowed_sites": [MEET.host],
    "retention_days": 7,
    "export_allowed": False,
    "notifications": False,
}
"""As of the browser's first start."""
THEN = {
    "consented": True,
    "alarms_per_hour": 0.5,
    "blocked_sites": ["*.google.com"],
    "retention_days": 0,
    "keep_evidence": True,
}
"""What takes its place in the middle of a call."""


class Organisation:
    """Whoever may write policies for all browsers; they concern this test's extension alone."""

    def __init__(self) -> None:
        self._made: list[Path] = []
        self._file = POLICIES / f"veritile-test-{ID}.json"

    def prescribe(self, values: dict[str, Any]) -> None:
        make_folders(POLICIES, self._made)
        self._file.write_text(json.dumps({"3rdparty": {"extensions": {ID: values}}}), encoding="utf-8")

    def withdraw(self) -> None:
        self._file.unlink(missing_ok=True)
        remove_empty(self._made)


@pytest.fixture(scope="module")
def organisation() -> Iterator[Organisation]:
    """Its first policy is there before the browser starts, and none is left behind."""
    organisation = Organisation()
    try:
        organisation.prescribe(FIRST)
    except OSError as error:
        organisation.withdraw()
        pytest.skip(f"{POLICIES} cannot be written ({error.strerror}): run this as root to try real policies")
    try:
        yield organisation
    finally:
        organisation.withdraw()


@pytest.fixture(scope="module")
def browser(
    organisation: Organisation,
    playwright: Playwright,
    chromium: Path,
    extension: Path,
    log_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[BrowserContext]:
    """A browser that has just got the extension, with its host; nobody has said yes in it."""
    if "chromium" not in chromium.name:
        pytest.skip(f"{chromium} is no Chromium, and reads its policies elsewhere")
    folder = tmp_path_factory.mktemp("managed")
    copy = shutil.copytree(extension, folder / "extension")
    manifest = json.loads((copy / "manifest.json").read_text(encoding="utf-8"))
    (copy / "manifest.json").write_text(json.dumps({**manifest, "key": KEY}), encoding="utf-8")
    profile = folder / "profile"
    profile.mkdir()
    host = install_profile(profile).manifest
    host.write_text(host.read_text(encoding="utf-8").replace(EXTENSION_ID, ID), encoding="utf-8")
    camera = astronaut(folder / "camera.mjpeg", swapped=False, seconds=3)
    with serve() as arguments:
        context = launch(
            playwright,
            chromium=chromium,
            profile=profile,
            camera=camera,
            arguments=[*arguments, f"--disable-extensions-except={copy}", f"--load-extension={copy}"],
        )
        context.set_default_timeout(PATIENCE_MS)
        expect.set_options(timeout=PATIENCE_MS)
        try:
            yield context
        finally:
            expect.set_options(timeout=5_000)
            context.close()


def open_page(browser: BrowserContext, name: str, beside: Origin | None = None) -> Page:
    """Open one of Veritile's pages, about the call at `beside` when given."""
    page = browser.new_page()
    page.goto(f"chrome-extension://{ID}/{name}.html")
    if beside:
        url = f"https://{beside.host}/*"
        tab = page.evaluate("url => chrome.tabs.query({ url }).then(([tab]) => tab.id)", url)
        page.goto(f"chrome-extension://{ID}/{name}.html?tab={tab}")
    return page


def join(browser: BrowserContext, origin: Origin) -> Page:
    """Open a call at the platform's address."""
    page = browser.new_page()
    page.goto(f"{origin.url}?layout=grid")
    page.wait_for_function("() => globalThis.stage?.layout")
    return page


def until(page: Page, condition: Callable[[], bool], what: str) -> None:
    for _ in range(PATIENCE_MS // 100):
        if condition():
            return
        page.wait_for_timeout(100)
    raise AssertionError(what)


def test_what_is_prescribed_stands_locked_on_every_page(browser: BrowserContext) -> None:
    popup = open_page(browser, "popup")
    expect(popup.get_by_role("radio", name="Conservative")).to_be_checked()
    for radio in popup.get_by_role("radio").all():
        expect(radio).to_be_disabled()
    expect(popup.locator("#sensitivity-text")).to_contain_text(LOCKED)
    expect(popup.get_by_role("switch")).to_be_checked()  # its own to turn off, whoever has consented
    options = open_page(browser, "options")
    expect(options.locator("#retention")).to_have_value("7")
    expect(options.locator("#notifications")).not_to_be_checked()
    expect(options.locator("[value=conservative]")).to_be_checked()
    expect(options.locator("#site-GoogleMeet")).to_be_checked()
    for locked in (
        "#retention",
        "#notifications",
        "[value=conservative]",
        "#site-Zoom",
        "#site-MicrosoftTeams",
    ):
        control = options.locator(locked)
        expect(control).to_be_disabled()
        expect(
            control.locator("xpath=ancestor::*[self::li or contains(@class, 'row') or @role][1]")
        ).to_contain_text(LOCKED)
    for free in ("#cpu", "#evidence", "#names", "#site-GoogleMeet"):
        expect(options.locator(free)).to_be_enabled()
    welcome = open_page(browser, "welcome")
    expect(welcome.locator("#answered")).to_contain_text("Your organisation")
    expect(welcome.locator("#yes")).to_be_hidden()
    for page in (popup, options, welcome):
        assert violations(page, ["light"]) == []
        page.close()


def test_only_prescribed_sites_are_looked_at_and_nothing_of_a_call_is_saved(browser: BrowserContext) -> None:
    teams, meet = join(browser, TEAMS), join(browser, MEET)
    until(meet, lambda: bool(read_badges(meet)), "no badge at Meet's address")
    popup = open_page(browser, "popup", TEAMS)
    expect(popup.locator("#people")).to_contain_text(
        f"Your organisation keeps Veritile from looking at {TEAMS.host}."
    )
    assert read_badges(teams) == []
    panel = open_page(browser, "panel", MEET)
    expect(panel.locator(".person").first).to_be_visible()
    expect(panel.locator("#export-note")).to_have_text("Your organisation does not allow saving.")
    for name in ("JSON", "CSV", "Report"):
        expect(panel.get_by_role("button", name=name, exact=True)).to_be_disabled()
    for page in (teams, meet, popup, panel):
        page.close()


def test_another_policy_is_followed_at_once_and_the_users_choice_comes_back_when_it_goes(
    browser: BrowserContext, organisation: Organisation
) -> None:
    meet, popup, options = join(browser, MEET), open_page(browser, "popup"), open_page(browser, "options")
    options.evaluate(
        "chrome.storage.local.set({ sensitivity: 'sensitive' })"
    )  # chosen before anybody prescribed
    until(meet, lambda: bool(read_badges(meet)), "no badge before")
    popup.bring_to_front()
    expect(popup.locator("#host")).to_contain_text("Log on")
    organisation.prescribe(THEN)
    options.bring_to_front()
    expect(options.locator("#alarms")).to_have_value("0.5")
    for locked in ("#alarms", "#retention", "#evidence", "#site-GoogleMeet"):
        expect(options.locator(locked)).to_be_disabled()
    expect(options.locator("#evidence")).to_be_checked()
    expect(options.locator("#notifications")).to_be_enabled()
    until(meet, lambda: not read_badges(meet), "badges at an address that is blocked now")
    popup.bring_to_front()
    expect(popup.locator("#host")).to_contain_text("Working")
    expect(popup.locator("#host")).not_to_contain_text("Log on")  # the program itself says so
    organisation.withdraw()
    expect(popup.get_by_role("radio", name="Sensitive", exact=True)).to_be_checked()
    expect(popup.get_by_role("radio", name="Sensitive", exact=True)).to_be_enabled()
    expect(popup.locator("#people")).to_contain_text("Veritile has not begun")
    for page in (meet, popup, options):
        page.close()
