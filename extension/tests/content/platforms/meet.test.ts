// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from "vitest";
import { platformOf } from "../../../src/content/platforms";
import { meet } from "../../../src/content/platforms/meet";
import { element, ids, only, play, show, stage, summary } from "../stage";

describe("Google Meet", () => {
  beforeEach(() => {
    stage("meet", "https://meet.google.com/abc-defg-hij");
    play("#ana");
    play("#own", "camera");
    play("#share");
  });

  it("tells cameras, avatars, oneself and presentations apart", () => {
    expect(platformOf(document)).toBe(meet);
    expect(summary(meet.find(document))).toEqual([
      "camera Ana Prieto",
      "camera_off Ben Okoro",
      "self Kim Lee",
      "screen_share Ana Prieto (Presentation)",
    ]);
  });

  it("identifies by the participant's id, and a presentation apart from its presenter", () => {
    const ids = meet.find(document).map((tile) => tile.participant);
    expect(ids[0]).toBe("spaces/abc/devices/1");
    expect(new Set(ids).size).toBe(4);
  });

  it("takes the video that plays, not a pooled one before it", () => {
    expect(only(meet, "camera").source).toBe(element("#ana"));
  });

  it("notices that a tile was given to somebody else", () => {
    const tile = only(meet, "camera");
    const before = tile.identity();
    expect(tile.identity()).toBe(before);
    tile.element.setAttribute("data-participant-id", "spaces/abc/devices/9");
    expect(tile.identity()).not.toBe(before);
  });

  it("notices that the video was given another track, or moved to another tile", () => {
    const tile = only(meet, "camera");
    const before = tile.identity();
    play("#ana");
    expect(tile.identity()).not.toBe(before);
    const again = only(meet, "camera");
    const then = again.identity();
    element("[data-participant-id$='devices/2']").append(element("#ana"));
    expect(again.identity()).not.toBe(then);
  });

  it("calls a muted remote track a camera that is off", () => {
    play("#ana", "remote", true);
    element("[data-participant-id$='devices/1']").append(document.createElement("img"));
    expect(summary(meet.find(document))).toContain("camera_off Ana Prieto");
  });

  it("knows oneself by the page's signs where an effect has replaced the camera's track", () => {
    play("#own");
    expect(only(meet, "self").name).toBe("Kim Lee");
  });

  it("does not trust a sign of oneself that several tiles carry", () => {
    play("#own");
    for (const tile of document.querySelectorAll("[data-participant-id]")) tile.setAttribute("jsname", "Ac69Jc");
    for (const other of document.querySelectorAll("[jsname='nsKqzb']")) other.remove();
    expect(meet.find(document).filter((tile) => tile.kind === "self")).toEqual([]);
  });

  it("takes a tile without media id for a share where others have one, and by its row in the people pane", () => {
    const share = element("[data-tile-media-id$='/share']");
    share.removeAttribute("data-tile-media-id");
    share.removeAttribute("data-requested-participant-id");
    share.setAttribute("data-participant-id", "spaces/abc/devices/7");
    expect(only(meet, "screen_share").participant).toBe("spaces/abc/devices/7");
    for (const tile of document.querySelectorAll("[data-tile-media-id]")) tile.removeAttribute("data-tile-media-id");
    expect(meet.find(document).filter((tile) => tile.kind === "screen_share")).toEqual([]);
    document.body.insertAdjacentHTML(
      "beforeend",
      `<ul role="list"><li role="listitem" data-participant-id="spaces/abc/devices/7">Your presentation</li></ul>`,
    );
    expect(only(meet, "screen_share").participant).toBe("spaces/abc/devices/7");
  });

  it("falls back to the pin's label for a name, and rather has none than an icon's", () => {
    element("[data-participant-id$='devices/1'] .notranslate").remove();
    expect(only(meet, "camera").name).toBe("Ana Prieto");
    element("[aria-label^='Pin Ana']").remove();
    element("[data-participant-id$='devices/1'] i").className = "notranslate";
    element("[data-participant-id$='devices/1'] .name").innerHTML = "<span class='notranslate'>mic_off</span>";
    expect(only(meet, "camera").name).toBeUndefined();
  });

  it("gives both tiles of somebody who is pinned and in the grid one id", () => {
    const tile = element("[data-participant-id$='devices/1']");
    const pinned = tile.cloneNode(true) as HTMLElement;
    for (const video of pinned.querySelectorAll("video")) video.id = `pinned-${video.id}`;
    tile.after(pinned);
    show("#pinned-ana", "#ana");
    expect(ids(meet)).toEqual([["ana", "pinned-ana"]]);
  });

  it("knows oneself in two tiles", () => {
    play("#own");
    const own = element("#own").closest("[data-participant-id]") as HTMLElement;
    const again = own.cloneNode(true) as HTMLElement;
    again.append(document.createElement("img"));
    own.after(again);
    expect(summary(meet.find(document)).filter((tile) => tile === "self Kim Lee")).toHaveLength(2);
  });

  it("finds nothing in the lobby, and does not call it a call", () => {
    stage("<main><video id='preview'></video><button>Leave</button></main>", "https://meet.google.com/abc-defg-hij");
    play("#preview", "camera");
    expect(meet.find(document)).toEqual([]);
    expect(meet.inCall(document)).toBe(false);
  });

  it("finds everybody by another attribute when the page drops the one that names participants", () => {
    const before = meet.find(document).map(({ kind, name }) => `${kind} ${name}`);
    for (const attribute of ["data-participant-id", "data-requested-participant-id"]) {
      for (const tile of document.querySelectorAll(`[${attribute}]`)) tile.removeAttribute(attribute);
      const tiles = meet.find(document);
      expect(tiles.map(({ kind, name }) => `${kind} ${name}`).slice(0, 3)).toEqual(before.slice(0, 3));
      expect(new Set(tiles.map(({ participant }) => participant)).size).toBe(4);
    }
  });

  it("says that a call is on when all of its tiles have changed", () => {
    for (const tile of document.querySelectorAll("[data-participant-id]")) {
      for (const name of tile.getAttributeNames()) if (name.startsWith("data-")) tile.removeAttribute(name);
    }
    expect(meet.find(document)).toEqual([]);
    expect(meet.inCall(document)).toBe(true);
  });
});
