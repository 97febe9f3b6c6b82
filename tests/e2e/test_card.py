"""The badge on a page, and the card that it opens into: by keyboard alone, for everybody, in nobody's way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from call.badges import Badge, read_badges
from call.browser import open_popup
from e2e.axe import violations
from e2e.origins import MEET
from e2e.standin import StandIn

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def call(at_origins: BrowserContext) -> Iterator[StandIn]:
    """A call at Meet's address with somebody judged, somebody without camera, and oneself."""
    call = StandIn(at_origins, MEET, "grid")
    call.watcher.wait_for(
        lambda s: any(entry.get("frames", 0) >= 3 for entry in call.entries(s)),
        seconds=30,
        what="a few looks",
    )
    yield call
    call.close()


class Shadow:
    """The closed shadow root that badges and cards live in, over the debugging protocol."""

    def __init__(self, page: Page) -> None:
        self.session = page.context.new_cdp_session(page)
        root = self.session.send("DOM.getDocument", {"depth": -1, "pierce": True})["root"]
        (host,) = [node for node in _nodes(root) if node["nodeName"] == "VERITILE-BADGES"]
        found = self.session.send("DOM.resolveNode", {"nodeId": host["shadowRoots"][0]["nodeId"]})
        self.object = found["object"]["objectId"]

    def ask(self, function: str) -> Any:
        """Evaluate `function` with the root as `this`."""
        sent = {"objectId": self.object, "functionDeclaration": function, "returnByValue": True}
        return self.session.send("Runtime.callFunctionOn", sent)["result"].get("value")


def _nodes(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in [*node.get("children", []), *node.get("shadowRoots", [])]:
        yield from _nodes(child)


OPEN = "function() { return this.querySelector('.mark[aria-expanded=true]')?.ariaLabel ?? null }"
FOCUSED = "function() { return this.activeElement?.textContent || this.activeElement?.className || '' }"


def press_until(page: Page, key: str, shadow: Shadow, function: str, wanted: str) -> None:
    """Press `key` until `function` answers with something that holds `wanted`."""
    for _ in range(20):
        if wanted in (shadow.ask(function) or ""):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{key} does not lead to {wanted}, but to {shadow.ask(function)}")


def tell(call: StandIn, message: dict[str, Any]) -> None:
    """Say what the popup says when its user chooses something."""
    port = "message => chrome.runtime.connect({ name: 'veritile.popup' }).postMessage(message)"
    call.watcher.page.evaluate(port, message)


def test_the_card_opens_and_closes_by_keyboard_alone(call: StandIn) -> None:
    shadow = Shadow(call.page)
    press_until(call.page, "Tab", shadow, OPEN, "Ana Prieto")
    said = shadow.ask("function() { return this.querySelector('.card:popover-open')?.innerText ?? '' }")
    assert "Ana Prieto" in said
    assert "Hide for this person" in said
    call.page.keyboard.press("Escape")
    assert shadow.ask(OPEN) is None
    call.page.keyboard.press("Enter")
    assert "Ana Prieto" in shadow.ask(OPEN)
    press_until(call.page, "Tab", shadow, FOCUSED, "Details")
    call.page.keyboard.press("Escape")
    assert shadow.ask(OPEN) is None


def test_the_card_shows_where_the_score_comes_from(call: StandIn) -> None:
    shadow = Shadow(call.page)
    press_until(call.page, "Tab", shadow, OPEN, "Ana Prieto")
    press_until(call.page, "Tab", shadow, FOCUSED, "Where does the score come from?")
    call.page.keyboard.press("Enter")
    drawn = """function() { const figure = this.querySelector('.card:popover-open figure.heat');
      return figure.querySelector('canvas').hidden ? '' : figure.innerText }"""
    call.watcher.wait_for(lambda _: bool(shadow.ask(drawn)), seconds=20, what="the heat map")
    assert "It is no proof, and not the outline of a swap" in shadow.ask(drawn)
    painted = """function() { const canvas = this.querySelector('.card:popover-open canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      const red = data.filter((_, at) => at % 4 === 0 && data[at] > data[at + 2] + 60);
      return 4 * red.length / data.length }"""
    assert shadow.ask(painted) > 0.01  # grey, but red where the score comes from
    call.page.keyboard.press("Escape")
    assert shadow.ask("function() { return this.querySelector('figure.heat canvas').width }") == 0


def test_badges_and_card_have_no_fault_that_axe_knows(call: StandIn) -> None:
    """The closed root is out of axe's reach: its content is set up again where axe can look."""
    shadow = Shadow(call.page)
    shadow.ask(
        "function() { for (const mark of this.querySelectorAll('.mark')) { mark.click(); mark.click() } }"
    )
    html, css = shadow.ask(
        """function() {
          const sheets = [...this.adoptedStyleSheets].flatMap((sheet) => [...sheet.cssRules]);
          return [this.innerHTML, sheets.map((rule) => rule.cssText).join("")];
        }"""
    )
    assert html.count('class="card"') == html.count('class="mark"') > 1
    copy = call.page.context.new_page()
    try:
        copy.set_content(
            f"<!doctype html><html lang=en><title>Badges</title><style>{css}</style>"
            f"<main><h1>Badges</h1>{html}</main>"
        )
        copy.evaluate(
            """() => {
              for (const element of document.querySelectorAll("[popover]")) element.showPopover();
              document.querySelectorAll(".badge").forEach((badge, at) => {
                badge.style.cssText = `top:${40 + at * 40}px;left:8px`;
                const card = badge.querySelector(".card");
                if (card) card.style.cssText = `top:8px;left:${330 * (at + 1)}px;animation:none`;
              });
            }"""
        )
        assert violations(copy) == []
    finally:
        copy.close()
        call.page.bring_to_front()


def test_badge_and_card_take_no_click_that_is_not_theirs(call: StandIn) -> None:
    clicked = """() => { window.clicks = 0; document.addEventListener("click", () => window.clicks++); }"""
    call.page.evaluate(clicked)
    badge = next(badge for badge in read_badges(call.page) if "Ana" in badge.text)
    x, y, width, height = badge.box
    # Beside the badge, everything is the page's.
    call.page.mouse.click(x + width + 4, y + height / 2)
    assert call.page.evaluate("() => window.clicks") == 1
    # Its words open it as its mark does.
    call.page.mouse.click(x + width - 6, y + height / 2)
    shadow = Shadow(call.page)
    assert "Ana" in shadow.ask(OPEN)
    assert call.page.evaluate("() => window.clicks") == 1
    # A click on the page is the page's, and closes the card.
    call.page.mouse.click(640, 780)
    assert call.page.evaluate("() => window.clicks") == 2
    assert shadow.ask(OPEN) is None


def test_badges_are_there_in_fullscreen_and_follow_a_scrolling_page(call: StandIn) -> None:
    def on_its_tile() -> bool:
        badge = next((badge for badge in read_badges(call.page) if "Ana" in badge.text), None)
        tile = call.page.locator(".tile", has_text="Ana").bounding_box()
        if not badge or not tile:
            return False
        x, y, width, _ = badge.box
        return 0 <= y - tile["y"] <= 12 and tile["x"] <= x and x + width <= tile["x"] + tile["width"]

    def wait() -> None:
        call.watcher.wait_for(lambda _: on_its_tile(), seconds=5, what="the badge on its tile")

    wait()
    call.page.evaluate("() => { document.body.style.paddingTop = '150px'; scrollTo(0, 90); }")
    wait()
    call.page.evaluate("() => { document.body.style.paddingTop = ''; scrollTo(0, 0); }")
    session = call.page.context.new_cdp_session(call.page)
    full = "document.querySelector('main').requestFullscreen()"
    session.send("Runtime.evaluate", {"expression": full, "userGesture": True, "awaitPromise": True})
    assert call.page.evaluate("() => document.fullscreenElement?.tagName") == "MAIN"
    wait()
    call.page.evaluate("() => document.exitFullscreen()")
    wait()


def test_hiding_somebody_is_told_and_can_be_taken_back(call: StandIn) -> None:
    def ana(snapshot: dict[str, Any]) -> dict[str, Any]:
        return next(entry for entry in call.entries(snapshot) if entry.get("name") == "Ana Prieto")

    shadow = Shadow(call.page)
    call.page.mouse.click(640, 780)
    press_until(call.page, "Tab", shadow, OPEN, "Ana Prieto")
    press_until(call.page, "Tab", shadow, FOCUSED, "Hide for this person")
    call.page.keyboard.press("Enter")
    snapshot = call.watcher.wait_for(
        lambda s: ana(s).get("hidden") is True, seconds=5, what="the word that she is hidden"
    )
    assert "Ana" not in " ".join(badge.text for badge in read_badges(call.page))
    (tab,) = {tab["tab"] for tab in snapshot["tabs"]}
    tell(call, {"kind": "hide", "tab": tab, "participant": ana(snapshot)["participant"], "hidden": False})
    call.watcher.wait_for(lambda s: not ana(s).get("hidden"), seconds=5, what="the word that she is back")
    call.watcher.wait_for(
        lambda _: "Ana" in " ".join(badge.text for badge in read_badges(call.page)),
        seconds=5,
        what="her badge",
    )


def test_size_corner_and_language_are_the_users(call: StandIn) -> None:
    def ana() -> Badge | None:
        tile = call.page.locator(".tile", has_text="Ana").bounding_box()
        assert tile
        found = [
            badge
            for badge in read_badges(call.page)
            if tile["x"] < badge.box[0] < tile["x"] + tile["width"]
            and tile["y"] < badge.box[1] < tile["y"] + tile["height"]
        ]
        return found[0] if len(found) == 1 else None

    before = ana()
    assert before
    tell(
        call,
        {"kind": "set", "settings": {"badgeCorner": "bottom_right", "badgeSize": "large", "language": "ar"}},
    )
    try:

        def dressed(_: object) -> bool:
            badge = ana()
            tile = call.page.locator(".tile", has_text="Ana").bounding_box()
            if not badge or not tile:
                return False
            x, y, width, height = badge.box
            return (
                height > before.box[3]
                and 0 <= tile["x"] + tile["width"] - x - width <= 16
                and 0 <= tile["y"] + tile["height"] - y - height <= 16
                and badge.text != before.text
            )

        call.watcher.wait_for(dressed, seconds=10, what="a large badge at the bottom right, in Arabic")
    finally:
        tell(
            call,
            {"kind": "set", "settings": {"badgeCorner": "auto", "badgeSize": "medium", "language": "auto"}},
        )


def test_a_person_in_picture_in_picture_is_looked_at_on(call: StandIn) -> None:
    def captured(snapshot: dict[str, Any]) -> int:
        return sum(tab["figures"]["captured"] for tab in snapshot["tabs"] if tab.get("figures"))

    session = call.page.context.new_cdp_session(call.page)
    float_it = "document.querySelector('#ana').requestPictureInPicture()"
    session.send("Runtime.evaluate", {"expression": float_it, "userGesture": True, "awaitPromise": True})
    assert call.page.evaluate("() => document.pictureInPictureElement?.id") == "ana"
    before = captured(call.watcher.snapshot())
    snapshot = call.watcher.wait_for(lambda s: captured(s) > before, seconds=30, what="another look")
    entry = next(entry for entry in call.entries(snapshot) if entry.get("name") == "Ana Prieto")
    assert entry["kind"] == "camera"
    assert entry.get("reason") not in ("frozen", "unsupported")
    call.page.evaluate("() => document.exitPictureInPicture()")


def test_details_lead_to_that_person_in_the_browsers_own_side_panel(call: StandIn) -> None:
    call.page.bring_to_front()
    shadow = Shadow(call.page)
    press_until(call.page, "Tab", shadow, OPEN, "Eve Adams")
    press_until(call.page, "Tab", shadow, FOCUSED, "Details")
    call.page.keyboard.press("Enter")
    view = "chrome.extension.getViews().find(({ location }) => location.pathname === '/panel.html')"
    # Playwright is not told of the side panel; the extension's other pages can reach it.
    other = call.watcher.page
    other.wait_for_function(f"() => {view}?.document.activeElement?.innerText.startsWith('Eve Adams')")
    kinds = "chrome.runtime.getContexts({}).then((all) => all.map(({ contextType }) => contextType))"
    assert "SIDE_PANEL" in other.evaluate(kinds)
    # Her name is not under what stands above the list.
    assert other.evaluate(
        f"""() => {{
          const {{ document }} = {view};
          const end = (element) => element.getBoundingClientRect();
          return end(document.querySelector("header")).bottom <= end(document.activeElement).top;
        }}"""
    )
    other.evaluate(f"{view}.close()")


def test_a_large_call_scrolls_in_the_popups_list_alone(call: StandIn) -> None:
    """The browser makes no popup higher than 600 px."""
    call.show("forty_nine")
    snapshot = call.watcher.wait_for(
        lambda s: (
            len(call.entries(s)) == 49 and all("label" in e for e in call.entries(s) if e["kind"] != "self")
        ),
        seconds=10,
        what="the crowd",
    )
    popup = open_popup(call.page.context, snapshot["tabs"][0]["tab"])
    try:
        popup.set_viewport_size({"width": 352, "height": 600})
        people = popup.locator("#people ul")
        expect(people.locator("li")).to_have_count(48)
        for part in ("html", "main"):
            assert popup.locator(part).evaluate(
                "({ scrollHeight, clientHeight }) => scrollHeight <= clientHeight"
            )
        assert people.bounding_box()["height"] > 150  # type: ignore[index]
        people.press("End")
        popup.wait_for_function("() => document.querySelector('#people ul').scrollTop > 0")
    finally:
        popup.close()
        call.page.bring_to_front()
