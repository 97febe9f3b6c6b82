/** What a capture gives, and how large it is. */
import type { Crop, Tile } from "../platforms/tile";

/** Faces are judged at 256 pixels; a wider picture only costs. */
export const MAX_WIDTH = 640;
/** Of a telephone held upright, and of nothing that is taller. */
export const MAX_HEIGHT = 1280;
export const JPEG_QUALITY = 0.85;

/** How much of a picture is kept; sizes in pixels. */
export interface Detail {
  width: number;
  height: number;
  quality: number;
}

export const USUAL: Detail = { width: MAX_WIDTH, height: MAX_HEIGHT, quality: JPEG_QUALITY };
/** As the call shows it, for whom a person is looking at: edges and ears matter then. */
export const CLOSE_UP: Detail = { width: 1920, height: 1920, quality: 0.9 };

export interface Picture {
  /** Base64. */
  jpeg: string;
}

/** The page shows no readable picture there now. Another way of capturing would not help. */
export class NoPicture extends Error {
  override name = "NoPicture";
}

/** This way of capturing does not work on this page. */
export class RungFailed extends Error {
  override name = "RungFailed";
}

/** The size to encode a region at: scaled down to the width that is wanted, never up. */
export function sentSize(width: number, height: number, detail: Detail = USUAL): { width: number; height: number } {
  const scale = Math.min(1, detail.width / width, detail.height / height);
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** The part of its source that a tile shows, in the source's pixels; undefined while it shows nothing. */
export function regionOf({ source, crop }: Tile): Crop | undefined {
  if (!source) return undefined;
  const isVideo = source instanceof HTMLVideoElement;
  const width = isVideo ? source.videoWidth : source.width;
  const height = isVideo ? source.videoHeight : source.height;
  const region = crop?.() ?? { x: 0, y: 0, width, height };
  return region.width >= 1 && region.height >= 1 ? region : undefined;
}

/** Long side of the picture that would be sent of a tile now, in pixels; 0 without one. */
export function pictureSide(tile: Tile): number {
  const region = regionOf(tile);
  if (!region) return 0;
  const { width, height } = sentSize(region.width, region.height);
  return Math.max(width, height);
}

/** One way to turn what a tile shows into a picture. */
export interface Rung {
  readonly name: string;
  /** @throws RungFailed when it does not work on this page */
  open(): Promise<void>;
  /** `region` is in pixels of the source. The picture is the one on show at the time of the call. */
  capture(source: HTMLVideoElement | HTMLCanvasElement, region: Crop, detail: Detail): Promise<Picture>;
  /** Resolves after `ms`, also in a hidden tab, where the page's own timers are slowed down. */
  sleep?(ms: number): Promise<void>;
  close(): void;
}
