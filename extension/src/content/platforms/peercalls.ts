/** Peer Calls, the self-hosted meeting that the demonstration runs. It is known by its page, since anybody can host it. */
import { bound, isPlaying, originOf, trackOf } from "./media";
import { asName } from "./names";
import { within } from "./strategies";
import type { Platform, Strategy, Tile } from "./tile";

const TILE = ".video-container";
const STRATEGIES = {
  tile: [{ selector: TILE, expect: [2, 100] }],
  video: [{ selector: `${TILE} > video[id^='video-']`, expect: [2, 100] }],
  name: [{ selector: ".video-footer .nickname", expect: [1, 100] }],
} as const satisfies Record<string, readonly Strategy[]>;
const VIDEO = STRATEGIES.video[0].selector;
const SELF = "_me_";

export const peercalls: Platform = {
  name: "peercalls",
  corner: "top_left",
  strategies: STRATEGIES,
  workers: ["blob"],
  matches: (document) => document.querySelector(VIDEO) !== null,
  inCall: () => false,
  find(document) {
    const seen = new Map<string, MediaProvider | null>();
    return within(document, TILE).flatMap((element) => {
      const video = element.querySelector<HTMLVideoElement>(VIDEO);
      return video ? [describe(element, video, seen)] : [];
    });
  },
};

/** `seen` holds the first stream of each peer so far. */
function describe(element: HTMLElement, video: HTMLVideoElement, seen: Map<string, MediaProvider | null>): Tile {
  const peer = video.id.slice("video-".length);
  const stream = video.srcObject;
  if (!seen.has(peer)) seen.set(peer, stream);
  // The page gives each further stream of a peer the same id.
  const isFirst = seen.get(peer) === stream;
  const participant = isFirst ? peer : `${peer} ${(stream as MediaStream | null)?.id ?? ""}`;
  const track = trackOf(video);
  const share = track !== undefined && originOf(track) === "screen";
  const name = nameOf(element);
  return {
    participant,
    ...(name && { name }),
    kind: share ? "screen_share" : peer === SELF ? "self" : isPlaying(video) ? "camera" : "camera_off",
    element,
    source: video,
    identity: () => bound(element.contains(video) ? video.id : null, video),
  };
}

function nameOf(element: Element): string | undefined {
  const label = element.querySelector(STRATEGIES.name[0].selector);
  return asName(label instanceof HTMLInputElement ? label.value : label?.textContent);
}
