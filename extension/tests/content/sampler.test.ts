// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Ladder, Shot } from "../../src/content/capture/ladder";
import { CLOSE_UP, type Detail, NoPicture, USUAL } from "../../src/content/capture/picture";
import { Figures } from "../../src/content/figures";
import type { Tile } from "../../src/content/platforms/tile";
import { Sampler } from "../../src/content/sampler";
import type { Seen } from "../../src/content/tiles";
import { MAX_BATCHES_IN_FLIGHT } from "../../src/shared/channel";
import type { Frame, VerdictItem } from "../../src/shared/protocol";

/** The camera is a stand-in, since happy-dom has no pixels; the clock is virtual; the sampler is the real one. */
class Stand {
  readonly tiles = new Map<string, Seen & { tile: Tile }>();
  readonly sent: { batch: number; frames: Frame[] }[] = [];
  readonly onVerdict = vi.fn();
  readonly onTrouble = vi.fn();
  readonly onStale = vi.fn();
  readonly figures = new Figures();
  capture: (tile: Tile, detail: Detail) => Promise<Shot> = async () => this.shot();
  sleep: Ladder["sleep"];
  up = true;
  readonly sampler = new Sampler({
    ladder: this.#ladder(),
    figures: this.figures,
    seen: (participant) => this.tiles.get(participant),
    send: (batch, frames) => {
      if (this.up) this.sent.push({ batch, frames });
      return this.up;
    },
    onVerdict: this.onVerdict,
    onTrouble: this.onTrouble,
    onStale: this.onStale,
  });

  #ladder(): Ladder {
    const stand = this;
    return {
      name: "stand",
      capture: (tile: Tile, detail: Detail) => stand.capture(tile, detail),
      get sleep() {
        return stand.sleep;
      },
    } as Ladder;
  }

  add(participant: string, tile: Partial<Tile> = {}): void {
    const element = document.createElement("div");
    document.body.append(element);
    const whole: Tile = { participant, kind: "camera", element, source: null, identity: () => participant, ...tile };
    this.tiles.set(participant, { tile: whole, identity: whole.identity() });
    this.sampler.add(participant);
  }

  shot(): Shot {
    return { jpeg: "AAAA", video: { width: 640, height: 360 }, capturedAt: Date.now(), takenAt: performance.now() };
  }

  answer({ batch, frames } = this.sent.at(-1) ?? { batch: 0, frames: [] }, next = 1000): void {
    this.sampler.answered(
      batch,
      frames.map(({ participant }) => ({ participant, label: "likely_real", next_sample_ms: next }) as VerdictItem),
    );
  }
}

let stand: Stand;
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  vi.useFakeTimers();
  stand = new Stand();
});
afterEach(() => {
  stand.sampler.run(false);
  stand.sampler.failAll();
  vi.useRealTimers();
});

describe("Sampler", () => {
  it("asks timers for whole milliseconds: one that rings a fraction too early rings twice for one picture", async () => {
    const set = vi.spyOn(globalThis, "setTimeout");
    stand.add("a");
    stand.sampler.run(true);
    await pass(100);
    set.mockClear();
    stand.answer(undefined, 1000.4);
    const waits = set.mock.calls.map(([, ms]) => ms ?? 0);
    expect(waits.length).toBeGreaterThan(0);
    expect(waits.every(Number.isInteger)).toBe(true);
    set.mockRestore();
  });

  it("takes one person's pictures in full size while the user looks at them, and at once", async () => {
    const details: [string, Detail][] = [];
    stand.capture = async ({ participant }, detail) => {
      details.push([participant, detail]);
      return stand.shot();
    };
    stand.add("a");
    stand.add("b");
    stand.sampler.run(true);
    await pass(100);
    for (const sent of stand.sent.splice(0)) stand.answer(sent, 5000);
    details.length = 0;
    stand.sampler.closeUp("b");
    await pass(50);
    expect(details).toEqual([["b", CLOSE_UP]]);
    stand.sampler.closeUp(undefined);
    stand.answer(undefined, 200);
    await pass(250);
    expect(details.at(-1)).toEqual(["b", USUAL]);
  });

  it("takes nothing until it may, and then at once", async () => {
    stand.add("a");
    await pass(5000);
    expect(stand.sent).toEqual([]);
    stand.sampler.run(true);
    await pass(5);
    expect(stand.sent.map(({ frames }) => frames.map((frame) => frame.participant))).toEqual([["a"]]);
  });

  it("takes the next picture when the host wants it", async () => {
    stand.add("a");
    stand.sampler.run(true);
    await pass(10);
    stand.answer(undefined, 800);
    await pass(700);
    expect(stand.sent).toHaveLength(1);
    await pass(150);
    expect(stand.sent).toHaveLength(2);
  });

  it("waits with everything while its batches are not answered", async () => {
    for (const participant of "abcdefgh") stand.add(participant);
    stand.sampler.run(true);
    await pass(3000);
    expect(stand.sent).toHaveLength(MAX_BATCHES_IN_FLIGHT);
    stand.answer(stand.sent[0]);
    await pass(100);
    expect(stand.sent).toHaveLength(MAX_BATCHES_IN_FLIGHT + 1);
  });

  it("throws a picture away when its tile was given to somebody else meanwhile", async () => {
    let owner = "a";
    stand.add("a", { identity: () => owner });
    stand.capture = async () => {
      owner = "b";
      return stand.shot();
    };
    stand.sampler.run(true);
    await pass(100);
    expect(stand.sent).toEqual([]);
    expect(stand.onStale).toHaveBeenCalled();
  });

  it("does not even take a picture of a tile that is somebody else's since the last scan", async () => {
    let owner = "a";
    stand.add("a", { identity: () => owner });
    owner = "b";
    stand.capture = vi.fn(stand.capture);
    stand.sampler.run(true);
    await pass(100);
    expect(stand.capture).not.toHaveBeenCalled();
    expect(stand.onStale).toHaveBeenCalled();
  });

  it("sends nothing after it was stopped, not even the picture that is being taken", async () => {
    stand.add("a");
    let finish = (_: Shot) => {};
    stand.capture = () => new Promise((resolve) => (finish = resolve));
    stand.sampler.run(true);
    await pass(10);
    stand.sampler.run(false);
    finish(stand.shot());
    await pass(5000);
    expect(stand.sent).toEqual([]);
  });

  it("tries again after a batch that failed, and after the link was down", async () => {
    stand.add("a");
    stand.sampler.run(true);
    await pass(10);
    stand.sampler.failed(stand.sent[0]?.batch ?? 0);
    await pass(1100);
    expect(stand.sent).toHaveLength(2);
    stand.sampler.failAll();
    stand.up = false;
    await pass(5000);
    stand.up = true;
    await pass(1100);
    expect(stand.sent).toHaveLength(3);
  });

  it("takes verdicts only for what it sent, once", async () => {
    stand.add("a");
    stand.sampler.run(true);
    await pass(10);
    const item = { participant: "stranger", label: "likely_fake", next_sample_ms: 100 } as VerdictItem;
    stand.sampler.answered(stand.sent[0]?.batch ?? 0, [item]);
    stand.answer(stand.sent[0]);
    stand.answer({ batch: 99, frames: stand.sent[0]?.frames ?? [] });
    expect(stand.onVerdict).not.toHaveBeenCalled();
  });

  it("sends the pictures that waited for a free batch together", async () => {
    let finish: (() => void)[] = [];
    stand.capture = () => new Promise((resolve) => finish.push(() => resolve(stand.shot())));
    for (const participant of "abcd") stand.add(participant);
    stand.sampler.run(true);
    await pass(200);
    expect(finish).toHaveLength(2);
    for (const done of finish.splice(0)) done();
    await pass(200);
    // Two are in flight, and nobody else's picture is taken before an answer.
    expect(stand.sent).toHaveLength(2);
    expect(finish).toHaveLength(0);
    stand.answer(stand.sent[0]);
    await pass(50);
    expect(finish.length).toBeGreaterThan(0);
    finish = [];
  });

  it("says that a tile cannot be read after some failures, and takes it back", async () => {
    stand.add("a");
    stand.capture = async () => {
      throw new NoPicture("tainted");
    };
    stand.sampler.run(true);
    await pass(1500);
    expect(stand.onTrouble).not.toHaveBeenCalled();
    await pass(3000);
    expect(stand.onTrouble).toHaveBeenLastCalledWith("a", "unsupported");
    stand.capture = async () => stand.shot();
    await pass(1100);
    expect(stand.onTrouble).toHaveBeenLastCalledWith("a", undefined);
  });

  it("does not count one frame twice, and says that a video is frozen", async () => {
    let frames = 1;
    const video = document.createElement("video");
    Object.assign(video, { getVideoPlaybackQuality: () => ({ totalVideoFrames: frames }) });
    stand.add("a", { source: video });
    stand.sampler.run(true);
    await pass(10);
    stand.answer(undefined, 100);
    await pass(3000);
    expect(stand.sent).toHaveLength(1);
    await pass(4000);
    expect(stand.onTrouble).toHaveBeenLastCalledWith("a", "frozen");
    frames = 2;
    await pass(1100);
    expect(stand.sent).toHaveLength(2);
    expect(stand.onTrouble).toHaveBeenLastCalledWith("a", undefined);
  });

  it("keeps time by the encoder's clock in a hidden tab, where the page's own is slow", async () => {
    const rings: (() => void)[] = [];
    stand.sleep = () => new Promise((resolve) => rings.push(resolve));
    vi.spyOn(Object.getPrototypeOf(Object.getPrototypeOf(document)), "hidden", "get").mockReturnValue(true);
    stand.add("a");
    stand.sampler.run(true);
    await pass(5000);
    expect(stand.sent).toEqual([]);
    for (const ring of rings.splice(0)) ring();
    await pass(0);
    expect(stand.sent).toHaveLength(1);
  });

  it("goes on when a verdict cannot be shown", async () => {
    for (const participant of "abc") stand.add(participant);
    const finish: (() => void)[] = [];
    stand.capture = () => new Promise((resolve) => finish.push(() => resolve(stand.shot())));
    stand.sampler.run(true);
    await pass(200);
    for (const done of finish.splice(0)) done();
    await pass(200);
    stand.onVerdict.mockImplementation(() => {
      throw new Error("the page took our element out");
    });
    for (const batch of [...stand.sent]) expect(() => stand.answer(batch)).toThrow("took our element out");
    await pass(1500);
    // The third, who waited for a free batch, and one of the first two again.
    expect(finish).toHaveLength(2);
  });

  it("forgets who has left", async () => {
    stand.add("a");
    stand.sampler.run(true);
    await pass(10);
    stand.sampler.remove("a");
    stand.answer();
    await pass(5000);
    expect(stand.sent).toHaveLength(1);
  });
});
