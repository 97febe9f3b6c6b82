// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Tile } from "../../src/content/platforms/tile";
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
    expect(roster.update([tile("a"), tile("b")], 0)).toEqual([]);
    expect(roster.update([tile("b")], 1000)).toEqual([]);
    expect([...roster.present.keys()]).toEqual(["b"]);
    expect(roster.update([tile("a"), tile("b")], 1000 + GRACE_MS - 1)).toEqual([]);
    expect(roster.update([tile("b")], 10_000)).toEqual([]);
    expect(roster.update([tile("b")], 10_000 + GRACE_MS)).toEqual(["a"]);
    expect(roster.update([tile("b")], 60_000)).toEqual([]);
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

describe("TileWatcher", () => {
  let stop: AbortController;
  const onScan = vi.fn();
  const onRemoved = vi.fn();

  beforeEach(() => {
    vi.useFakeTimers();
    stage("<main></main>");
    stop = new AbortController();
    const platform = { find: () => [] } as never;
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

  it("does nothing any more once stopped", async () => {
    stop.abort();
    document.body.append(document.createElement("video"));
    await vi.advanceTimersByTimeAsync(10 * RESCAN_MS);
    expect(onScan).not.toHaveBeenCalled();
  });
});
