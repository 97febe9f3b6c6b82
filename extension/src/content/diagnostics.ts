/** What the adapter finds on the page, for "Copy diagnostics": counts alone, no names, ids, addresses or pictures. */
import type { TabFigures, TileKind } from "../shared/channel";
import { isLocal, isPlaying, isVisible, trackOf } from "./platforms/media";
import type { Platform, Tile } from "./platforms/tile";

const KINDS: readonly TileKind[] = ["camera", "camera_off", "self", "screen_share"];

/**
 * `way <what> <n>` is how often the platform's n-th way to find something does, with how often it should in a call:
 * "48 of 1-100 ok", or "0 of 1-100 odd". The ways are in platforms/, by their order.
 */
export function pageFacts(
  document: Document,
  platform: Platform,
  tiles: readonly Tile[],
): NonNullable<TabFigures["page"]> {
  const facts: Record<string, string | number | boolean> = {
    platform: platform.name,
    top_frame: window.top === window,
    hidden: document.hidden,
    call_is_on: platform.inCall(document),
  };
  for (const kind of KINDS) facts[`tiles ${kind}`] = tiles.filter((tile) => tile.kind === kind).length;
  facts["tiles named"] = tiles.filter(({ name }) => name).length;
  facts["tiles on canvas"] = tiles.filter(({ source }) => source instanceof HTMLCanvasElement).length;
  const videos = [...document.getElementsByTagName("video")];
  const count = (is: (video: HTMLVideoElement) => boolean) => videos.filter(is).length;
  facts.videos = videos.length;
  facts["videos visible"] = count(isVisible);
  facts["videos live"] = count((video) => trackOf(video) !== undefined);
  facts["videos playing"] = count(isPlaying);
  facts["videos local"] = count(isLocal);
  for (const [part, ways] of Object.entries(platform.strategies)) {
    ways.forEach(({ selector, expect: [least, most] }, at) => {
      const found = document.querySelectorAll(selector).length;
      facts[`way ${part.toLowerCase()} ${at + 1}`] =
        `${found} of ${least}-${most} ${found < least || found > most ? "odd" : "ok"}`;
    });
  }
  return facts;
}
