// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from "vitest";
import { fill, listed, people } from "../../src/popup/people";
import type { RosterEntry } from "../../src/shared/channel";
import { fakeChrome } from "../chrome";

beforeEach(() => {
  fakeChrome();
});

const entry = (fields: Partial<RosterEntry>): RosterEntry => ({ participant: "p", kind: "camera", ...fields });

function row(fields: Partial<RosterEntry>): HTMLElement {
  return list([entry(fields)]).querySelector("li") as HTMLElement;
}

function list(entries: RosterEntry[]): HTMLUListElement {
  const [title, ul] = people();
  document.body.replaceChildren(title, ul);
  fill(ul, listed(entries));
  return ul;
}

const names = (ul: HTMLElement) => [...ul.querySelectorAll(".name")].map((name) => name.textContent);

test("whoever needs a look comes first; one's own tile is not listed", () => {
  const names = listed([
    entry({ name: "d", label: "inconclusive" }),
    entry({ name: "c", label: "likely_real" }),
    entry({ name: "b", label: "suspect" }),
    entry({ name: "a", label: "likely_fake" }),
    entry({ name: "me", kind: "self" }),
  ]).map(({ name }) => name);
  expect(names).toEqual(["a", "b", "c", "d"]);
});

test("a label is shown by shape, words and a sentence", () => {
  const likelyFake = row({ name: "Ada", label: "likely_fake", score: 0.93, confidence: 0.9 });
  expect(likelyFake.querySelector(".name")?.textContent).toBe("Ada");
  expect(likelyFake.querySelector(".label")?.textContent).toBe("Likely fake");
  expect(likelyFake.querySelector("svg path")?.getAttribute("d")).toMatch(/^M/);
  expect(likelyFake.querySelector(".quiet")?.textContent).toContain("Check who it is another way");
  expect(likelyFake.querySelector(".scale")?.getAttribute("aria-label")).toContain("0.93");
});

test("inconclusive says why, and gives no number", () => {
  const small = row({ label: "inconclusive", reason: "face_too_small", score: 0.45, confidence: 0 });
  expect(small.querySelector(".label")?.textContent).toBe("Inconclusive — face too small");
  expect(small.textContent).not.toMatch(/0\.45|45/);
  expect(small.querySelector(".scale")?.getAttribute("aria-label")).toBe("Score: No clear score yet");
});

test("the band is wider the less is known, and stays on the scale", () => {
  const band = (fields: Partial<RosterEntry>) => {
    const [from = 0, to = 0] = (
      row(fields)
        .querySelector<HTMLElement>(".band")
        ?.style.cssText.match(/[\d.]+(?=%)/g) ?? []
    ).map(Number);
    return { from, width: 100 - from - to };
  };
  const sure = band({ label: "likely_real", score: 0.5, confidence: 0.9 });
  const unsure = band({ label: "suspect", score: 0.5, confidence: 0.2 });
  expect(unsure.width).toBeGreaterThan(sure.width);
  expect(band({ label: "likely_fake", score: 1, confidence: 0.5 })).toEqual({ from: 75, width: 25 });
});

test("names are text, whatever is in them", () => {
  const hostile = row({ name: "<img src=x onerror=alert(1)>", label: "likely_real", score: 0.1 });
  expect(hostile.querySelector("img")).toBeNull();
  expect(hostile.querySelector(".name")?.textContent).toBe("<img src=x onerror=alert(1)>");
});

test("who has no name is said to have none", () => {
  expect(row({ label: "likely_real", score: 0.1 }).querySelector(".name")?.textContent).toBe("Unnamed participant");
});

test("whose badge the user hid is still listed, and can be shown again", () => {
  const ul = list([]);
  const show = vi.fn();
  fill(ul, listed([entry({ name: "Ada", label: "suspect", hidden: true })]), show);
  expect(ul.textContent).toContain("Badge hidden.");
  ul.querySelector("button")?.click();
  expect(show.mock.calls).toEqual([["p"]]);
});

test("without a score there is no scale", () => {
  expect(row({ label: "inconclusive", reason: "starting", score: null }).querySelector(".scale")).toBeNull();
  expect(row({ kind: "camera_off", label: "inconclusive", reason: "camera_off" }).querySelector(".scale")).toBeNull();
});

test("a change moves nothing but what has changed", () => {
  const [ana, ben, cem] = ["Ana", "Ben", "Cem"].map((name) =>
    entry({ participant: name, name, label: "likely_real", score: 0.2, confidence: 0.9, latency_ms: 20 }),
  ) as [RosterEntry, RosterEntry, RosterEntry];
  const ul = list([ana, ben, cem]);
  const [first, second, third] = ul.children;
  const observer = new MutationObserver(() => {});
  observer.observe(ul, { childList: true, subtree: true });
  const changes = () => observer.takeRecords().flatMap((record) => [...record.addedNodes, ...record.removedNodes]);
  fill(ul, listed([{ ...ana, latency_ms: 31 }, ben, cem]));
  expect(changes()).toEqual([]);
  fill(ul, listed([ana, { ...ben, score: 0.3 }, cem]));
  expect([ul.children[0], ul.children[2]]).toEqual([first, third]);
  expect(ul.children[1]).not.toBe(second);
  expect(new Set(changes())).toEqual(new Set([second, ul.children[1]]));
  fill(ul, listed([ana, cem, entry({ participant: "Dan", name: "Dan", label: "suspect" })]));
  expect(names(ul)).toEqual(["Dan", "Ana", "Cem"]);
});
