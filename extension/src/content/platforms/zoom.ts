/** Zoom's web client. Selectors as seen in public captures of April and June 2026. */
import { bound, isLocal, isPlaying, isVisible, ordinalOf, playingVideo, shadowRootOf } from "./media";
import { findName } from "./names";
import type { Crop, Platform, Source, Tile } from "./tile";

const SELECTORS = {
  player: "video-player[node-id]",
  /** What holds a player, or an avatar while the camera is off. */
  frame:
    ".gallery-video-container__video-frame, .speaker-active-container__video-frame, .speaker-bar-container__video-frame, .multi-speaker-main-container__video-frame",
  name: [".video-avatar__avatar-title", ".video-avatar__avatar-name", ".video-avatar__avatar-footer span"],
  avatar: ".video-avatar__avatar",
  share: ".sharee-container__viewport",
} as const;

export const zoom: Platform = {
  name: "zoom",
  corner: "left",
  workers: ["blob", "frame"],
  matches: ({ location }) => /(^|\.)zoom\.us$/.test(location.hostname) && /\/wc\//.test(location.pathname),
  inCall: (document) => [...document.querySelectorAll("video")].some((video) => isPlaying(video) && !isLocal(video)),
  find(document) {
    const players = [...document.querySelectorAll<HTMLElement>(SELECTORS.player)].filter((player) =>
      isVisible(holderOf(player)),
    );
    const frames = [...document.querySelectorAll<HTMLElement>(SELECTORS.frame)].filter(
      (frame) => isVisible(frame) && !frame.querySelector(SELECTORS.player) && frame.querySelector(SELECTORS.avatar),
    );
    return [...players.flatMap((player) => describe(player) ?? []), ...frames.map(cameraOff)];
  },
};

function describe(player: HTMLElement): Tile | undefined {
  const node = nodeOf(player);
  if (node === undefined) return undefined;
  const source = playingVideo(player) ?? playingVideo(shadowRootOf(player) ?? player) ?? canvasOf(player);
  const frame = holderOf(player);
  const name = findName(frame, SELECTORS.name);
  const share = isShare(node) || player.closest(SELECTORS.share) !== null;
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
  return player.closest<HTMLElement>(`${SELECTORS.frame}, ${SELECTORS.avatar}`) ?? player;
}

/** Without a player there is no node id. Nothing is judged here, so that the element's own number is identity enough. */
function cameraOff(frame: HTMLElement): Tile {
  const name = findName(frame, SELECTORS.name);
  return {
    participant: `off ${ordinalOf(frame)}`,
    ...(name && { name }),
    kind: "camera_off",
    element: frame,
    source: null,
    identity: () => "",
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
