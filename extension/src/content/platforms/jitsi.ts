/** Jitsi Meet, on meet.jit.si or anybody's own server: known by its page. Selectors from its public source. */
import { bound, isPlaying, isVisible, originOf, playingVideo, showsOthers, trackOf } from "./media";
import { findName } from "./names";
import { holds, within } from "./strategies";
import type { Platform, Strategy, Tile } from "./tile";

const STRATEGIES = {
  remote: [{ selector: ".videocontainer[id^='participant_']", expect: [1, 100] }],
  self: [{ selector: ".videocontainer[id^='localVideoContainer']", expect: [1, 2] }],
  name: [{ selector: ".displayname", expect: [1, 100] }],
  video: [{ selector: "video[id^='remoteVideo_']", expect: [1, 200] }],
  /** The stage of every layout but the grid, where somebody's stream is shown a second time. */
  large: [{ selector: "#largeVideo", expect: [0, 1] }],
} as const satisfies Record<string, readonly Strategy[]>;
const TILES = `${STRATEGIES.remote[0].selector}, ${STRATEGIES.self[0].selector}`;
/** What the client appends to the id of a tile outside its main filmstrip. */
const FILMSTRIP = /_(stage|screenshare)$/;
/** A shared screen is a participant of its own, named after its owner's second source. */
const SCREEN = /-v[1-9]\d*$/;

export const jitsi: Platform = {
  name: "jitsi",
  // Names stand at the bottom left, the connection and the menu at the top.
  corner: "bottom_right",
  strategies: STRATEGIES,
  workers: ["blob"],
  matches: (document) => document.querySelector(TILES) !== null,
  inCall: showsOthers,
  find(document) {
    const elements = within(document, TILES);
    const tiles = elements.filter(isVisible).map(describe);
    return [...tiles, ...onStage(document, elements)];
  },
};

function idOf(element: Element): string {
  return element.id.replace(/^participant_/, "").replace(FILMSTRIP, "");
}

function describe(element: HTMLElement): Tile {
  const own = holds(element, STRATEGIES.self);
  const video = playingVideo(element);
  const track = trackOf(video);
  const share = SCREEN.test(idOf(element)) || (track !== undefined && originOf(track) === "screen");
  const name = findName(element, STRATEGIES.name);
  return {
    participant: idOf(element),
    ...(name && { name }),
    kind: share ? "screen_share" : own ? "self" : video ? "camera" : "camera_off",
    element,
    source: video,
    identity: () => bound(video && !element.contains(video) ? null : element.id, video),
  };
}

/** The large video belongs to the tile whose stream it shows; that tile may show an avatar meanwhile. */
function onStage(document: Document, elements: readonly HTMLElement[]): Tile[] {
  const large = document.querySelector<HTMLVideoElement>(STRATEGIES.large[0].selector);
  const track = trackOf(large);
  if (!large || !track || !isPlaying(large)) return [];
  const owner = elements.find((element) => [...element.querySelectorAll("video")].some((v) => trackOf(v) === track));
  if (!owner) return [];
  const tile = describe(owner);
  return [
    {
      ...tile,
      kind: tile.kind === "camera_off" ? "camera" : tile.kind,
      element: large.parentElement ?? large,
      source: large,
      identity: () => bound(owner.isConnected ? owner.id : null, large),
    },
  ];
}
