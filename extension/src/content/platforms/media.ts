/** What can be told from a media element and its track. */
import type { Source } from "./tile";

/** Smaller ones are icons and effects, not tiles (CSS pixels). */
const MIN_SIDE = 40;

export function trackOf(source: Source | null): MediaStreamTrack | undefined {
  if (!source || !("srcObject" in source)) return undefined;
  // Not `instanceof MediaStream`: srcObject may also be a MediaSourceHandle, which has no tracks.
  const stream = source.srcObject as Partial<MediaStream> | null;
  return stream?.getVideoTracks?.().find((track) => track.readyState === "live");
}

/**
 * Where a track comes from. Chromium gives `groupId` to tracks of local cameras alone and `displaySurface` to local
 * screens alone; remote WebRTC tracks, clones of them and generated tracks have neither.
 */
export function originOf(track: MediaStreamTrack): "camera" | "screen" | "elsewhere" {
  const settings = track.getSettings();
  if (settings.displaySurface !== undefined) return "screen";
  return settings.groupId === undefined ? "elsewhere" : "camera";
}

/** One's own camera or screen, not somebody else's. */
export function isLocal(video: HTMLVideoElement): boolean {
  const track = trackOf(video);
  return track !== undefined && originOf(track) !== "elsewhere";
}

export function area(element: Element): number {
  const { width, height } = element.getBoundingClientRect();
  return width * height;
}

export function isVisible(element: Element): boolean {
  const { width, height } = element.getBoundingClientRect();
  return width >= MIN_SIDE && height >= MIN_SIDE && element.checkVisibility({ visibilityProperty: true });
}

/** Shows moving pictures of a stream now. A remote track is muted while nothing arrives, as when its camera is off. */
export function isPlaying(video: HTMLVideoElement): boolean {
  const track = trackOf(video);
  return track !== undefined && !track.muted && video.readyState >= 2 && isVisible(video);
}

/** Other people's video is on show: the sign of a call that lobbies and previews lack. */
export function showsOthers(document: Document): boolean {
  return [...document.querySelectorAll("video")].some((video) => isPlaying(video) && !isLocal(video));
}

/** The host that a frame belongs to: one without an address of its own has that of the frame that made it. */
export function hostOf(): string {
  if (location.hostname) return location.hostname;
  const parent = location.ancestorOrigins?.[0];
  return parent && URL.canParse(parent) ? new URL(parent).hostname : "";
}

/** The video that a tile shows: tiles keep pooled ones that are empty or hidden, and previews that are small. */
export function playingVideo(root: ParentNode): HTMLVideoElement | null {
  return largest([...root.querySelectorAll("video")].filter(isPlaying)) ?? null;
}

export function largest<T extends Element>(elements: readonly T[]): T | undefined {
  let best: T | undefined;
  let most = -1;
  for (const element of elements) {
    const size = area(element);
    if (size > most) [best, most] = [element, size];
  }
  return best;
}

/** The root that a page's component hides its canvas in, closed or not. */
export function shadowRootOf(host: Element): ShadowRoot | null {
  if (!(host instanceof HTMLElement)) return null;
  // Pages of the extension itself have no chrome.dom.
  return chrome.dom?.openOrClosedShadowRoot(host) ?? host.shadowRoot;
}

/** The same number for as long as this object lives: an identity where the page offers none. */
export function ordinalOf(object: object): number {
  let ordinal = ordinals.get(object);
  if (ordinal === undefined) {
    ordinal = ++lastOrdinal;
    ordinals.set(object, ordinal);
  }
  return ordinal;
}
const ordinals = new WeakMap<object, number>();
let lastOrdinal = 0;

/** For a tile's `identity`: who, and by which track. */
export function bound(who: string | null | undefined, source: Source | null): string {
  const track = trackOf(source);
  return `${who ?? ""} ${track ? track.id : source?.isConnected ? ordinalOf(source) : ""}`;
}
