/** What a platform file must give: the tiles on the page now, and how to tell that a tile is still the same one. */
import type { TileKind } from "../../shared/channel";

/** More tiles than the largest grid, everybody twice: what goes beyond is not looked at. */
export const MOST_TILES = 120;

/** Characters of a participant's id, as the host takes them: with a longer one it would refuse everybody's picture beside it. */
export const LONGEST_ID = 128;

export type Source = HTMLVideoElement | HTMLCanvasElement;

/** In pixels of the source. */
export interface Crop {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Tile {
  /** Stable within the call; never a name. Two tiles of one person have the same. */
  participant: string;
  name?: string;
  kind: TileKind;
  /** Where the badge goes. */
  element: HTMLElement;
  /** What shows the picture; null when there is none. */
  source: Source | null;
  /** The part of a shared canvas that is this tile's; read anew for each picture. */
  crop?: () => Crop;
  /**
   * Who the page says this tile is, read anew from the page, with the track that feeds it.
   * Pages re-use elements and tracks for other people: a picture counts only when this is unchanged around its capture.
   */
  identity: () => string;
}

export type Corner = "top_left" | "top_right" | "bottom_left" | "bottom_right";

/** One way to find something on a page. */
export interface Strategy {
  selector: string;
  /**
   * How many matches a call has in which at least one other person's camera is on: the least and the most.
   * Other numbers say that the page has changed; "Copy diagnostics" tells.
   */
  expect: readonly [least: number, most: number];
}

export interface Platform {
  name: string;
  /** The corner of a tile that the platform's own controls leave free. */
  corner: Corner;
  /** What is looked for, each with the ways to find it, best first. */
  strategies: Readonly<Record<string, readonly Strategy[]>>;
  /**
   * Which encoder workers can work here, best first. A blob worker that the page's policy forbids raises violation
   * reports; the extension's frame is there for the manifest's own sites alone.
   */
  workers: readonly ("blob" | "frame")[];
  matches(document: Document): boolean;
  /** Whether a call is on, told by something other than its tiles: no tiles then means that the page has changed. */
  inCall(document: Document): boolean;
  /** All tiles on the page; a person who is pinned and in the grid too has two. */
  find(document: Document): Tile[];
}
