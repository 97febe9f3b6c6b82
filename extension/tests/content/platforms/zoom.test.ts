// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from "vitest";
import { platformOf } from "../../../src/content/platforms";
import { generic } from "../../../src/content/platforms/generic";
import { cropOf, zoom } from "../../../src/content/platforms/zoom";
import { element, ids, only, play, show, stage, summary } from "../stage";

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
