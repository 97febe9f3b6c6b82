/** Any page on a site that the user has granted: every live camera-like video is a tile, without a name. */
import { bound, isPlaying, originOf, trackOf } from "./media";
import { MOST_TILES, type Platform, type Tile } from "./tile";

export const generic: Platform = {
  name: "generic",
  // Without knowing the page: names and menus sit at the bottom and at the right more often than not.
  corner: "top_left",
  strategies: { video: [{ selector: "video", expect: [1, 200] }] },
  workers: ["blob"],
  matches: () => true,
  inCall: () => false,
  find(document) {
    // A film on a page has a file or a MediaSource, not a stream, and so does not play in this sense.
    return [...document.querySelectorAll("video")]
      .filter(isPlaying)
      .slice(0, MOST_TILES)
      .flatMap((video) => {
        const track = trackOf(video);
        return track ? [describe(video, track)] : [];
      });
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
