// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MOST_TILES, type Tile } from "../../src/content/platforms/tile";
import { GRACE_MS, isSame, RESCAN_MS, Roster, TileWatcher } from "../../src/content/tiles";
import { play, stage } from "./stage";

function tile(participant: string): Tile {
  const element = document.createElement("div");
  document.body.append(element);
  return { participant, kind: "camera", element, source: null, identity: () => participant };
}

describe("Roster", () => {
  it("remembers who vanishes for a moment, and forgets who stays away", () => {
    const roster = new Roster();
    const gone = (tiles: Tile[], now: number) => roster.update(tiles, now).gone;
    expect(gone([tile("a"), tile("b")], 0)).toEqual([]);
    expect(gone([tile("b")], 1000)).toEqual([]);
    expect([...roster.present.keys()]).toEqual(["b"]);
    expect(gone([tile("a"), tile("b")], 1000 + GRACE_MS - 1)).toEqual([]);
    expect(gone([tile("b")], 10_000)).toEqual([]);
    expect(gone([tile("b")], 10_000 + GRACE_MS)).toEqual(["a"]);
    expect(gone([tile("b")], 60_000)).toEqual([]);
  });

  it("knows a tile that was given to somebody else, or has left the page", () => {
    const roster = new Roster();
    let owner = "a";
    const shared = { ...tile("a"), identity: () => owner };
    roster.update([shared], 0);
    const seen = roster.present.get("a");
    expect(seen && isSame(seen)).toBe(true);
    owner = "b";
    expect(seen && isSame(seen)).toBe(false);
    owner = "a";
    shared.element.remove();
    expect(seen && isSame(seen)).toBe(false);
  });
});

describe("Roster, of tiles with pictures", () => {
  beforeEach(() =>
    stage(`<video id="large" data-size="1280x720"></video><video id="small" data-size="160x90"></video>`),
  );

  /** A participant's tile; the picture of its video is `width` pixels wide. */
  function showing(participant: string, selector: string, width: number, identity = participant): Tile {
    const source = play(selector);
    Object.defineProperty(source, "videoWidth", { value: width, configurable: true });
    Object.defineProperty(source, "videoHeight", { value: width / 2, configurable: true });
    return { participant, kind: "camera", element: source, source, identity: () => identity };
  }
  const ids = (tiles: readonly Tile[] = []) => tiles.map(({ element }) => element.id);

  it("takes the pictures of whoever is in two tiles from the larger one, whichever comes first", () => {
    const [large, small] = [showing("a", "#large", 640), showing("a", "#small", 640)];
    for (const tiles of [
      [large, small],
      [small, large],
    ]) {
      const roster = new Roster();
      roster.update(tiles, 0);
      expect([...roster.present.keys()]).toEqual(["a"]);
      expect(roster.present.get("a")?.tile).toBe(large);
      expect(ids(roster.present.get("a")?.copies)).toEqual(["small"]);
    }
  });

  it("prefers the stream with more pixels, and knows a tile that only keeps its place", () => {
    const roster = new Roster();
    roster.update([showing("a", "#large", 160), showing("a", "#small", 640)], 0);
    expect(roster.present.get("a")?.tile.element.id).toBe("small");
    document.querySelector("#large")?.toggleAttribute("hidden", true);
    roster.update([showing("a", "#large", 160), showing("a", "#small", 640)], 0);
    expect(roster.present.get("a")?.copies).toEqual([]);
  });

  it("shows nobody's badge on a person whom one of two tiles knows as oneself", () => {
    const roster = new Roster();
    roster.update([showing("a", "#large", 640), { ...showing("a", "#small", 160), kind: "self" }], 0);
    expect(roster.present.get("a")?.tile.kind).toBe("self");
  });

  it("notices a picture that has grown by half, step by step too, and somebody else's stream", () => {
    const roster = new Roster();
    const renewed = (width: number, identity = "a") =>
      roster.update([showing("a", "#large", width, identity)], 0).renewed.length > 0;
    expect([160, 160, 200, 230, 240, 300, 360].map((width) => renewed(width))).toEqual([
      false,
      false,
      false,
      false,
      true,
      false,
      true,
    ]);
    expect(renewed(360, "another track")).toBe(true);
    expect(renewed(360, "another track")).toBe(false);
    expect(renewed(180, "another track")).toBe(true);
  });

  it("does not care for pixels beyond those that are sent", () => {
    const roster = new Roster();
    roster.update([showing("a", "#large", 640)], 0);
    expect(roster.update([showing("a", "#large", 1920)], 0).renewed).toEqual([]);
  });
});

describe("TileWatcher", () => {
  let stop: AbortController;
  const onScan = vi.fn();
  const onRemoved = vi.fn();
  const find = vi.fn((): Tile[] => []);

  beforeEach(() => {
    vi.useFakeTimers();
    find.mockReset().mockReturnValue([]);
    stage("<main></main>");
    stop = new AbortController();
    const platform = { find } as never;
    new TileWatcher(document, {
      platformOf: () => platform,
      onScan,
      onRemoved,
      measure: (task) => task(),
      signal: stop.signal,
    });
    onScan.mockClear();
    onRemoved.mockClear();
  });

  afterEach(() => {
    stop.abort();
    vi.useRealTimers();
  });

  /** Lets observers see what changed, and debounced work happen, but not the slow re-scan. */
  const soon = () => vi.advanceTimersByTimeAsync(RESCAN_MS / 5);

  it("scans once for many videos that come together", async () => {
    for (let i = 0; i < 20; i++) document.body.append(document.createElement("video"));
    await soon();
    expect(onScan).toHaveBeenCalledTimes(1);
  });

  it("leaves attributes, texts and other elements to the slow re-scan", async () => {
    document.body.append("text", document.createElement("p"));
    document.body.className = "speaking";
    await soon();
    expect(onScan).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(RESCAN_MS);
    expect(onScan).toHaveBeenCalledTimes(1);
  });

  it("scans when a video within an added element comes or goes, or one starts to play", async () => {
    document.body.insertAdjacentHTML("beforeend", "<section><div><video id='v'></video></div></section>");
    await soon();
    expect(onScan).toHaveBeenCalledTimes(1);
    play("#v").dispatchEvent(new Event("playing"));
    await soon();
    expect(onScan).toHaveBeenCalledTimes(2);
    document.querySelector("section")?.remove();
    await soon();
    expect(onScan).toHaveBeenCalledTimes(3);
    expect(onRemoved).toHaveBeenCalled();
  });

  it("looks the more rarely the longer it takes, on a page that never rests", async () => {
    find.mockImplementation(() => {
      vi.setSystemTime(Date.now() + 30);
      vi.advanceTimersByTime(30);
      return [];
    });
    for (let ms = 0; ms < 10_000; ms += 50) {
      document.body.append(document.createElement("video"));
      await vi.advanceTimersByTimeAsync(50);
    }
    // Without that, some 80 times.
    expect(onScan.mock.calls.length).toBeLessThan(14);
  });

  it("takes no more tiles than a call can have", async () => {
    const element = document.body;
    const tile: Tile = { participant: "a", kind: "camera", element, source: null, identity: () => "" };
    find.mockReturnValue(Array(1000).fill(tile));
    await vi.advanceTimersByTimeAsync(RESCAN_MS);
    expect(onScan.mock.lastCall?.[0].tiles).toHaveLength(MOST_TILES);
  });

  it("leaves out a tile whose id the host would refuse, and with it everybody else's picture", async () => {
    const like = { kind: "camera", element: document.body, source: null, identity: () => "" } as const;
    find.mockReturnValue(["a", "b".repeat(128), "c".repeat(129)].map((participant) => ({ ...like, participant })));
    await vi.advanceTimersByTimeAsync(RESCAN_MS);
    expect(onScan.mock.lastCall?.[0].tiles.map(({ participant }: Tile) => participant[0])).toEqual(["a", "b"]);
  });

  it("takes a page that cannot be read for one without tiles, and reads on", async () => {
    find.mockImplementation(() => {
      throw new TypeError("closest is not a function");
    });
    await vi.advanceTimersByTimeAsync(2 * RESCAN_MS);
    expect(onScan.mock.calls.map(([{ tiles }]) => tiles)).toEqual([[], []]);
  });

  it("does nothing any more once stopped", async () => {
    stop.abort();
    document.body.append(document.createElement("video"));
    await vi.advanceTimersByTimeAsync(10 * RESCAN_MS);
    expect(onScan).not.toHaveBeenCalled();
  });
});
