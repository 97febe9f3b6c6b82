"""The guided challenge in a real call: from start to verdict, by mouse and by keyboard, and its ends."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from e2e.checking import (
    OTHERS,
    PATIENCE_MS,
    WHOM,
    Checking,
    faults,
    held,
    press_to,
    seconds_a_look,
    start_unseen,
    stop_unseen,
)
from e2e.test_card import FOCUSED, OPEN, Shadow, press_until
from e2e.test_host_lost import kill_host, ready
from veritile.install.identity import EXTENSION_ID

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def checking(
    playwright: Playwright,
    chromium: Path,
    extension: Path,
    log_folder: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Checking]:
    """A peer-calls meeting with somebody who does what they are asked, and four others."""
    folder = tmp_path_factory.mktemp("challenge")
    with held(playwright, chromium=chromium, extension=extension, folder=folder) as checking:
        yield checking


def test_from_start_to_verdict_by_mouse_while_four_others_are_looked_at(checking: Checking) -> None:
    panel, before, began = checking.panel, checking.looks(), time.monotonic()
    checking.begin()
    outcome = checking.perform()
    assert len(outcome) >= 2
    assert sum(state == "done" for state in outcome.values()) >= len(outcome) - 1, outcome
    # Every step that was done is shown beside the frontal picture.
    expect(panel.locator(".pair").first.locator("canvas")).to_have_count(2)
    # What the network says, and what was measured from the side: there is always a turn.
    expect(panel.locator(".views tbody tr").first).to_contain_text("From the front")
    expect(panel.locator(".found").first).to_be_visible()
    after = checking.looks()
    panel.get_by_role("button", name="Looks right").click()
    expect(panel.get_by_role("heading", name=f"What it comes to for {WHOM}")).to_be_focused()
    assert time.monotonic() - began < 30
    assert panel.locator(".verdict tbody tr").count() == 3
    assert {name for name in OTHERS if after[name] > before[name]} == set(OTHERS)
    assert faults(panel) == []
    checking.back()


def test_by_keyboard_alone_every_step_is_done_and_judged(checking: Checking) -> None:
    panel = checking.panel
    panel.bring_to_front()
    press_to(panel, "Check somebody")
    press_to(panel, WHOM)
    press_to(panel, "Start")
    expect(panel.locator(".say")).to_be_visible()
    assert faults(panel) == []
    outcome = checking.perform()
    assert "done" in outcome.values(), outcome
    assert faults(panel) == []
    press_to(panel, "Enlarge the face")
    press_to(panel, "Looks wrong")
    expect(panel.locator(".verdict")).to_be_visible()
    press_to(panel, "Back to the call")
    expect(panel.locator("#challenge")).to_be_hidden()


def test_steps_are_skipped_by_keyboard_and_a_refusal_is_an_end_of_its_own(checking: Checking) -> None:
    panel = checking.panel
    checking.begin()
    first = panel.locator(".say").inner_text()
    press_to(panel, "Skip this step")
    expect(panel.locator(".say")).not_to_have_text(first)
    press_to(panel, "They would rather not")
    expect(panel.locator("#challenge h2")).to_contain_text("would rather not")
    assert list(checking.sheet().values()) == ["skipped"] * len(checking.sheet())
    press_to(panel, "They refused")
    expect(panel.locator(".verdict")).to_be_visible()
    press_to(panel, "Back to the call")


def test_the_tile_is_sampled_in_its_own_size_five_times_a_second_and_then_as_before(
    checking: Checking,
) -> None:
    sent = start_unseen(checking)
    during = seconds_a_look(checking, 12)
    stop_unseen(checking)
    assert list(sent) == checking.size()
    assert during < 0.4
    seconds_a_look(checking, 1)  # that was on its way
    assert seconds_a_look(checking, 1) > 2 * during


def test_a_host_that_dies_in_the_middle_is_a_clear_end_and_what_was_gathered_stays(
    checking: Checking,
) -> None:
    panel = checking.panel
    checking.begin()
    checking.perform(most=1)
    kill_host(checking.call)
    expect(panel.locator("#challenge h2")).to_contain_text("program stopped")
    assert "done" in checking.sheet().values()
    expect(panel.locator(".pair canvas")).to_have_count(2)
    assert faults(panel) == []
    checking.call.watcher.wait_for(ready, seconds=20, what="the host to be back")
    panel.get_by_role("button", name="Another round").click()
    expect(panel.locator(".say")).to_be_visible()
    panel.get_by_role("button", name="Stop").click()
    expect(panel.locator("#challenge h2")).to_contain_text("You stopped")
    checking.back()


def test_practice_is_done_by_keyboard_and_without_fault(checking: Checking) -> None:
    page = checking.call.context.new_page()
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


def test_a_badges_card_leads_to_the_challenge_by_keyboard(checking: Checking) -> None:
    checking.call.page.bring_to_front()
    shadow = Shadow(checking.call.page)
    press_until(checking.call.page, "Tab", shadow, OPEN, "Other")
    name = str(shadow.ask(OPEN)).split(":")[0]
    press_until(checking.call.page, "Tab", shadow, FOCUSED, "Check this person")
    checking.call.page.keyboard.press("Enter")
    expect(checking.panel.locator("#challenge h2")).to_have_text(f"Check {name}")
    checking.back()


@pytest.mark.parametrize(
    ("how", "words"),
    [("camera", "turned the camera off"), ("leaving", "has left")],
    ids=["camera", "leaving"],
)
def test_turning_the_camera_off_and_leaving_are_ends_and_what_was_gathered_is_judged(
    checking: Checking, how: str, words: str
) -> None:
    panel = checking.panel
    checking.begin()
    checking.perform(most=1)
    if how == "camera":
        checking.take_video(taken=True)
    else:
        checking.performer.leave()
    expect(panel.locator("#challenge h2")).to_contain_text(words, timeout=PATIENCE_MS)
    assert "done" in checking.sheet().values()
    panel.get_by_role("button", name="Cannot tell").click()
    expect(panel.locator(".verdict")).to_be_visible()
    if how == "camera":
        checking.take_video(taken=False)
    checking.back()
