// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from "vitest";
import { LAYOUTS } from "../../../tests/e2e/pages/platforms.js";
import { platformOf } from "../../src/content/platforms";
import { generic } from "../../src/content/platforms/generic";
import { jitsi } from "../../src/content/platforms/jitsi";
import { meet } from "../../src/content/platforms/meet";
import { asName } from "../../src/content/platforms/names";
import { peercalls } from "../../src/content/platforms/peercalls";
import { teams } from "../../src/content/platforms/teams";
import type { Platform } from "../../src/content/platforms/tile";
import { cropOf, zoom } from "../../src/content/platforms/zoom";
import { element, play, stage, summary } from "./stage";

function only(platform: Platform, kind: string) {
  const found = platform.find(document).filter((tile) => tile.kind === kind);
  expect(found).toHaveLength(1);
  return found[0] as (typeof found)[number];
}

/** Shows the stream of another video too, as a page does with whoever is pinned. */
function show(selector: string, like: string): void {
  const { srcObject } = element(like) as HTMLVideoElement;
  Object.defineProperty(play(selector), "srcObject", { value: srcObject });
}

/** The videos of each participant whose camera is on, by their ids. */
function ids(platform: Platform): string[][] {
  const videos = new Map<string, string[]>();
  for (const { kind, participant, source } of platform.find(document))
    if (kind === "camera") videos.set(participant, [...(videos.get(participant) ?? []), source?.id ?? ""]);
  return [...videos.values()];
}

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

describe("Zoom", () => {
  beforeEach(() => {
    stage("zoom", "https://app.zoom.us/wc/1234567890/join");
    play("#ana");
    play("#own", "camera");
    play("#share");
  });

  it("tells cameras, avatars, oneself and shares apart", () => {
    expect(platformOf(document)).toBe(zoom);
    expect(summary(zoom.find(document)).sort()).toEqual([
      "camera Ana Prieto",
      "camera_off Ben Okoro",
      "screen_share",
      "self Kim Lee",
    ]);
  });

  it("gives both players of somebody who is pinned and in the grid one id", () => {
    const player = element("[node-id='16778240']");
    const pinned = player.cloneNode(true) as HTMLElement;
    for (const video of pinned.querySelectorAll("video")) video.id = `pinned-${video.id}`;
    player.after(pinned);
    show("#pinned-ana", "#ana");
    expect(ids(zoom)).toEqual([["ana", "pinned-ana"]]);
  });

  it("numbers a share after its owner", () => {
    expect(only(zoom, "camera").participant).toBe("16778240");
    expect(only(zoom, "screen_share").participant).toBe("16778240 share");
  });

  it("reads a tile's part of the canvas that the WebAssembly client paints in a shadow root", () => {
    stage(`<div id="stage"><video-player node-id="2048" data-size="160x90"></video-player></div>`);
    const root = element("#stage").attachShadow({ mode: "open" });
    root.innerHTML = `<canvas width="640" height="360" data-size="320x180"></canvas><slot></slot>`;
    const tile = only(zoom, "camera");
    expect(tile.source).toBe(root.querySelector("canvas"));
    expect(tile.crop?.()).toEqual({ x: 0, y: 0, width: 320, height: 180 });
  });

  it("trusts no picture from a shared canvas while the layout changes", () => {
    stage(`<div id="stage"><video-player node-id="2048" data-size="160x90"></video-player></div>`);
    const root = element("#stage").attachShadow({ mode: "open" });
    root.innerHTML = `<canvas width="640" height="360" data-size="320x180"></canvas><slot></slot>`;
    const tile = only(zoom, "camera");
    const before = tile.identity();
    expect(tile.identity()).toBe(before);
    element("[node-id='2048']").dataset.size = "80x45";
    expect(tile.identity()).not.toBe(before);
  });

  it("never crops beyond the canvas", () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 });
    canvas.dataset.size = "320x180";
    const player = document.createElement("div");
    player.dataset.size = "900x900";
    expect(cropOf(player, canvas)).toEqual({ x: 0, y: 0, width: 640, height: 360 });
  });

  it("knows oneself by the participants' list, while it is open and only one is called so", () => {
    play("#own");
    const row = (name: string, label: string) =>
      `<li class="participants-item__item-layout"><span class="participants-item__display-name">${name}</span>` +
      `<span class="participants-item__name-label">${label}</span></li>`;
    expect(zoom.find(document).some(({ kind }) => kind === "self")).toBe(false);
    document.body.insertAdjacentHTML("beforeend", row("Ana Prieto", "(Host)") + row("Kim Lee", "(Me)"));
    expect(only(zoom, "self").name).toBe("Kim Lee");
    for (const title of document.querySelectorAll(".video-avatar__avatar-title")) title.textContent = "Kim Lee";
    expect(zoom.find(document).some(({ kind }) => kind === "self")).toBe(false);
  });

  it("goes by the tiles' frames when players are called something else", () => {
    const player = element("[node-id='16778240']");
    const other = document.createElement("div");
    other.append(...player.childNodes);
    player.replaceWith(other);
    const tile = zoom.find(document).find(({ source }) => source?.id === "ana");
    expect(tile).toMatchObject({ kind: "camera", name: "Ana Prieto" });
    const before = tile?.identity();
    play("#ana");
    expect(tile?.identity()).not.toBe(before);
  });

  it("is known by its tiles in the client's frame, whose address says nothing", () => {
    stage("zoom", "https://app.zoom.us/webclient/");
    expect(platformOf(document)).toBe(zoom);
    stage("<video></video>", "https://app.zoom.us/profile");
    expect(platformOf(document)).toBe(generic);
  });

  it("notices that a player was given to somebody else", () => {
    const tile = only(zoom, "camera");
    const before = tile.identity();
    element("[node-id='16778240']").setAttribute("node-id", "33554432");
    expect(tile.identity()).not.toBe(before);
  });
});

describe("Teams", () => {
  beforeEach(() => {
    stage("teams", "https://teams.microsoft.com/v2/");
    play("#ana");
    play("#own", "camera");
    play("#share");
  });

  it("tells cameras, oneself and shares apart, skips recycled tiles, and takes no e-mail address for a name", () => {
    expect(platformOf(document)).toBe(teams);
    expect(summary(teams.find(document))).toEqual([
      "camera Ana Prieto",
      "camera_off",
      "self Kim Lee",
      "screen_share Ana Prieto",
    ]);
  });

  it("keeps a participant's id when the tile is mounted anew, and does not make it the name", () => {
    const { participant } = only(teams, "camera");
    expect(participant).not.toMatch(/ana|prieto/i);
    const tile = element("[data-acc-element-id='m1']");
    tile.setAttribute("data-acc-element-id", "m99");
    tile.parentElement?.append(tile);
    expect(only(teams, "camera").participant).toBe(participant);
  });

  it("keeps two people of one name apart, unless both tiles show one stream", () => {
    const twin = element("[data-acc-element-id='m2']");
    twin.innerHTML = element("[data-acc-element-id='m1']").innerHTML;
    const [video] = twin.getElementsByTagName("video");
    if (!video) throw new Error("no video in the tile");
    video.id = "twin";
    const count = () => new Set(teams.find(document).map((tile) => tile.participant)).size;
    expect(count()).toBe(4);
    play("#twin");
    expect(count()).toBe(4);
    show("#twin", "#ana");
    expect(count()).toBe(3);
    expect(ids(teams)).toEqual([["ana", "twin"]]);
  });

  it("does not pass the id of one of them on to whoever gets the element next", () => {
    const tiles = () => ["m1", "m2"].map((id) => element(`[data-acc-element-id='${id}']`));
    const [one, other] = tiles() as [HTMLElement, HTMLElement];
    const name = (called: string) => {
      for (const tile of [one, other]) {
        tile.innerHTML = `<div data-tid="participant-info-nametag">${called}</div>`;
      }
    };
    const ids = () => new Set(teams.find(document).map((tile) => tile.participant));
    name("Ana Prieto");
    const before = ids();
    name("Eve Adams");
    expect([...ids()].filter((id) => before.has(id) && id.includes("#"))).toEqual([]);
  });

  it("does not know oneself when two tiles lack the sign", () => {
    play("#own");
    expect(summary(teams.find(document))).toContain("self Kim Lee");
    element("[data-tid='voice-level-stream-outline']").remove();
    expect(teams.find(document).some((tile) => tile.kind === "self")).toBe(false);
  });
});

describe("Jitsi", () => {
  const begin = (layout = LAYOUTS.all) => {
    stage("jitsi", "https://meet.example.org/SomeRoom", layout);
    for (const [key, kind] of [["ana"], ["own", "camera"], ["share"], ["eve"]] as const) {
      const [first, ...others] = [...document.querySelectorAll<HTMLVideoElement>(`[data-like='${key}']`)].reverse();
      if (!first) continue;
      play(`[id='${first.id}']`, kind);
      for (const other of others) show(`#${other.id}`, `[id='${first.id}']`);
    }
  };

  it("is known by its page, on anybody's server, and tells all kinds of tiles apart", () => {
    begin();
    expect(platformOf(document)).toBe(jitsi);
    expect(summary(jitsi.find(document))).toEqual([
      "camera Ana Prieto",
      "camera_off Ben Okoro",
      "self Kim Lee",
      "screen_share Ana Prieto's screen",
    ]);
  });

  it("gives the stage to whose stream it shows", () => {
    begin(LAYOUTS.speaker);
    expect(ids(jitsi)).toEqual([["remoteVideo_eve", "largeVideo"], ["remoteVideo_ana"]]);
    const large = jitsi.find(document).at(-1);
    const before = large?.identity();
    show("#largeVideo", "#remoteVideo_ana");
    expect(large?.identity()).not.toBe(before);
  });

  it("knows a person in another filmstrip, whose tile's id has a tail", () => {
    begin();
    const before = only(jitsi, "camera").participant;
    element("#participant_a1b2c3d1").id += "_stage";
    expect(only(jitsi, "camera").participant).toBe(before);
  });
});

describe("Peer Calls", () => {
  const tile = (id: string, name: string) =>
    `<div class="video-container"><video id="video-${id}"></video><div class="video-footer">${name}</div></div>`;
  const PEER = "6cc06cf2-1f7b-4c59-9d0c-1f2a3b4c5d6e";

  it("is known by its page, on any host", () => {
    stage(tile("_me_", "<input class='nickname' value='Kim'>") + tile("p1", "<span class='nickname'>Ana</span>"));
    play("#video-_me_", "camera");
    play("#video-p1");
    expect(platformOf(document)).toBe(peercalls);
    expect(summary(peercalls.find(document))).toEqual(["self Kim", "camera Ana"]);
  });

  it("gives two tiles of one stream one id, and a peer's second stream another", () => {
    const video = `<div class="video-container"><video class="CLASS" id="video-p1"></video></div>`;
    stage(["first", "again", "second"].map((name) => video.replace("CLASS", name)).join(""));
    play(".first");
    show(".again", ".first");
    play(".second");
    const [first, again, second] = peercalls.find(document).map(({ participant }) => participant);
    expect(again).toBe(first);
    expect(second).not.toBe(first);
  });

  it("does not take a peer's id, shown until the name arrives, for the name", () => {
    stage(tile(PEER, `<span class='nickname'>${PEER}</span>`));
    play(`[id='video-${PEER}']`);
    const found = only(peercalls, "camera");
    expect(found.participant).toBe(PEER);
    expect(found.name).toBeUndefined();
  });
});

describe("Any other page", () => {
  it("labels live streams and leaves one's own camera, a shared screen and films alone", () => {
    stage(
      `<video id="a"></video><video id="me"></video><video id="screen"></video><video id="film" src="film.mp4"></video>`,
    );
    play("#a");
    play("#me", "camera");
    play("#screen", "screen");
    expect(platformOf(document)).toBe(generic);
    expect(summary(generic.find(document))).toEqual(["camera", "self", "screen_share"]);
  });

  it("gives both videos of a person who is on the page twice one id", () => {
    stage(`<video id="small" data-size="80x60"></video><video id="large"></video><video id="other"></video>`);
    play("#small");
    show("#large", "#small");
    play("#other");
    expect(ids(generic)).toEqual([["small", "large"], ["other"]]);
  });

  it("skips what is too small or hidden", () => {
    stage(`<video id="dot" data-size="16x16"></video><video id="gone" hidden></video>`);
    play("#dot");
    play("#gone");
    expect(generic.find(document)).toEqual([]);
  });
});

describe("Names", () => {
  it.each([
    ["  Ana\n Prieto ", "Ana Prieto"],
    ["李小龍", "李小龍"],
    ["ana@example.org", undefined],
    ["Ana (ana@example.org)", undefined],
    ["ana@localhost", undefined],
    ["{color: red}", undefined],
    ["<b>Ana</b>", undefined],
    ["Ana\u202e oteirP", "Ana oteirP"],
    ["\u200b\u2066", undefined],
    ["x".repeat(81), undefined],
    ["", undefined],
    [null, undefined],
  ])("reads %j as %j", (text, name) => {
    expect(asName(text)).toBe(name);
  });
});
