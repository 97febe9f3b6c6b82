/**
 * What happy-dom lacks and tiles are told by: layout and media. An element is 320 x 180 unless its `data-size` or its
 * class says otherwise; a video plays what `play` gave it. The real things are tested in a browser, in tests/e2e.
 */
import { expect } from "vitest";
import { LAYOUTS, PAGES } from "../../../tests/e2e/pages/platforms.js";
import type { Platform, Tile } from "../../src/content/platforms/tile";

export type TrackKind = "remote" | "camera" | "screen";

/** Builds one of the stand-in pages that the browser tests use too, or takes markup. */
export function stage(
  page: keyof typeof PAGES | (string & {}),
  url = "https://example.org/",
  layout = LAYOUTS.all,
): void {
  (window as unknown as { happyDOM: { setURL(url: string): void } }).happyDOM.setURL(url);
  document.documentElement.innerHTML = page in PAGES ? "" : page;
  if (page in PAGES) document.body.append(...PAGES[page as keyof typeof PAGES].build(layout));
  HTMLElement.prototype.getBoundingClientRect = function () {
    const [width = 320, height = 180] = this.closest(".pooled, .recycled, [hidden]")
      ? [0, 0]
      : (this.dataset.size?.split("x").map(Number) ?? []);
    return { x: 0, y: 0, left: 0, top: 0, right: width, bottom: height, width, height, toJSON() {} };
  };
  HTMLElement.prototype.checkVisibility = function () {
    return !this.closest("[hidden]");
  };
  Object.assign(globalThis, { chrome: { dom: { openOrClosedShadowRoot: (host: Element) => host.shadowRoot } } });
}

let tracks = 0;

/** Gives a video a live stream of one track. */
export function play(selector: string, kind: TrackKind = "remote", muted = false): HTMLVideoElement {
  const video = document.querySelector<HTMLVideoElement>(selector);
  if (!video) throw new Error(`no ${selector} on the page`);
  const settings = { remote: {}, camera: { groupId: "g" }, screen: { displaySurface: "monitor" } }[kind];
  const state = { id: `track-${++tracks}`, readyState: "live", muted, getSettings: () => settings };
  const track = Object.assign(new EventTarget(), state);
  const stream = { id: `stream-${tracks}`, getVideoTracks: () => [track] };
  Object.defineProperty(video, "srcObject", { value: stream, configurable: true });
  Object.defineProperty(video, "readyState", { value: 4, configurable: true });
  return video;
}

/** "kind name" of each tile, in the order of the page. */
export function summary(tiles: readonly Tile[]): string[] {
  return tiles.map(({ kind, name }) => (name ? `${kind} ${name}` : kind));
}

export function element(selector: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(selector);
  if (!found) throw new Error(`no ${selector} on the page`);
  return found;
}

/** The one tile of a kind. */
export function only(platform: Platform, kind: string) {
  const found = platform.find(document).filter((tile) => tile.kind === kind);
  expect(found).toHaveLength(1);
  return found[0] as (typeof found)[number];
}

/** Shows the stream of another video too, as a page does with whoever is pinned. */
export function show(selector: string, like: string): void {
  const { srcObject } = element(like) as HTMLVideoElement;
  Object.defineProperty(play(selector), "srcObject", { value: srcObject });
}

/** The videos of each participant whose camera is on, by their ids. */
export function ids(platform: Platform): string[][] {
  const videos = new Map<string, string[]>();
  for (const { kind, participant, source } of platform.find(document))
    if (kind === "camera") videos.set(participant, [...(videos.get(participant) ?? []), source?.id ?? ""]);
  return [...videos.values()];
}
