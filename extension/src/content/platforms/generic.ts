/** Any page on a site that the user has granted: every live camera-like video is a tile, without a name. */
import { area, bound, isPlaying, originOf, trackOf } from "./media";
import type { Platform, Tile } from "./tile";

export const generic: Platform = {
  name: "generic",
  // Without knowing the page: names and menus sit at the bottom and at the right more often than not.
  corner: "left",
  workers: ["blob"],
  matches: () => true,
  inCall: () => false,
  find(document) {
    // A film on a page has a file or a MediaSource, not a stream, and so does not play in this sense.
    const videos = [...document.querySelectorAll("video")].filter(isPlaying).sort((a, b) => area(b) - area(a));
    const tiles = new Map<string, Tile>();
    for (const video of videos) {
      const track = trackOf(video);
      // A person shown twice, large and in a strip, is one tile: the large one.
      if (track && !tiles.has(track.id)) tiles.set(track.id, describe(video, track));
    }
    return [...tiles.values()];
  },
};

function describe(video: HTMLVideoElement, track: MediaStreamTrack): Tile {
  const origin = originOf(track);
  return {
    participant: track.id,
    kind: origin === "camera" ? "self" : origin === "screen" ? "screen_share" : "camera",
    element: video,
    source: video,
    identity: () => bound("", video),
  };
}
