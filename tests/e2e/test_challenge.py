"""The guided challenge in a real call: from start to verdict, by mouse and by keyboard, and its ends."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Playwright, expect

import bootstrap
from call.browser import allow_site, launch
from call.cameras import astronaut
from call.demo import VIEWPORT, Call
from call.meeting import Meeting, join
from call.watch import Watcher
from e2e.performer import Performer, guests
from e2e.test_card import FOCUSED, OPEN, Shadow, press_until
from e2e.test_host_lost import kill_host, ready
from veritile.install.identity import EXTENSION_ID
from veritile.install.register import install_profile

pytestmark = pytest.mark.e2e

AXE = bootstrap.EXTENSION / "node_modules/axe-core/axe.min.js"
WHOM = "Dora Double"
OTHER = "Olga Other"
PATIENCE_MS = 20_000
STEP_OF = {
    "Turn to their left": "turn_left",
    "Turn to their right": "turn_right",
    "Hand across the face": "hand",
    "Finger into the cheek": "cheek",
    "Come close": "near",
    "Lean back": "back",
    "Move a light": "light",
    "Look up and down": "nod",
}


class Meet:
    """The call, who performs in it, and the side panel as a page of its own."""

    def __init__(self, call: Call, performer: Performer) -> None:
        self.call = call
        self.performer = performer
        tab = call.watcher.snapshot()["tabs"][0]["tab"]
        self.panel = call.context.new_page()
        self.panel.set_default_timeout(PATIENCE_MS)
        self.panel.set_viewport_size({"width": 400, "height": 900})
        self.panel.goto(f"chrome-extension://{EXTENSION_ID}/panel.html?tab={tab}")

    def offer(self) -> None:
        """Choose to check the performer."""
        self.panel.get_by_role("button", name=f"Check this person: {WHOM}").click()
        expect(self.panel.get_by_role("button", name="Start")).to_be_focused()

    def perform(self) -> dict[str, str]:
        """Do each step once it is asked for; return what became of each."""
        done: set[str] = set()
        sheet = self.panel.get_by_role("group", name=f"How did {WHOM} look?")
        until = time.monotonic() + 60
        while not sheet.is_visible():
            assert time.monotonic() < until, self.panel.locator("#challenge").inner_text()
            title = self.panel.locator(".step").all_inner_texts()
            step = STEP_OF.get(title[0].split(": ")[-1]) if title else None
            if step and step not in done:
                done.add(step)
                self.performer.act(step)
            self.panel.wait_for_timeout(50)
        rows = self.panel.locator(".findings > li")
        return {
            STEP_OF[row.locator("h3").evaluate("node => node.firstChild.data").strip()]: str(
                row.get_attribute("data-state")
            )
            for row in rows.all()
        }


@pytest.fixture(scope="module")
def meet(
    playwright: Playwright,
    chromium: Path,
    extension: Path,
    log_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Meet]:
    """A peer-calls meeting with somebody who does what they are asked, and somebody else."""
    folder = tmp_path_factory.mktemp("challenge")
    camera = astronaut(folder / "camera.mjpeg", swapped=False, seconds=3)
    profile = folder / "watching"
    profile.mkdir()
    install_profile(profile)
    with Meeting() as meeting:
        context = launch(
            playwright,
            chromium=chromium,
            profile=profile,
            camera=camera,
            extension=extension,
            viewport=VIEWPORT,
        )
        others = guests(playwright, chromium, folder / "guests", camera)
        try:
            allow_site(context, "http://127.0.0.1/*")
            page = join(context, meeting.url(), "You")
            join(others, meeting.url(), OTHER)
            performer = Performer(others, meeting.url(), WHOM)
            call = Call(context, profile, page, Watcher(context, page))
            call.watcher.wait_for(
                lambda s: (
                    {e["name"] for t in s["tabs"] for e in t["entries"] if e.get("frames")} >= {WHOM, OTHER}
                ),
                seconds=40,
                what="a look at everybody",
            )
            yield Meet(call, performer)
        finally:
            others.close()
            context.close()


def looks_at(meet: Meet, name: str) -> int:
    (entry,) = [entry for entry in meet.call.watcher.entries() if entry.get("name") == name]
    return int(entry.get("frames", 0))


def faults(page: Page) -> list[Any]:
    """What axe-core has to say."""
    # Evaluated over the debugging protocol: the pages themselves take no script from outside.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    return [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found["violations"]]


def test_from_start_to_verdict_by_mouse_while_others_are_looked_at(meet: Meet) -> None:
    before = looks_at(meet, OTHER)
    meet.offer()
    meet.panel.get_by_role("button", name="Start").click()
    outcome = meet.perform()
    assert len(outcome) >= 2
    assert sum(state == "done" for state in outcome.values()) >= len(outcome) - 1, outcome
    # Every step that was done is shown beside the frontal picture.
    expect(meet.panel.locator(".pair").first.locator("canvas")).to_have_count(2)
    for scheme in ("light", "dark"):
        meet.panel.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert faults(meet.panel) == []
    meet.panel.get_by_role("button", name="Looks right").click()
    expect(meet.panel.get_by_role("heading", name=f"What it comes to for {WHOM}")).to_be_focused()
    assert meet.panel.locator(".verdict tbody tr").count() == 3
    assert faults(meet.panel) == []
    assert looks_at(meet, OTHER) > before
    meet.panel.get_by_role("button", name="Back to the call").click()
    expect(meet.panel.locator("#people")).to_be_visible()


def press_to(page: Page, name: str) -> None:
    """Tab to the button and press it."""
    for _ in range(40):
        if name in page.evaluate("() => document.activeElement?.closest('button')?.textContent ?? ''"):
            page.keyboard.press("Enter")
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {name}")


def test_keyboard_alone_is_enough_and_a_refusal_is_an_end_of_its_own(meet: Meet) -> None:
    meet.panel.bring_to_front()
    press_to(meet.panel, "Check somebody")
    press_to(meet.panel, WHOM)
    press_to(meet.panel, "Start")
    expect(meet.panel.locator(".say")).to_be_visible()
    assert faults(meet.panel) == []
    first = meet.panel.locator(".say").inner_text()
    press_to(meet.panel, "Skip this step")
    expect(meet.panel.locator(".say")).not_to_have_text(first)
    press_to(meet.panel, "They would rather not")
    expect(meet.panel.locator("#challenge h2")).to_contain_text("would rather not")
    press_to(meet.panel, "They refused")
    expect(meet.panel.locator(".verdict")).to_be_visible()
    press_to(meet.panel, "Back to the call")
    expect(meet.panel.locator("#challenge")).to_be_hidden()


def test_a_host_that_dies_in_the_middle_is_a_clear_end(meet: Meet) -> None:
    meet.offer()
    meet.panel.get_by_role("button", name="Start").click()
    expect(meet.panel.locator(".say")).to_be_visible()
    kill_host(meet.call)
    expect(meet.panel.locator("#challenge h2")).to_contain_text("program stopped")
    assert faults(meet.panel) == []
    meet.call.watcher.wait_for(ready, seconds=20, what="the host to be back")
    meet.panel.get_by_role("button", name="Another round").click()
    expect(meet.panel.locator(".say")).to_be_visible()
    meet.panel.get_by_role("button", name="Stop").click()
    expect(meet.panel.locator("#challenge h2")).to_contain_text("You stopped")
    meet.panel.get_by_role("button", name="Back to the call").click()


def test_practice_is_done_by_keyboard_and_without_fault(meet: Meet) -> None:
    page = meet.call.context.new_page()
    try:
        page.goto(f"chrome-extension://{EXTENSION_ID}/practice.html")
        for round_ in range(5):
            if round_ in (0, 4):
                assert faults(page) == []
            press_to(page, "A is swapped")
            expect(page.locator("#feedback strong")).to_contain_text("is swapped.")
            press_to(page, "Next pair" if round_ < 4 else "See how you did")
        expect(page.locator("#round-title")).to_contain_text("of 5")
    finally:
        page.close()


def test_a_badges_card_leads_to_the_challenge_by_keyboard(meet: Meet) -> None:
    meet.call.page.bring_to_front()
    shadow = Shadow(meet.call.page)
    press_until(meet.call.page, "Tab", shadow, OPEN, WHOM)
    press_until(meet.call.page, "Tab", shadow, FOCUSED, "Check this person")
    meet.call.page.keyboard.press("Enter")
    expect(meet.panel.locator("#challenge h2")).to_have_text(f"Check {WHOM}")
    meet.panel.get_by_role("button", name="Back to the call").click()
