/** How the user wants badges to look, and how large that makes one on a tile. */
import type { PageSettings } from "../../shared/channel";
import type { BadgeSize } from "../../shared/settings";
import type { Corner } from "../platforms/tile";

export interface Look {
  size: BadgeSize;
  corner: Corner;
  /** Whether its words run from right to left. */
  rtl: boolean;
}

/** Heights of a line of text, in CSS pixels, from the smallest badge to the largest; style.ts draws them. */
export const LINES = [14, 18, 22, 27] as const;
/** Tiles below these widths, in CSS pixels, get that size when the user wants `medium`. */
const WIDTHS = [150, 800];
const STEPS: Readonly<Record<BadgeSize, number>> = { small: -1, medium: 0, large: 1 };
/** In so many lines' height there is room for the reason beside the title. */
const ROOMY = 13;

/** @param free the corner that the page leaves free */
export function lookOf(settings: PageSettings | undefined, free: Corner): Look {
  if (!settings) return { size: "medium", corner: free, rtl: false };
  const { badgeSize, badgeCorner, rtl } = settings;
  return { size: badgeSize, corner: badgeCorner === "auto" ? free : badgeCorner, rtl };
}

/** Index into `LINES`, and whether there is no room for more than the title. */
export function sizeOn(tileWidth: number, wanted: BadgeSize): { size: number; narrow: boolean } {
  const usual = WIDTHS.filter((width) => tileWidth >= width).length;
  const size = Math.min(LINES.length - 1, Math.max(0, usual + STEPS[wanted]));
  return { size, narrow: tileWidth < ROOMY * (LINES[size] ?? 0) };
}
