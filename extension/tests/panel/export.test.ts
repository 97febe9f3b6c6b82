// @vitest-environment happy-dom
import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { contentOf } from "../../src/panel/export";
import type { CallRecord, ChallengeRecord, PersonRecord } from "../../src/shared/history";
import { fakeChrome } from "../chrome";

beforeEach(() => {
  fakeChrome();
  document.documentElement.lang = "en";
});

const person = (fields: Partial<PersonRecord> = {}): PersonRecord => ({
  participant: "p",
  name: "Ada",
  now: { label: "suspect", frames: 9, seconds: 12 },
  firstSeen: 1000,
  lastSeen: 9000,
  changes: [
    { at: 1000, label: "inconclusive", reason: "starting" },
    { at: 5000, label: "suspect" },
  ],
  trace: { at: [1000, 2000, 5000], evidence: [0, 1.5, 6.25], score: [null, 0.5, 0.75] },
  stills: [],
  alerted: false,
  ...fields,
});

const call = (...people: PersonRecord[]): CallRecord => ({
  call: "D",
  tab: 7,
  platform: "meet",
  started: 1000,
  updated: 9000,
  live: true,
  alarm: 10.49,
  people,
});

/** RFC 4180, as a spreadsheet reads it. */
function cells(csv: string): string[][] {
  const rows: string[][] = [];
  const pattern = /("(?:[^"]|"")*"|[^,\r\n]*)(,|\r\n)/gy;
  let row: string[] = [];
  for (const [, cell = "", end] of csv.replace(/^\uFEFF/, "").matchAll(pattern)) {
    row.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
    if (end === "\r\n") {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

test("CSV holds what was said and the evidence, one row each", () => {
  expect(cells(contentOf(call(person()), "csv", "0.1.0"))).toEqual([
    ["time", "participant", "name", "event", "label", "reason", "score", "evidence", "alarm", "answer", "steps"],
    ["1970-01-01T00:00:01.000Z", "p", "Ada", "label", "inconclusive", "starting", "", "", "", "", ""],
    ["1970-01-01T00:00:05.000Z", "p", "Ada", "label", "suspect", "", "", "", "", "", ""],
    ["1970-01-01T00:00:01.000Z", "p", "Ada", "evidence", "", "", "", "0", "10.49", "", ""],
    ["1970-01-01T00:00:02.000Z", "p", "Ada", "evidence", "", "", "0.5", "1.5", "10.49", "", ""],
    ["1970-01-01T00:00:05.000Z", "p", "Ada", "evidence", "", "", "0.75", "6.25", "10.49", "", ""],
  ]);
});

const challenge: ChallengeRecord = {
  at: 6000,
  answer: "looks_wrong",
  steps: [
    { step: "turn_left", state: "done" },
    { step: "hand", state: "not_done" },
  ],
  label: "suspect",
  log_odds: 1.4,
  shares: [{ source: "answer", log_odds: 1.4 }],
};

test("CSV holds the challenges that were kept", () => {
  const csv = contentOf(call(person({ name: "=1", challenges: [challenge] })), "csv", "0.1.0");
  const outcome = ["", "", "1.4", "", "looks_wrong", "turn left: done; hand: not done"];
  expect(cells(csv).at(-1)).toEqual(["1970-01-01T00:00:06.000Z", "p", "'=1", "challenge", "suspect", ...outcome]);
});

test.each(["=1+1", "+1", "-1", "@SUM(A1)", "|calc", "\t=1", " =1", "\r=1", "＝1", "%x"])(
  "a name like %j is no formula in a spreadsheet",
  (name) => {
    const csv = contentOf(call(person({ name })), "csv", "0.1.0");
    expect(cells(csv)[1]?.[2]).toBe(`'${name}`);
  },
);

test("whatever people call themselves, every row has its cells, and none begins a formula", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (name, participant) => {
      const rows = cells(contentOf(call(person({ name, participant, challenges: [challenge] })), "csv", "0.1.0"));
      expect(rows.map((row) => row.length)).toEqual(Array(7).fill(11));
      expect(rows.flat().filter((cell) => /^\s*[=+\-@]/.test(cell))).toEqual([]);
      expect([name, `'${name}`]).toContain(rows[1]?.[2]);
    }),
  );
});

test("JSON is what was seen, without what is the browser's own", () => {
  const told = JSON.parse(contentOf(call(person()), "json", "0.1.0"));
  expect(told).toMatchObject({ veritile: "0.1.0", platform: "meet", alarm: 10.49, people: [{ name: "Ada" }] });
  expect(told).not.toHaveProperty("tab");
  expect(told.people[0].trace).toEqual(person().trace);
});

const report = (...people: PersonRecord[]) => {
  const html = contentOf(call(...people), "html", "0.1.0");
  return { html, page: new DOMParser().parseFromString(html, "text/html") };
};

test("the report says who was seen and what was said of them, and that it is no proof", () => {
  const { html, page } = report(person());
  expect(html).toMatch(/^<!doctype html>/);
  expect(page.querySelector("h2")?.textContent).toBe("Ada: Suspect");
  expect(page.querySelectorAll("tbody tr")).toHaveLength(2);
  expect(page.querySelector("svg.chart polyline")?.getAttribute("points")?.split(" ")).toHaveLength(3);
  expect(page.body.textContent).toMatch(/hint, not a proof/);
  expect(page.body.textContent).toContain("Google Meet");
});

test("the report stands for itself: no script, nothing loaded, and nothing could be", () => {
  const still = { at: 5000, score: 0.9, jpeg: "AAAA" };
  const { html, page } = report(person({ stills: [still] }));
  expect(page.querySelector("script, link, iframe, object, embed, form")).toBeNull();
  expect(page.querySelector("img")?.getAttribute("src")).toBe("data:image/jpeg;base64,AAAA");
  expect(html).toContain("default-src 'none'");
  expect(html.replaceAll("http://www.w3.org/2000/svg", "")).not.toMatch(/https?:|url\(|@import/);
});

test("a name is text in the report, whatever is in it", () => {
  for (const name of ["<img src=x onerror=alert(1)>", "</title><script>alert(1)</script>", '"><svg onload=alert(1)>']) {
    const { page } = report(person({ name }));
    expect(page.querySelector("script, img, [onerror], [onload]")).toBeNull();
    expect(page.querySelector("h2")?.textContent).toContain(name);
  }
});

test("somebody of whom nothing was gathered is in every format", () => {
  const nobody = person({ trace: { at: [], evidence: [], score: [] }, changes: [] });
  expect(report(nobody).page.querySelector("h2")).not.toBeNull();
  expect(cells(contentOf(call(nobody), "csv", "0.1.0"))).toHaveLength(1);
});
