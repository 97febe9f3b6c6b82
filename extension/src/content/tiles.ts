/** Keeps track of the tiles on the page, at next to no cost while nothing changes. */
import { pictureSide } from "./capture/picture";
import type { Measure } from "./figures";
import { area, isVisible, trackOf } from "./platforms/media";
import { LONGEST_ID, MOST_TILES, type Platform, type Tile } from "./platforms/tile";

/** A vanished tile is remembered this long: layouts take tiles out and put them back. */
export const GRACE_MS = 5000;
/** For what raises no event: a name or an avatar that appears, a shadow root, an attribute. */
export const RESCAN_MS = 2500;
const DEBOUNCE_MS = 120;
/** Scans take at most one part in so many of the page's time, however much the page stirs. */
const SHARE = 40;
/** A picture whose side has grown or shrunk by this factor shows something new. */
const RESIZED = 1.5;

/** A tile with who it was at the scan that found it. */
export interface Seen {
  tile: Tile;
  identity: string;
}

/** A participant as of the last scan. */
export interface Present extends Seen {
  /** Further tiles of the same person, as when somebody is pinned and in the grid too; `tile` is the best of all. */
  copies: readonly Tile[];
  /** Long side of the picture, in pixels, when it last was something new. */
  side: number;
}

export interface Changes {
  /** Participants who are gone for good. */
  gone: string[];
  /** Those whose tile shows a picture of quite another size than before, or another stream. */
  renewed: string[];
}

/** Whether the page has not given the tile or its video to somebody else since. */
export function isSame({ tile, identity }: Seen): boolean {
  return tile.element.isConnected && tile.identity() === identity;
}

/** The tiles seen now or a moment ago, by participant. It is told the time. */
export class Roster {
  readonly present = new Map<string, Present>();
  readonly #vanished = new Map<string, number>();

  /** Takes the tiles of a scan in. */
  update(tiles: readonly Tile[], now: number): Changes {
    const before = new Map(this.present);
    const renewed: string[] = [];
    this.present.clear();
    for (const [participant, [tile, ...others]] of grouped(tiles)) {
      const identity = tile.identity();
      const side = pictureSide(tile);
      const last = before.get(participant);
      const isRenewed = last !== undefined && (last.identity !== identity || isResized(last.side, side));
      if (isRenewed) renewed.push(participant);
      // What a layout has put away keeps its place, but nobody sees it.
      const copies = others.filter(({ element }) => isVisible(element));
      this.present.set(participant, { tile, identity, copies, side: last && !isRenewed ? last.side : side });
      this.#vanished.delete(participant);
    }
    for (const participant of before.keys()) {
      if (!this.present.has(participant)) this.#vanished.set(participant, now);
    }
    const gone = [...this.#vanished].filter(([, since]) => now - since >= GRACE_MS).map(([participant]) => participant);
    for (const participant of gone) this.#vanished.delete(participant);
    return { gone, renewed };
  }
}

/** The tiles of each participant, the best first: the one with the largest picture, in the largest tile. */
function grouped(tiles: readonly Tile[]): Map<string, [Tile, ...Tile[]]> {
  const groups = new Map<string, [Tile, ...Tile[]]>();
  for (const tile of tiles) {
    const group = groups.get(tile.participant);
    if (group) group.push(tile);
    else groups.set(tile.participant, [tile]);
  }
  for (const group of groups.values()) {
    if (group.length > 1)
      group.sort(
        (a, b) =>
          KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) ||
          pictureSide(b) - pictureSide(a) ||
          area(b.element) - area(a.element),
      );
  }
  return groups;
}

/** What a person's tiles say of them, the surest first. */
const KINDS: readonly Tile["kind"][] = ["self", "camera", "screen_share", "camera_off"];

function isResized(before: number, now: number): boolean {
  return now >= RESIZED * before || before >= RESIZED * now;
}

export interface Scan {
  platform: Platform;
  tiles: Tile[];
}

export interface WatcherOptions {
  platformOf(document: Document): Platform;
  onScan(scan: Scan): void;
  /** Elements left the page; called before the next paint. */
  onRemoved(): void;
  measure: Measure;
  signal: AbortSignal;
}

/** Scans when a video or canvas comes or goes or starts or stops playing, and every 2.5 s. */
export class TileWatcher {
  readonly #document: Document;
  readonly #options: WatcherOptions;
  readonly #tracks = new WeakSet<MediaStreamTrack>();
  #pending: ReturnType<typeof setTimeout> | undefined;
  /** How long the last scan took, ms. */
  #cost = 0;

  constructor(document: Document, options: WatcherOptions) {
    this.#document = document;
    this.#options = options;
    const { signal } = options;
    // Child lists alone: attributes and texts of a meeting page change all the time.
    const observer = new MutationObserver((records) => options.measure(() => this.#mutated(records)));
    observer.observe(globalThis.document, { childList: true, subtree: true });
    const rescan = setInterval(() => this.scan(), RESCAN_MS);
    // Media events do not bubble, but they can be captured.
    for (const event of ["loadeddata", "playing", "emptied", "ended", "resize"] as const) {
      document.addEventListener(event, () => this.poke(), { capture: true, passive: true, signal });
    }
    signal.addEventListener("abort", () => {
      observer.disconnect();
      clearInterval(rescan);
      clearTimeout(this.#pending);
    });
    this.scan();
  }

  /** Scans soon; further calls until then cost nothing. */
  poke(): void {
    if (this.#options.signal.aborted) return;
    const wait = Math.min(Math.max(DEBOUNCE_MS, SHARE * this.#cost), RESCAN_MS);
    this.#pending ??= setTimeout(() => this.scan(), wait);
  }

  scan(): void {
    clearTimeout(this.#pending);
    this.#pending = undefined;
    if (this.#options.signal.aborted) return;
    const start = performance.now();
    this.#options.measure(() => {
      const platform = this.#options.platformOf(this.#document);
      const tiles = found(platform, this.#document);
      this.#followTracks();
      this.#options.onScan({ platform, tiles });
    });
    this.#cost = performance.now() - start;
  }

  /** A remote camera that goes off and on mutes its track, and the video element says nothing. */
  #followTracks(): void {
    for (const video of this.#document.getElementsByTagName("video")) {
      const track = trackOf(video);
      if (!track || this.#tracks.has(track)) continue;
      this.#tracks.add(track);
      for (const event of ["mute", "unmute", "ended"] as const) {
        track.addEventListener(event, () => this.poke(), { signal: this.#options.signal });
      }
    }
  }

  #mutated(records: MutationRecord[]): void {
    let removed = false;
    let relevant = false;
    for (const record of records) {
      removed ||= hasElement(record.removedNodes);
      relevant ||= holdsMedia(record.addedNodes) || holdsMedia(record.removedNodes);
    }
    if (removed) this.#options.onRemoved();
    if (relevant) this.poke();
  }
}

/** The tiles on the page, of which there cannot be more than a call has. */
function found(platform: Platform, document: Document): Tile[] {
  try {
    return platform
      .find(document)
      .filter(({ participant }) => participant.length <= LONGEST_ID)
      .slice(0, MOST_TILES);
  } catch {
    // A page can name its elements so that they hide their own methods: it then has no tiles, and is said to have none.
    return [];
  }
}

function hasElement(nodes: NodeList): boolean {
  for (const node of nodes) if (node instanceof Element) return true;
  return false;
}

function holdsMedia(nodes: NodeList): boolean {
  for (const node of nodes) {
    if (node instanceof Element && (node.matches("video, canvas") || node.querySelector("video, canvas"))) return true;
  }
  return false;
}
