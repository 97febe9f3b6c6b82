import { expect, test } from "vitest";
import { MAX_RESTARTS, nextRestart, WINDOW_MS } from "../../src/background/reconnect";

const NOW = 1_767_225_600_000;

/** Waits of a host that dies as soon as it runs, until there is none any more. */
function waits(): number[] {
  const result: number[] = [];
  let [restarts, now]: [number[], number] = [[], NOW];
  for (;;) {
    const next = nextRestart(restarts, now);
    if (!next) return result;
    result.push(next.wait);
    restarts = next.restarts;
    now += next.wait;
  }
}

test("waits grow from 250 ms, stay below 5 s, and end after five", () => {
  expect(waits()).toEqual([250, 500, 1000, 2000, 2000]);
});

test("restarts that are a minute old no longer count", () => {
  const old = Array.from({ length: MAX_RESTARTS }, (_, i) => NOW - WINDOW_MS - i);
  expect(nextRestart(old, NOW)).toEqual({ wait: 250, restarts: [NOW + 250] });
});

test("in any minute there are at most five, however a host dies", () => {
  let restarts: number[] = [];
  const all: number[] = [];
  for (let now = NOW; now < NOW + 10 * WINDOW_MS; now += 3_000) {
    const next = nextRestart(restarts, now);
    if (!next) continue;
    restarts = next.restarts;
    all.push(now + next.wait);
  }
  for (const from of all) expect(all.filter((at) => at >= from && at < from + WINDOW_MS).length).toBeLessThanOrEqual(5);
});

test("a clock that was set back does not block restarts for ever", () => {
  const future = Array.from({ length: MAX_RESTARTS }, () => NOW + 10 * WINDOW_MS);
  expect(nextRestart(future, NOW)?.wait).toBe(250);
});
