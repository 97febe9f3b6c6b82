/** Zoom's web client. Selectors as seen in public captures of April and June 2026; the participants' list is older. */
import {
  bound,
  hostOf,
  isLocal,
  isVisible,
  ordinalOf,
  playingVideo,
  shadowRootOf,
  showsOthers,
  trackOf,
} from "./media";
import { findName } from "./names";
import { within } from "./strategies";
import type { Crop, Platform, Source, Strategy, Tile } from "./tile";

const FRAMES =
  ".gallery-video-container__video-frame, .speaker-active-container__video-frame, .speaker-bar-container__video-frame, .multi-speaker-main-container__video-frame";
const STRATEGIES = {
  player: [{ selector: "video-player[node-id]", expect: [1, 200] }],
  /** What holds a player, or an avatar while the camera is off. */
  frame: [{ selector: FRAMES, expect: [1, 100] }],
  avatar: [{ selector: ".video-avatar__avatar", expect: [1, 200] }],
  name: [
    { selector: ".video-avatar__avatar-title", expect: [1, 200] },
    { selector: ".video-avatar__avatar-name", expect: [0, 200] },
    { selector: ".video-avatar__avatar-footer span", expect: [1, 400] },
  ],
  share: [{ selector: ".sharee-container__viewport", expect: [0, 2] }],
  /** A row of the participants' list, while that is open. */
  row: [{ selector: ".participants-item__item-layout", expect: [0, 1000] }],
} as const satisfies Record<string, readonly Strategy[]>;
const PLAYER = STRATEGIES.player[0].selector;
const AVATAR = STRATEGIES.avatar[0].selector;
const SHARE = STRATEGIES.share[0].selector;
const ROW = {
  name: [{ selector: ".participants-item__display-name", expect: [0, 1] }],
  label: ".participants-item__name-label",
} as const satisfies { name: readonly Strategy[]; label: string };

export const zoom: Platform = {
  name: "zoom",
  corner: "top_left",
  strategies: STRATEGIES,
  workers: ["blob", "frame"],
  matches: (document) => /(^|\.)zoom\.us$/.test(hostOf()) && isClient(document),
  inCall: showsOthers,
  find(document) {
    const players = within(document, PLAYER).filter((player) => isVisible(holderOf(player)));
    const frames = within(document, FRAMES).filter((frame) => isVisible(frame) && !frame.querySelector(PLAYER));
    const tiles = [
      ...players.flatMap((player) => describe(player) ?? []),
      ...frames.flatMap((frame) => withoutPlayer(frame) ?? []),
    ];
    return markOwn(tiles, ownName(document));
  },
};

/** The meeting may sit in a frame of the client whose own address says nothing. */
function isClient(document: Document): boolean {
  return /\/wc\//.test(location.pathname) || document.querySelector(`${PLAYER}, ${FRAMES}`) !== null;
}

/** What the participants' list, where it is open, marks as oneself: tiles do not. */
function ownName(document: Document): string | undefined {
  const own = [...document.querySelectorAll(STRATEGIES.row[0].selector)].filter((row) =>
    [...row.querySelectorAll(ROW.label)].some((label) => /[(,]\s*me\s*[),]/i.test(label.textContent ?? "")),
  );
  return own.length === 1 && own[0] ? findName(own[0], ROW.name) : undefined;
}

/** A name that two people share marks neither of them. */
function markOwn(tiles: Tile[], name: string | undefined): Tile[] {
  const named = tiles.filter((tile) => tile.kind === "camera" && tile.name === name);
  if (!name || new Set(named.map(({ participant }) => participant)).size !== 1) return tiles;
  return tiles.map((tile) => (named.includes(tile) ? { ...tile, kind: "self" } : tile));
}

function describe(player: HTMLElement): Tile | undefined {
  const node = nodeOf(player);
  if (node === undefined) return undefined;
  const source = playingVideo(player) ?? playingVideo(shadowRootOf(player) ?? player) ?? canvasOf(player);
  const frame = holderOf(player);
  const name = findName(frame, STRATEGIES.name);
  const share = isShare(node) || player.closest(SHARE) !== null;
  // The page does not mark one's own tile; its track does, where there is one.
  const self = source instanceof HTMLVideoElement && isLocal(source);
  return {
    participant: `${ownerOf(node)}${share ? " share" : ""}`,
    ...(name && { name }),
    kind: share ? "screen_share" : self ? "self" : source ? "camera" : "camera_off",
    element: frame,
    source,
    ...(isCanvas(source) && { crop: () => cropOf(player, source) }),
    identity: () => {
      const who = bound(player.isConnected ? player.getAttribute("node-id") : null, source);
      // While the layout changes, this part of a shared canvas may still show somebody else.
      return isCanvas(source) ? `${who} ${Object.values(cropOf(player, source))}` : who;
    },
  };
}

function holderOf(player: HTMLElement): HTMLElement {
  return player.closest<HTMLElement>(`${FRAMES}, ${AVATAR}`) ?? player;
}

/**
 * Without a player there is no node id. With the camera off nothing is judged, so that the element's own number is
 * identity enough; should the page have renamed its players, a video's track is, for as long as it lasts.
 */
function withoutPlayer(frame: HTMLElement): Tile | undefined {
  const video = playingVideo(frame);
  if (!video && !frame.querySelector(AVATAR)) return undefined;
  const name = findName(frame, STRATEGIES.name);
  return {
    participant: video ? `track ${trackOf(video)?.id}` : `off ${ordinalOf(frame)}`,
    ...(name && { name }),
    kind: video ? (isLocal(video) ? "self" : "camera") : "camera_off",
    element: frame,
    source: video,
    identity: () => bound(video && !frame.contains(video) ? null : "", video),
  };
}

function nodeOf(player: Element): number | undefined {
  const node = Number(player.getAttribute("node-id"));
  return Number.isSafeInteger(node) && node > 0 ? node : undefined;
}

/** The low ten bits number the streams of one participant; all but the first are screens. */
function ownerOf(node: number): number {
  return node - (node % 1024);
}

function isShare(node: number): boolean {
  return ownerOf(node) !== node;
}

/** In the WebAssembly client all tiles are painted on one canvas, in the shadow root of the player or of what holds it. */
function canvasOf(player: Element): HTMLCanvasElement | null {
  for (let host: Element | null = player; host; host = host.parentElement) {
    const canvas = shadowRootOf(host)?.querySelector("canvas");
    if (canvas) return canvas;
  }
  return null;
}

function isCanvas(source: Source | null): source is HTMLCanvasElement {
  return source instanceof HTMLCanvasElement;
}

/** The player's rectangle in pixels of the canvas. */
export function cropOf(player: Element, canvas: HTMLCanvasElement): Crop {
  const outer = canvas.getBoundingClientRect();
  const inner = player.getBoundingClientRect();
  const scale = outer.width > 0 ? canvas.width / outer.width : 0;
  const left = Math.max(inner.left, outer.left);
  const top = Math.max(inner.top, outer.top);
  return {
    x: Math.round((left - outer.left) * scale),
    y: Math.round((top - outer.top) * scale),
    width: Math.round((Math.min(inner.right, outer.right) - left) * scale),
    height: Math.round((Math.min(inner.bottom, outer.bottom) - top) * scale),
  };
}
