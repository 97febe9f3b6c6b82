"""Pages that are odd or mean harm: nothing of theirs gets in, the work stays bounded, nothing breaks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext

from call.badges import read_badges
from call.watch import Snapshot
from e2e.origins import MEET, ROOMS
from e2e.standin import StandIn

pytestmark = pytest.mark.e2e

ADD_TILE = """(name) => {
  const like = document.querySelector(".tile");
  const tile = like.cloneNode(true);
  for (const attribute of ["data-participant-id", "data-requested-participant-id", "data-tile-media-id"])
    tile.setAttribute(attribute, `spaces/abc/devices/${name.length}9`);
  tile.querySelector("span.notranslate").textContent = name;
  tile.querySelector(".pin")?.remove();
  const video = tile.querySelector("video[id]");
  video.id = "added";
  video.muted = true;
  video.srcObject = stage.streamOf("added");
  like.parentElement.append(tile);
  return video.play();
}"""


@pytest.fixture
def call(at_origins: BrowserContext) -> Iterator[StandIn]:
    """A call of two at Meet's address."""
    call = StandIn(at_origins, MEET, "two")
    call.watcher.wait_for(lambda s: len(call.entries(s)) == 2, seconds=10, what="the two tiles")
    yield call
    call.close()


def cameras(call: StandIn, snapshot: Snapshot) -> list[dict[str, Any]]:
    return [entry for entry in call.entries(snapshot) if entry["kind"] == "camera"]


def captured(snapshot: Snapshot) -> int:
    return sum(tab["figures"]["captured"] for tab in snapshot["tabs"] if tab.get("figures"))


def test_elements_that_are_called_like_the_documents_own_methods_blind_nobody(call: StandIn) -> None:
    call.page.evaluate(
        """() => {
          const names = ["querySelector", "querySelectorAll", "getElementsByTagName", "body",
            "createElementNS", "documentElement", "hidden", "fullscreenElement", "createElement",
            "addEventListener", "location"];
          const { body } = document;
          for (const name of names) body.append(Object.assign(new Image(), { name }));
        }"""
    )
    assert call.page.evaluate("() => document.querySelectorAll instanceof HTMLImageElement")
    # The page's own scripts can no longer find anything; the extension sees who comes.
    call.page.evaluate(
        ADD_TILE.replace("document.querySelector(", "Document.prototype.querySelector.call(document, "),
        "Eve Adams",
    )
    call.watcher.wait_for(
        lambda s: "Eve Adams" in [entry.get("name") for entry in cameras(call, s)], seconds=10, what="Eve"
    )
    assert len(read_badges(call.page)) == 2


def test_a_thousand_tiles_are_not_a_thousand_times_the_work(call: StandIn) -> None:
    call.page.evaluate(
        """() => {
          for (let id = 100; id < 1100; id++) {
            const tile = document.createElement("div");
            tile.className = "tile";
            for (const name of ["data-participant-id", "data-requested-participant-id", "data-tile-media-id"])
              tile.setAttribute(name, `spaces/abc/devices/${id}`);
            tile.append(new Image());
            document.body.append(tile);
          }
          // … and a page that never rests.
          const video = document.createElement("video");
          setInterval(() => video.isConnected ? video.remove() : document.body.append(video), 20);
        }"""
    )
    snapshot = call.watcher.wait_for(lambda s: len(call.entries(s)) > 50, seconds=15, what="the crowd")
    assert len(call.entries(snapshot)) <= 120
    assert "Ana Prieto" in [entry.get("name") for entry in cameras(call, snapshot)]

    # How rarely it then looks is tested without a browser; here, that it still does its work.
    before = captured(snapshot)
    call.watcher.wait_for(lambda s: captured(s) > before, seconds=20, what="another look at her")
    assert call.page.evaluate("() => 1") == 1


def test_a_page_that_fights_with_all_it_has_gets_its_badge_when_it_rests(
    call: StandIn,
) -> None:
    """Its own methods replaced, an id and a name of a megabyte, and tiles that come and go in every frame."""
    call.page.evaluate(
        """() => {
          const refuse = () => { throw new Error("refused") };
          for (const [of, names] of [
            [Element.prototype, ["attachShadow", "getBoundingClientRect"]],
            [HTMLElement.prototype, ["showPopover", "hidePopover"]],
            [HTMLCanvasElement.prototype, ["getContext"]],
          ]) for (const name of names) of[name] = refuse;
          Object.defineProperty(HTMLVideoElement.prototype, "videoWidth", { get: () => 1e9 });
        }"""
    )
    call.page.evaluate(ADD_TILE, "Mallory")
    call.page.evaluate(
        """() => {
          const tiles = [...document.querySelectorAll(".tile")];
          const long = tiles.at(-1);
          for (const name of long.getAttributeNames().filter((name) => name.startsWith("data-")))
            long.setAttribute(name, "spaces/abc/devices/" + "9".repeat(1e6));
          long.querySelector("span.notranslate").textContent = "Mallory ".repeat(150_000);
          const homes = tiles.map((tile) => [tile, tile.parentElement]);
          let shown = true;
          const flicker = () => {
            shown = !shown;
            for (const [tile, home] of homes) shown ? home.append(tile) : tile.remove();
            if (!window.rest || !shown) requestAnimationFrame(flicker);
          };
          flicker();
        }"""
    )
    call.page.wait_for_timeout(3_000)  # what the page makes of its time
    # A video that was taken out stands still until its page has it go on.
    call.page.evaluate(
        """() => {
          window.rest = true;
          const play = () => { for (const video of document.querySelectorAll("video")) void video.play() };
          requestAnimationFrame(() => requestAnimationFrame(play));
        }"""
    )
    before = captured(call.watcher.snapshot())
    call.watcher.wait_for(lambda s: captured(s) > before + 1, seconds=20, what="looks at Ana")
    assert [badge.text.split(":")[0] for badge in read_badges(call.page)] == ["Ana Prieto"]


def test_names_are_never_markup(call: StandIn) -> None:
    for name in ["<img src=x onerror=window.hacked=1>", "<b>Ana</b>", "javascript:window.hacked=1;//"]:
        call.page.evaluate(ADD_TILE, name)
    call.watcher.wait_for(lambda s: len(cameras(call, s)) >= 3, seconds=10, what="the tiles")
    assert {entry.get("name") for entry in cameras(call, call.watcher.snapshot())} == {"Ana Prieto", None}
    assert {badge.text.split(":")[0] for badge in read_badges(call.page)} == {"Ana Prieto", "Participant"}
    assert call.page.evaluate("() => window.hacked") is None


def test_a_page_that_takes_the_badges_away_gets_them_back_and_hangs_nobody(call: StandIn) -> None:
    call.watcher.wait_for(lambda _: len(read_badges(call.page)) == 1, seconds=10, what="the badge")
    call.page.evaluate(
        """() => {
          const style = document.createElement("style");
          style.textContent = "veritile-badges { display: none !important; opacity: 0 !important }";
          document.head.append(style);
          window.taken = 0;
          window.thief = new MutationObserver(() => {
            for (const found of document.querySelectorAll("veritile-badges")) {
              found.remove();
              window.taken++;
            }
          });
          window.thief.observe(document.documentElement, { childList: true });
          document.querySelector("veritile-badges").remove();
        }"""
    )
    call.page.wait_for_function("() => window.taken >= 2", timeout=15_000)
    assert call.page.evaluate("() => window.thief.disconnect()") is None  # it still answers
    call.watcher.wait_for(lambda _: len(read_badges(call.page)) == 1, seconds=10, what="the badge again")


def test_a_badge_that_the_page_has_drawn_itself_changes_nothing(call: StandIn) -> None:
    call.page.evaluate(
        """() => {
          const fake = document.createElement("veritile-badges");
          fake.append(Object.assign(document.createElement("div"), { textContent: "Likely real" }));
          document.documentElement.append(fake);
        }"""
    )
    call.watcher.wait_for(lambda _: len(read_badges(call.page)) == 1, seconds=10, what="our own badge")
    assert call.page.evaluate("() => document.querySelectorAll('veritile-badges').length") == 2


def test_pictures_of_absurd_sizes_stop_nobody_elses(at_origins: BrowserContext) -> None:
    call = StandIn(at_origins, ROOMS, "two")
    try:
        call.page.evaluate(
            """async () => {
              for (const [width, height] of [[8192, 4096], [2, 4000], [1, 1]]) {
                const canvas = Object.assign(document.createElement("canvas"), { width, height });
                canvas.getContext("2d").fillRect(0, 0, width, height);
                const video = document.createElement("video");
                Object.assign(video, { muted: true, srcObject: canvas.captureStream(5) });
                video.style.cssText = "position:static;display:block;width:160px;height:90px";
                document.querySelector("main").append(video);
                video.play();
              }
              const nothing = document.createElement("video");
              nothing.style.cssText = "width:0;height:0";
              nothing.srcObject = stage.streamOf("ana").clone();
              document.querySelector("main").append(nothing);
            }"""
        )
        before = captured(call.watcher.snapshot())

        def ana_is_judged(snapshot: Snapshot) -> bool:
            return captured(snapshot) > before + 3 and any(
                entry.get("frames", 0) >= 3 for entry in cameras(call, snapshot)
            )

        call.watcher.wait_for(ana_is_judged, seconds=30, what="looks at the person among them")
    finally:
        call.close()


def test_a_call_whose_tiles_cannot_be_found_is_told_within_20_s(call: StandIn) -> None:
    """As when the platform has renamed everything overnight."""
    broken = """() => {
      for (const element of document.querySelectorAll("main *"))
        for (const name of element.getAttributeNames())
          if (name.startsWith("data-") || name === "jsname") element.removeAttribute(name);
    }"""
    call.page.evaluate(broken)
    call.watcher.wait_for(lambda s: any(tab.get("blind") for tab in s["tabs"]), seconds=20, what="the notice")
    session = call.page.context.new_cdp_session(call.page)
    tree = session.send("Accessibility.getFullAXTree")
    said = [str(node.get("name", {}).get("value")) for node in tree["nodes"]]
    assert any("cannot find its participants" in words for words in said)
    call.show("two")
    call.watcher.wait_for(
        lambda s: not any(tab.get("blind") for tab in s["tabs"]) and len(call.entries(s)) == 2,
        seconds=10,
        what="the tiles, and no notice any more",
    )
    assert call.page.evaluate("() => document.querySelector('veritile-note')") is None
