"""A real Chromium, the extension as it is shipped, the real host, and a real call."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Playwright, sync_playwright

import bootstrap
from call.browser import allow_site, launch
from call.cameras import astronaut
from call.demo import Call, Guest, hold
from call.watch import Snapshot
from e2e.origins import GRANTED, serve
from veritile.install.register import install_profile

GUESTS = (Guest("Rea Real", None), Guest("Sam Swapped", None, swapped=True))
NAMES = {guest.name for guest in GUESTS}


def judged(snapshot: Snapshot) -> bool:
    """Every guest has a label, or is undecided, and it has reached the figures."""
    entries = [entry for tab in snapshot["tabs"] for entry in tab["entries"]]
    told = {
        entry.get("name")
        for entry in entries
        if entry.get("label") not in (None, "inconclusive") or entry.get("reason") == "undecided"
    }
    figures = [tab["figures"]["first_verdict_ms"] for tab in snapshot["tabs"] if tab.get("figures")]
    return told >= NAMES and any(len(first) >= len(NAMES) for first in figures)


@pytest.fixture(scope="package")
def extension() -> Path:
    """The built extension/dist."""
    return bootstrap.build_extension()


@pytest.fixture(scope="package")
def chromium() -> Path:
    """A Chromium that loads unpacked extensions."""
    return bootstrap.ensure_chromium()


@pytest.fixture(scope="package")
def log_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the hosts of all tests log, instead of the user's folder."""
    folder = tmp_path_factory.mktemp("log")
    patch = pytest.MonkeyPatch()
    patch.setenv("VERITILE_LOG_DIR", str(folder))
    yield folder
    patch.undo()


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """What drives the browsers; there can be one at a time.

    It holds an event loop, in which other tests of the same process could run none of their own.
    """
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def call(
    playwright: Playwright,
    chromium: Path,
    extension: Path,
    log_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Call]:
    """A peer-calls meeting with a real and a swapped participant, watched with the extension."""
    with hold(
        playwright,
        GUESTS,
        chromium=chromium,
        extension=extension,
        folder=tmp_path_factory.mktemp("call"),
        headless=True,
        say=lambda text: None,
    ) as call:
        yield call


@pytest.fixture(scope="package")
def at_origins(
    playwright: Playwright,
    chromium: Path,
    extension: Path,
    log_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[BrowserContext]:
    """A browser to which all origins are real, and which may look at those that are not in the manifest."""
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
        for origin in GRANTED:
            allow_site(context, f"https://{origin.host}/*")
        yield context
        context.close()
