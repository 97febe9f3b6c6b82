"""A call in which somebody is checked: who is in it, the side panel as a page of its own, what it says."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Playwright, expect

import bootstrap
from call.browser import allow_site, launch
from call.demo import VIEWPORT, Call
from call.meeting import Meeting
from call.watch import Watcher
from e2e.performer import SIT, Performer, films, guests
from veritile.install.identity import EXTENSION_ID
from veritile.install.register import install_profile

AXE = bootstrap.EXTENSION / "node_modules/axe-core/axe.min.js"
WHOM = "Dora Double"
OTHERS = ("Olga Other", "Otto Other", "Oona Other", "Omar Other")
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


class Checking:
    """The call, who performs in it, and the panel."""

    def __init__(self, call: Call, performer: Performer) -> None:
        self.call = call
        self.performer = performer
        tabs = call.watcher.wait_for(lambda told: bool(told["tabs"]), seconds=20, what="the call's tab")[
            "tabs"
        ]
        self.panel = call.context.new_page()
        self.panel.set_default_timeout(PATIENCE_MS)
        self.panel.set_viewport_size({"width": 400, "height": 900})
        self.panel.goto(f"chrome-extension://{EXTENSION_ID}/panel.html?tab={tabs[0]['tab']}")

    def begin(self, whom: str = WHOM) -> None:
        """Choose to check somebody, and let the first step run."""
        self.panel.get_by_role("button", name=f"Check this person: {whom}").click()
        start = self.panel.get_by_role("button", name="Start")
        expect(start).to_be_focused()
        start.click()
        expect(self.panel.locator(".say")).to_be_visible()

    def perform(self, most: int = 9) -> dict[str, str]:
        """Do each step, so many at most, once it is asked for; return what became of each by then."""
        done: set[str] = set()
        sheet = self.panel.get_by_role("group", name=f"How did {WHOM} look?")
        until = time.monotonic() + 60
        while not sheet.is_visible():
            assert time.monotonic() < until, self.panel.locator("#challenge").inner_text()
            title = self.panel.locator(".step").all_inner_texts()
            step = STEP_OF.get(title[0].split(": ")[-1]) if title else None
            if step and step not in done:
                if len(done) == most:
                    return {}
                done.add(step)
                self.performer.act(step)
            self.panel.wait_for_timeout(50)
        return self.sheet()

    def sheet(self) -> dict[str, str]:
        """What became of each step, as the sheet says."""
        rows = self.panel.locator(".findings > li").all()
        titles = [row.locator("h3").evaluate("node => node.firstChild.data").strip() for row in rows]
        return {
            STEP_OF[title]: str(row.get_attribute("data-state"))
            for title, row in zip(titles, rows, strict=True)
        }

    def looks(self) -> dict[str, int]:
        """How many usable looks there were at each, by name."""
        return {str(entry.get("name")): int(entry.get("frames", 0)) for entry in self.call.watcher.entries()}

    def size(self) -> list[int]:
        """Of the performer's video as the call's page has it, pixels."""
        found: list[int] = self._in_tile(
            "const { videoWidth, videoHeight } = video; return [videoWidth, videoHeight]"
        )
        return found

    def take_video(self, taken: bool) -> None:
        """Have the page show the performer's tile without video, as pages do when a camera is turned off.

        This meeting itself sends black pictures then, which nobody can tell from a dark room.
        """
        self._in_tile(
            "[video.kept, video.srcObject] = [video.srcObject, null]"
            if taken
            else "video.srcObject = video.kept; void video.play()"
        )

    def _in_tile(self, script: str) -> Any:
        tiles = "[...document.querySelectorAll('.video-container')]"
        video = f"{tiles}.find((tile) => tile.textContent.includes(name)).querySelector('video')"
        return self.call.page.evaluate(f"(name) => {{ const video = {video}; {script} }}", WHOM)

    def back(self) -> None:
        """To the call."""
        self.panel.get_by_role("button", name="Back to the call").click()
        expect(self.panel.locator("#people")).to_be_visible()


@contextmanager
def held(playwright: Playwright, *, chromium: Path, extension: Path, folder: Path) -> Iterator[Checking]:
    """Hold a peer-calls meeting with somebody who does what they are asked, and four others."""
    profile = folder / "watching"
    profile.mkdir()
    install_profile(profile)
    with Meeting() as meeting, ThreadPoolExecutor(1) as drawing:
        drawn = drawing.submit(films)
        context = launch(
            playwright, chromium=chromium, profile=profile, extension=extension, viewport=VIEWPORT
        )
        others = guests(playwright, chromium, folder / "guests")
        try:
            allow_site(context, "http://127.0.0.1/*")
            sits = {SIT: drawn.result()[SIT]}
            # Small pictures: everybody sends theirs to everybody.
            page = Performer(context, meeting.url(), "You", sits, width=160).page
            for name in OTHERS:
                Performer(others, meeting.url(), name, sits, width=320)
            performer = Performer(others, meeting.url(), WHOM, drawn.result())
            checking = Checking(Call(context, profile, page, Watcher(context, page)), performer)
            checking.call.watcher.wait_for(
                lambda _: {name for name, looks in checking.looks().items() if looks} >= {WHOM, *OTHERS},
                seconds=40,
                what="a look at everybody",
            )
            yield checking
        finally:
            others.close()
            context.close()


def faults(page: Page) -> list[Any]:
    """What axe-core has to say, in light and in dark."""
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        # Evaluated over the debugging protocol: the pages themselves take no script from outside.
        page.evaluate(AXE.read_text(encoding="utf-8"))
        told = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")["violations"]
        found += [(scheme, fault["id"], [node["html"] for node in fault["nodes"]]) for fault in told]
    return found


def press_to(page: Page, name: str) -> None:
    """Tab to the button and press it."""
    for _ in range(40):
        if name in page.evaluate("() => document.activeElement?.closest('button')?.textContent ?? ''"):
            page.keyboard.press("Enter")
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {name}")


_START = """
async ([tab, participant]) => {
  const calls = await new Promise((resolve) => {
    const panel = chrome.runtime.connect({ name: "veritile.panel" });
    panel.onMessage.addListener((message) => message.kind === "calls" && resolve(message.calls));
  });
  const { call } = calls.find((one) => one.tab === tab);
  const port = (globalThis.challenge = chrome.runtime.connect({ name: "veritile.challenge" }));
  const jpeg = await new Promise((resolve) => {
    let asked = false;
    port.onMessage.addListener((message) => {
      if (message.kind === "picture") resolve(message.picture.jpeg);
      if (message.kind !== "challenge" || asked || !message.challenge.reference) return;
      asked = true;
      port.postMessage({ kind: "picture" });
    });
    port.postMessage({ kind: "start", call, participant });
  });
  const bytes = Uint8Array.from(atob(jpeg), (byte) => byte.charCodeAt(0));
  const { width, height } = await createImageBitmap(new Blob([bytes]));
  return [width, height];
}
"""


def start_unseen(checking: Checking) -> tuple[int, int]:
    """Begin a challenge as a panel does, without showing it; return the size of the first picture."""
    (tab,) = checking.call.watcher.snapshot()["tabs"]
    (whom,) = [entry["participant"] for entry in tab["entries"] if entry.get("name") == WHOM]
    width, height = checking.panel.evaluate(_START, [tab["tab"], whom])
    return width, height


def stop_unseen(checking: Checking) -> None:
    """Close that panel's line."""
    checking.panel.evaluate("() => globalThis.challenge.disconnect()")


def seconds_a_look(checking: Checking, looks: int) -> float:
    """How far apart the next looks at the person are."""
    start, began = checking.looks()[WHOM], time.monotonic()
    checking.call.watcher.wait_for(
        lambda _: checking.looks()[WHOM] >= start + looks, seconds=30, what=f"{looks} looks at {WHOM}"
    )
    return (time.monotonic() - began) / looks
