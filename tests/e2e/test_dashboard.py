"""The dashboard of a real `veritile serve` in a real Chromium: videos, heat map, camera, accessibility."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

import bootstrap
import pictures
from call.cameras import astronaut
from films import write_encoded

pytestmark = pytest.mark.e2e

AXE = bootstrap.EXTENSION / "node_modules/axe-core/axe.min.js"
PATIENCE_MS = 60_000


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """What `veritile serve` prints: the dashboard with the token."""
    folder = tmp_path_factory.mktemp("serve")
    own = {"VERITILE_PORT": "0", "VERITILE_DATA_DIR": str(folder), "VERITILE_LOG_DIR": str(folder)}
    command = [str(Path(sys.executable).with_name("veritile")), "serve"]
    with subprocess.Popen(command, env=os.environ | own, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        found = re.search(r"http\S+", process.stdout.readline())
        assert found
        yield found[0]
        process.terminate()
        process.stdout.read()


@pytest.fixture(scope="module")
def browser(
    playwright: Playwright, chromium: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Browser]:
    """A browser whose camera shows the astronaut."""
    camera = astronaut(tmp_path_factory.mktemp("camera") / "camera.mjpeg", swapped=False, seconds=2)
    options = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", "--no-sandbox"]
    running = playwright.chromium.launch(
        executable_path=str(chromium), args=[*options, f"--use-file-for-fake-video-capture={camera}"]
    )
    yield running
    running.close()


@pytest.fixture(scope="module")
def page(browser: Browser, address: str, tmp_path_factory: pytest.TempPathFactory) -> Page:
    """The dashboard with one clip of two people judged."""
    page = browser.new_page(viewport={"width": 1280, "height": 980})
    page.set_default_timeout(PATIENCE_MS)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda request: faults.append(request.url) if foreign(request.url, address) else None)
    page.faults = faults  # type: ignore[attr-defined]
    page.goto(address)
    expect(page.locator("#host")).to_contain_text("Working")
    two = pictures.two_people(640, 360)
    film = write_encoded(tmp_path_factory.mktemp("film") / "two.mp4", [two] * 40)
    page.set_input_files("#files", [str(film)])
    expect(page.locator("#detail")).to_be_visible(timeout=PATIENCE_MS)
    return page


def foreign(url: str, address: str) -> bool:
    return not url.startswith((address.split("/dashboard")[0], "blob:", "data:"))


def violations(page: Page) -> list[str]:
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [f"{rule['id']}: {[node['html'] for node in rule['nodes']]}" for rule in found["violations"]]


def test_a_clip_of_two_people_can_be_read_and_walked_through(page: Page) -> None:
    assert "token" not in page.url  # it does not stay in the address
    expect(page.locator("#people label")).to_have_count(2)
    expect(page.locator("#verdict .label")).not_to_be_empty()
    expect(page.locator("#timeline .line")).to_have_attribute("d", re.compile("M.*L"))
    page.locator("#people label").nth(1).click()
    before = page.locator("#timeline .line").get_attribute("d")
    page.locator("#people label").nth(0).click()
    assert page.locator("#timeline .line").get_attribute("d") != before
    page.locator("#seek").focus()
    page.keyboard.press("Home")
    expect(page.locator("#now")).to_contain_text("at 0:00.0")
    page.get_by_role("button", name="Jump to the worst moment").click()
    expect(page.locator("#now b")).to_have_text(re.compile(r"0\.\d\d"))
    # The boxes are drawn over the faces.
    painted = """() => { const b = document.getElementById("boxes"), d = b.getContext("2d")
        .getImageData(0, 0, b.width, b.height).data; return d.some((v, i) => i % 4 === 3 && v > 0); }"""
    assert page.evaluate(painted)


def test_a_clip_is_walked_through_by_keyboard_alone(page: Page) -> None:
    focused = """() => { const { activeElement: it } = document;
        return it.id || it.closest("label")?.textContent || it.textContent || it.tagName }"""

    def tab_to(wanted: str) -> None:
        for _ in range(30):
            page.keyboard.press("Tab")
            if wanted in page.evaluate(focused):
                return
        raise AssertionError(f"Tab does not lead to {wanted}")

    page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
    tab_to("files")
    tab_to("two.mp4")
    tab_to("seek")
    page.keyboard.press("Home")
    expect(page.locator("#now")).to_contain_text("at 0:00.0")
    tab_to("Person")
    before = page.locator("#timeline .line").get_attribute("d")
    page.keyboard.press("ArrowRight")
    assert page.locator("#timeline .line").get_attribute("d") != before
    tab_to("worst")
    ring = "() => getComputedStyle(document.activeElement).outlineStyle"
    assert page.evaluate(ring) != "none"
    page.keyboard.press("Enter")
    expect(page.locator("#now b")).to_have_text(re.compile(r"0\.\d\d"))
    tab_to("why")
    tab_to("JSON")


def test_the_heat_map_says_what_it_is(page: Page) -> None:
    page.get_by_role("button", name="Where does the score come from?").click()
    expect(page.locator("#heat img")).to_be_visible(timeout=PATIENCE_MS)
    expect(page.locator("#heat figcaption")).to_contain_text("no proof")
    assert page.locator("#heat img").evaluate("image => image.naturalWidth") > 100


def test_the_result_can_be_saved(page: Page) -> None:
    with page.expect_download() as download:
        page.get_by_role("button", name="JSON").click()
    saved = json.loads(download.value.path().read_text(encoding="utf-8"))
    assert (saved["path"], len(saved["people"])) == ("two.mp4", 2)
    with page.expect_download() as download:
        page.get_by_role("button", name="HTML report").click()
    assert "no proof" in download.value.path().read_text(encoding="utf-8")


def test_a_file_that_cannot_be_judged_is_told_and_removed(page: Page, tmp_path: Path) -> None:
    odd = tmp_path / "notes.mp4"
    odd.write_text("no video at all")
    page.set_input_files("#files", [str(odd)])
    row = page.locator(".job").filter(has_text="notes.mp4")
    expect(row.locator(".state")).to_contain_text("convert it first")
    row.get_by_role("button", name="Remove").click()
    expect(row).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_accessible(page: Page, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    for name in ("videos", "calls", "camera", "programs"):
        page.evaluate("name => { location.hash = name }", name)
        expect(page.locator(f"main#{name}")).to_be_visible()
        expect(page.locator("nav [aria-current]")).to_have_count(1)
        assert violations(page) == [], f"{name} in {scheme}"


def test_the_camera_is_judged_over_its_picture_and_is_in_the_log(page: Page) -> None:
    page.evaluate("location.hash = 'camera'")
    page.get_by_role("button", name="Use my camera").click()
    expect(page.locator("#camera-verdict")).to_contain_text(re.compile(r"score 0\.\d\d"), timeout=PATIENCE_MS)
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#camera-verdict")).to_be_empty()
    page.evaluate("location.hash = 'calls'")
    expect(page.locator("#log li").first).to_contain_text("stream")
    page.locator("#log").get_by_role("button", name="Show").first.click()
    expect(page.locator("#call")).to_be_focused()


def test_without_the_token_the_page_asks_for_it(browser: Browser, address: str) -> None:
    page = browser.new_page()
    bare, token = address.split("#token=")
    page.goto(bare)
    expect(page.locator("#unlock")).to_be_visible()
    assert violations(page) == []
    page.fill("#token", "wrong")
    page.keyboard.press("Enter")
    expect(page.locator("#unlock-problem")).to_contain_text("not the token")
    page.fill("#token", token)
    page.keyboard.press("Enter")
    expect(page.locator("main#videos")).to_be_visible()


def test_nothing_went_wrong_and_nothing_came_from_elsewhere(page: Page) -> None:
    assert page.faults == []  # type: ignore[attr-defined]
