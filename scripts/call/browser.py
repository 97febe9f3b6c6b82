"""A Chromium of its own: own profile, own fake camera, and, if wanted, the extension with its host."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, Playwright

from veritile.install.identity import EXTENSION_ID

# Nothing but the meeting leaves the machine, and no screen or sandbox helper is needed.
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-search-engine-choice-screen",
    # Addresses of this computer are offered as they are: mDNS names do not resolve everywhere.
    "--disable-features=WebRtcHideLocalIpsWithMdns,MediaRouter,OptimizationHints",
)

BROWSER_BARS = 90
"""About how high tabs and address bar are, in pixels."""


def launch(
    playwright: Playwright,
    *,
    chromium: Path,
    profile: Path,
    camera: Path | None = None,
    extension: Path | None = None,
    headless: bool = True,
    arguments: Sequence[str] = (),
    viewport: tuple[int, int] = (1280, 800),
    consent: bool = True,
) -> BrowserContext:
    """Start a Chromium on `profile`; pages that ask for a camera are shown `camera` (Motion JPEG).

    On a new profile the extension opens its first-run page: it is told yes there, as by its user,
    unless `consent` is False; then it stays open.
    """
    flags = [*QUIET, "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", *arguments]
    if not headless:
        flags.append(f"--window-size={viewport[0]},{viewport[1] + BROWSER_BARS}")
    if camera:
        flags.append(f"--use-file-for-fake-video-capture={camera}")
    if extension:
        flags += [f"--disable-extensions-except={extension}", f"--load-extension={extension}"]
    first = not (profile / "Default").exists()
    context = playwright.chromium.launch_persistent_context(
        profile,
        executable_path=chromium,
        headless=headless,
        args=flags,
        handle_sigint=False,  # Ctrl-C is the caller's to handle, in its order
        # Playwright would switch extensions off and cover the pages of a browser that is not seen.
        ignore_default_args=["--disable-extensions", "--disable-component-extensions-with-background-pages"],
        viewport={"width": viewport[0], "height": viewport[1]} if headless else None,
        no_viewport=None if headless else True,
        # These calls do not belong into the user's log.
        env={"VERITILE_DATA_DIR": str(profile / "veritile"), **os.environ},
    )
    if extension and first:
        page = _first_run_page(context)
        if consent:
            _say_yes(page)
    return context


def _first_run_page(context: BrowserContext) -> Page:
    """The page that the extension opens when it is installed."""
    address = f"chrome-extension://{EXTENSION_ID}/welcome.html"
    opened = [page for page in context.pages if page.url == address]
    return opened[0] if opened else context.wait_for_event("page", predicate=lambda page: page.url == address)


def _say_yes(page: Page) -> None:
    """Have the first-run page begin, and close it."""
    page.locator("#yes").click()
    page.locator("#enabled:checked").wait_for()
    page.close()


def allow_site(context: BrowserContext, origin: str) -> None:
    """Let the extension run on `origin` (like `http://127.0.0.1/*`), as its user would.

    The browser's own extensions page allows the site, because nobody can click the browser's
    prompt in a headless Chromium; the popup then asks for it as it always does.
    """
    settings = context.new_page()
    settings.goto("chrome://extensions/")
    settings.evaluate(
        "([id, origin]) => chrome.developerPrivate.addHostPermission(id, origin)", [EXTENSION_ID, origin]
    )
    settings.close()
    popup = open_popup(context)
    allowed = context.new_cdp_session(popup).send(
        "Runtime.evaluate",
        {
            "expression": f"chrome.permissions.request({{origins: [{origin!r}]}})",
            "userGesture": True,
            "awaitPromise": True,
            "returnByValue": True,
        },
    )
    popup.close()
    if allowed.get("result", {}).get("value") is not True:
        raise RuntimeError(f"The extension was not allowed on {origin}: {allowed}")


def open_popup(context: BrowserContext, tab: int | None = None) -> Page:
    """Open the toolbar popup as a page, speaking of `tab` when given."""
    page = context.new_page()
    query = "" if tab is None else f"?tab={tab}"
    page.goto(f"chrome-extension://{EXTENSION_ID}/popup.html{query}")
    return page
