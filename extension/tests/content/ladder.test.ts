// @vitest-environment happy-dom
import { describe, expect, it, vi } from "vitest";
import { Ladder } from "../../src/content/capture/ladder";
import { CLOSE_UP, MAX_WIDTH, NoPicture, type Rung, RungFailed, sentSize } from "../../src/content/capture/picture";
import type { Tile } from "../../src/content/platforms/tile";

/** happy-dom neither draws nor encodes: these rungs only succeed or fail. The real ones are tested in a browser. */
function rung(name: string, capture: Rung["capture"], open: Rung["open"] = async () => {}) {
  return { name, open: vi.fn(open), capture: vi.fn(capture), close: vi.fn() };
}
const works = async () => ({ jpeg: "AAAA" });
const fails = async () => {
  throw new RungFailed("silence");
};
const now = <T>(task: () => T) => task();

function tile(width = 640, height = 360): Tile {
  const source = Object.assign(document.createElement("canvas"), { width, height });
  return { participant: "a", kind: "camera", element: source, source, identity: () => "a" };
}

describe("Ladder", () => {
  it("uses the first way that opens, and closes the others", async () => {
    const first = rung("first", works, fails as Rung["open"]);
    const second = rung("second", works);
    const ladder = new Ladder([first, second], now);
    const shot = await ladder.capture(tile());
    expect(shot).toMatchObject({ jpeg: "AAAA", video: { width: 640, height: 360 } });
    expect(ladder.name).toBe("second");
    expect(first.close).toHaveBeenCalledOnce();
  });

  it("opens a way once for captures that start together, and leaves it once", async () => {
    const first = rung("first", works, fails as Rung["open"]);
    const [second, third] = [rung("second", works), rung("third", works)];
    const ladder = new Ladder([first, second, third], now);
    await Promise.all([ladder.capture(tile()), ladder.capture(tile())]);
    expect(first.open).toHaveBeenCalledOnce();
    expect(second.open).toHaveBeenCalledOnce();
    expect(ladder.name).toBe("second");
  });

  it("forgives one silence, and leaves for good at the second", async () => {
    const first = rung("first", fails);
    const ladder = new Ladder([first, rung("second", works)], now);
    await expect(ladder.capture(tile())).rejects.toThrow(NoPicture);
    await ladder.capture(tile());
    await ladder.capture(tile());
    expect(first.capture).toHaveBeenCalledTimes(2);
    expect(ladder.name).toBe("second");
  });

  it("stays where it is when a tile shows nothing", async () => {
    const first = rung("first", async () => {
      throw new NoPicture("not ready");
    });
    const ladder = new Ladder([first, rung("second", works)], now);
    for (let i = 0; i < 5; i++) await expect(ladder.capture(tile())).rejects.toThrow(NoPicture);
    await expect(ladder.capture(tile(0, 0))).rejects.toThrow(NoPicture);
    await expect(ladder.capture({ ...tile(), source: null })).rejects.toThrow(NoPicture);
    expect(ladder.name).toBe("first");
  });

  it("offers a way's clock only once that way works: before, its silence would be taken for a ring", async () => {
    let opened = () => {};
    const slow = Object.assign(
      rung("slow", works, () => new Promise((resolve) => (opened = resolve))),
      { sleep: async () => {} },
    );
    const ladder = new Ladder([slow], now);
    const shot = ladder.capture(tile());
    expect(ladder.sleep).toBeUndefined();
    opened();
    await shot;
    expect(ladder.sleep).toBeDefined();
  });

  it("says so when no way is left, or it was closed", async () => {
    const ladder = new Ladder([rung("only", works, fails as Rung["open"])], now);
    await expect(ladder.capture(tile())).rejects.toThrow(RungFailed);
    expect(ladder.name).toBe("none");
    const closed = new Ladder([rung("only", works)], now);
    closed.close();
    await expect(closed.capture(tile())).rejects.toThrow(RungFailed);
  });
});

describe("The size that is sent", () => {
  it.each([
    [1280, 720, MAX_WIDTH, 360],
    [320, 180, 320, 180],
    [640, 1, 640, 1],
    [10_000, 2, MAX_WIDTH, 1],
  ])("of %d x %d is %d x %d: scaled down, never up", (width, height, w, h) => {
    expect(sentSize(width, height)).toEqual({ width: w, height: h });
  });
});

describe("The size that is sent", () => {
  it.each([
    [1280, 720, 640, 360],
    [640, 360, 640, 360],
    [320, 180, 320, 180],
    [1080, 1920, 640, 1138],
    [16_384, 16_384, 640, 640],
    [2, 4000, 1, 1280],
    [1, 1, 1, 1],
  ])("of %i x %i is %i x %i: as it is up to 640 wide, never larger, never nothing", (width, height, w, h) => {
    expect(sentSize(width, height)).toEqual({ width: w, height: h });
  });
});

it("sends what the user looks at as large as the call shows it, within what the host takes", () => {
  expect(sentSize(1280, 720, CLOSE_UP)).toEqual({ width: 1280, height: 720 });
  expect(sentSize(3840, 2160, CLOSE_UP)).toEqual({ width: 1920, height: 1080 });
});
