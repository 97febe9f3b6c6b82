/** Microsoft Teams, version 2. Selectors as seen in public captures of July to September 2026. */
import { bound, hostOf, isVisible, ordinalOf, originOf, playingVideo, showsOthers, trackOf } from "./media";
import { asName, findName } from "./names";
import { firstFound, holds } from "./strategies";
import type { Platform, Strategy, Tile } from "./tile";

const STRATEGIES = {
  /** Outer first; the inner ones are all that some layouts have. */
  tile: [
    { selector: "[data-cid='calling-participant-stream']", expect: [1, 100] },
    { selector: "[data-stream-type][data-tid]", expect: [1, 100] },
    { selector: "[data-stream-type]", expect: [1, 100] },
  ],
  camera: [{ selector: "[data-stream-type='Video']", expect: [1, 100] }],
  share: [{ selector: "[data-stream-type='ScreenSharing']", expect: [0, 2] }],
  name: [{ selector: "[data-tid='participant-info-nametag']", expect: [1, 100] }],
  /** Every camera tile but one's own has it. */
  voice: [{ selector: "[data-tid='voice-level-stream-outline']", expect: [1, 100] }],
  oldSelf: [{ selector: "[data-tid='myself-video']", expect: [0, 1] }],
  call: [
    { selector: "#hangup-button", expect: [0, 1] },
    { selector: "button[data-tid='hangup-main-btn']", expect: [0, 1] },
  ],
} as const satisfies Record<string, readonly Strategy[]>;
const STREAM = `${STRATEGIES.camera[0].selector}, ${STRATEGIES.share[0].selector}`;
const HOSTS = ["teams.microsoft.com", "teams.live.com", "teams.cloud.microsoft"];
/** Values of data-tid that name a part of the page: lower-case words joined by hyphens, or with the words of a layout. */
const STRUCTURAL = /^[a-z0-9]+([-_][a-z0-9]+)*$|stream|video|tile|wrapper|participant/i;

export const teams: Platform = {
  name: "teams",
  corner: "top_left",
  strategies: STRATEGIES,
  workers: ["blob", "frame"],
  matches: () => HOSTS.includes(hostOf()),
  // The button alone is there with all cameras off too, and while one waits for the others.
  inCall: (document) => holds(document.documentElement, STRATEGIES.call) && showsOthers(document),
  find(document) {
    const elements = find(document);
    const shares = new Set(elements.filter((element) => holds(element, STRATEGIES.share)));
    const cameras = elements.filter((element) => !shares.has(element));
    const own = ownTile(cameras);
    const keys = elements.map(keyOf);
    const bearers = elements.map(bearerOf);
    return elements.map((element, i) => {
      const key = keys[i];
      const bearer = bearers[i] ?? element;
      // Two tiles under one name may be two people: unless they show one stream, they are told apart by their elements,
      // at the price of stability. The name stays part of the id, since the element may be somebody else's later.
      const isAlone =
        key !== undefined && elements.every((_, other) => keys[other] !== key || bearers[other] === bearer);
      return describe(
        element,
        isAlone ? key : `${key ?? ""}#${ordinalOf(bearer)}`,
        shares.has(element),
        element === own,
      );
    });
  },
};

function find(document: Document): HTMLElement[] {
  // Recycled tiles are kept at no size.
  return firstFound<HTMLElement>(
    document,
    STRATEGIES.tile,
    (tile) => isVisible(tile) && !STRATEGIES.tile.some(({ selector }) => tile.parentElement?.closest(selector)),
  );
}

/** What stands for the person in a tile: the stream that it shows, or the tile itself. */
function bearerOf(element: HTMLElement): object {
  return trackOf(playingVideo(element)) ?? element;
}

function ownTile(cameras: HTMLElement[]): HTMLElement | undefined {
  for (const sign of [
    (tile: HTMLElement) => !holds(tile, STRATEGIES.voice),
    (tile: HTMLElement) => holds(tile, STRATEGIES.oldSelf),
  ]) {
    const signed = cameras.filter(sign);
    if (signed.length === 1) return signed[0];
  }
  return undefined;
}

function describe(element: HTMLElement, key: string, share: boolean, own: boolean): Tile {
  const video = playingVideo(element);
  const track = trackOf(video);
  const self = own || (track !== undefined && originOf(track) === "camera");
  const name = nameOf(element);
  return {
    participant: key,
    ...(name && { name }),
    kind: share ? "screen_share" : self ? "self" : video ? "camera" : "camera_off",
    element,
    source: video,
    identity: () => bound(video && !element.contains(video) ? null : keyOf(element), video),
  };
}

function nameOf(element: HTMLElement): string | undefined {
  return findName(element, STRATEGIES.name) ?? nameOfTid(element) ?? nameOfLabel(element);
}

function nameOfTid(element: HTMLElement): string | undefined {
  return asName(tidOf(element));
}

function tidOf(element: HTMLElement): string | undefined {
  const tid = stream(element)?.getAttribute("data-tid");
  return tid && !STRUCTURAL.test(tid) ? tid : undefined;
}

function nameOfLabel(element: HTMLElement): string | undefined {
  const label = (stream(element) ?? element).getAttribute("aria-label") ?? element.getAttribute("aria-label");
  return asName(label?.split(",")[0]);
}

/**
 * Teams renews every id at each mount; only what it calls the person stays. The id is a hash of that, since a
 * participant's id is stored and logged and must not be a name.
 */
function keyOf(element: HTMLElement): string | undefined {
  const called =
    findName(element, STRATEGIES.name) ?? tidOf(element) ?? element.getAttribute("aria-label")?.split(",")[0];
  return called ? `${hash(called)}${holds(element, STRATEGIES.share) ? " share" : ""}` : undefined;
}

/** FNV-1a, 2 x 32 bits: short, stable, and not meant to withstand anybody. */
function hash(text: string): string {
  const half = (basis: number) => {
    let value = basis;
    for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
    return (value >>> 0).toString(16).padStart(8, "0");
  };
  return half(0x811c9dc5) + half(0x01234567);
}

function stream(element: HTMLElement): Element | null {
  return element.matches(STREAM) ? element : element.querySelector(STREAM);
}
