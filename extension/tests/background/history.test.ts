import fc from "fast-check";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { History, MAX_POINTS, MAX_STILLS } from "../../src/background/history";
import type { RosterEntry } from "../../src/shared/channel";
import type { VerdictItem } from "../../src/shared/protocol";
import type { Label } from "../../src/shared/vocabulary";
import { type FakeChrome, fakeChrome, settle } from "../chrome";

let fake: FakeChrome;
let history: History;
const changed = vi.fn();
const becameFake = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  fake = fakeChrome();
  changed.mockClear();
  becameFake.mockClear();
  history = new History({ changed, becameFake });
});

afterEach(() => {
  vi.useRealTimers();
});

const PLACE = { call: "D", tab: 7, platform: "meet" };
const entry = (fields: Partial<RosterEntry> = {}): RosterEntry => ({
  participant: "p",
  kind: "camera",
  label: "likely_real",
  ...fields,
});
const item = (at: number, evidence: number, fields: Partial<VerdictItem> = {}): VerdictItem => ({
  participant: "p",
  captured_at: at,
  label: "suspect",
  score: 0.4,
  confidence: 0.5,
  evidence,
  basis: { frames: 1, seconds: 0, quality: 1, parts: [] },
  people: 1,
  quality: 1,
  faces: [],
  next_sample_ms: 1000,
  dropped: false,
  timing: { queue_ms: 0, decode_ms: 0, detect_ms: 0, score_ms: 0 },
  ...fields,
});
const see = (label: Label, now: number, fields: Partial<RosterEntry> = {}) =>
  history.roster(PLACE, [entry({ label, ...fields })], now);
const person = () => history.get("D")?.people[0];

test("what the badge said is kept with its time, and only when it changed", () => {
  see("inconclusive", 1, { reason: "starting" });
  see("inconclusive", 2, { reason: "starting" });
  see("inconclusive", 3, { reason: "blurred" });
  see("suspect", 4, { name: "Ada" });
  expect(person()).toMatchObject({
    name: "Ada",
    firstSeen: 1,
    lastSeen: 4,
    changes: [
      { at: 1, label: "inconclusive", reason: "starting" },
      { at: 3, label: "inconclusive", reason: "blurred" },
      { at: 4, label: "suspect" },
    ],
  });
});

test("one's own tile is nobody's record, and a page with nobody else is no call", () => {
  history.roster(PLACE, [{ participant: "me", kind: "self" }], 1);
  history.roster(PLACE, [], 2);
  expect(history.titles()).toEqual([]);
});

test("the evidence is kept over time; what was not looked at adds nothing, and time never runs backwards", () => {
  see("suspect", 0);
  history.verdicts(PLACE, [item(10, 1.234)], 10.5, 20);
  history.verdicts(PLACE, [item(30, 2, { dropped: true }), item(9, 3)], 10.5, 40);
  history.verdicts(PLACE, [item(50, 4, { score: null }), item(60, 9, { participant: "stranger" })], 10.5, 60);
  expect(person()?.trace).toEqual({ at: [10, 50], evidence: [1.23, 4], score: [0.4, null] });
  expect(history.get("D")?.alarm).toBe(10.5);
});

test("however long a call, its trace stays small, in order, and keeps its peak", () => {
  fc.assert(
    fc.property(fc.array(fc.float({ min: 0, max: 20, noNaN: true }), { minLength: 1, maxLength: 3000 }), (values) => {
      history = new History({ changed, becameFake });
      see("suspect", 0);
      for (const [at, evidence] of values.entries()) history.verdicts(PLACE, [item(at + 1, evidence)], 10, at);
      const { at = [], evidence = [], score = [] } = person()?.trace ?? {};
      expect(at.length).toBe(evidence.length);
      expect(at.length).toBe(score.length);
      expect(at.length).toBeLessThanOrEqual(MAX_POINTS);
      expect([...at].sort((a, b) => a - b)).toEqual(at);
      expect(Math.max(...evidence)).toBeCloseTo(Math.max(...values), 1);
    }),
    { numRuns: 25 },
  );
});

test("likely fake is told once an episode; moments without a verdict do not end it, a real face does", () => {
  see("likely_fake", 1);
  see("inconclusive", 2, { reason: "blurred" });
  see("suspect", 3);
  see("likely_fake", 4);
  expect(becameFake).toHaveBeenCalledTimes(1);
  see("likely_real", 5);
  see("likely_fake", 6);
  expect(becameFake).toHaveBeenCalledTimes(2);
});

test("whoever the user hid is not told of, until they are shown again", () => {
  see("likely_fake", 1, { hidden: true });
  expect(becameFake).not.toHaveBeenCalled();
  see("likely_fake", 2);
  expect(becameFake).toHaveBeenCalledTimes(1);
});

test("a service worker that was put to sleep goes on where it stopped, and tells nothing twice", async () => {
  see("likely_fake", 1, { name: "Ada" });
  history.verdicts(PLACE, [item(10, 3)], 10, 20);
  await vi.advanceTimersByTimeAsync(2_000);
  const next = new History({ changed, becameFake });
  await next.restore();
  expect(next.get("D")).toEqual({ ...history.get("D"), live: false });
  next.roster(PLACE, [entry({ label: "likely_fake" })], 30);
  expect(next.get("D")?.live).toBe(true);
  expect(becameFake).toHaveBeenCalledTimes(1);
});

test("what is stored grows with the call's people, not with its looks", async () => {
  see("suspect", 0);
  for (let at = 1; at <= 5_000; at++) history.verdicts(PLACE, [item(at * 1000 + 1.6e12, at % 13)], 10, at);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(JSON.stringify(fake.session.values).length).toBeLessThan(20_000);
});

test("at most 100 people a call and 12 calls are kept: the longest gone go", () => {
  for (let at = 0; at < 130; at++) see("likely_real", at, { participant: `p${at}` });
  expect(history.get("D")?.people).toHaveLength(100);
  expect(person()?.participant).toBe("p30");
  for (let at = 0; at < 20; at++) history.roster({ ...PLACE, call: `c${at}` }, [entry()], 1000 + at);
  expect(history.titles().map(({ call }) => call)).toEqual(Array.from({ length: 12 }, (_, at) => `c${19 - at}`));
});

test("a call that is left stays to be read, unless the user wants nothing kept; forgotten is forgotten", async () => {
  see("suspect", 1);
  history.left("D", true);
  expect(history.get("D")?.live).toBe(false);
  await vi.advanceTimersByTimeAsync(2_000);
  history.left("D", false);
  await settle();
  expect(history.get("D")).toBeUndefined();
  expect(fake.session.values).toEqual({});
  expect(changed).toHaveBeenLastCalledWith("D");
});

test("of the pictures the most telling stay, and none when they are no longer wanted", () => {
  see("suspect", 1);
  expect([history.lacksStill("D", "p"), history.lacksStill("D", "nobody")]).toEqual([true, false]);
  for (let at = 1; at <= 9; at++) history.still("D", "p", { at, score: at / 10, jpeg: "AAAA" });
  history.still("D", "nobody", { at: 1, score: 1, jpeg: "AAAA" });
  expect(history.lacksStill("D", "p")).toBe(false);
  expect(person()?.stills.map(({ score }) => score)).toEqual([0.9, 0.8, 0.7, 0.6].slice(0, MAX_STILLS));
  history.forgetStills();
  expect(person()?.stills).toEqual([]);
});
