// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Badge } from "../../src/content/badge/badge";
import { Overlay } from "../../src/content/badge/overlay";
import { useStrings } from "./strings";

const LOOK = { size: "medium", corner: "top_left", rtl: false } as const;
const ACTIONS = { hide: () => {}, details: () => {}, check: () => {}, explain: () => true };

/** happy-dom has no popovers: this one keeps the rule that matters here, that only what is in the document can be shown. */
const showPopover = vi.fn(function (this: HTMLElement, _: { source: HTMLElement }) {
  if (!this.isConnected) throw new DOMException("Invalid on disconnected popover elements.", "InvalidStateError");
});

beforeEach(() => {
  vi.useFakeTimers();
  useStrings();
  document.body.innerHTML = "<div></div>";
  Object.assign(HTMLElement.prototype, { showPopover });
  vi.spyOn(Badge.prototype, "isShown", "get").mockReturnValue(false);
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

it("comes back at the next verdict when the page has rebuilt its document without it, but not without end", () => {
  const clock = vi.spyOn(performance, "now").mockReturnValue(0);
  const overlay = new Overlay(LOOK, ACTIONS, (task) => task());
  const tile = document.querySelector("div") as HTMLElement;
  overlay.set("a", [{ element: tile, width: 320 }], { label: "likely_real", quiet: false }, "Ana", { points: [] });
  const again = () => {
    document.querySelector("veritile-badges")?.remove();
    overlay.set("a", [{ element: tile, width: 320 }], { label: "suspect", quiet: false }, "Ana", { points: [] });
    vi.runOnlyPendingTimers();
  };
  again();
  expect(document.querySelector("veritile-badges")).toBeNull();
  clock.mockReturnValue(1000);
  again();
  expect(document.querySelectorAll("veritile-badges")).toHaveLength(1);
  expect(showPopover).toHaveBeenCalledTimes(2);
  overlay.close();
  expect(document.querySelector("veritile-badges")).toBeNull();
});

it("puts a badge on each tile of a person, announces one of them, and takes back what is too much", () => {
  vi.spyOn(HTMLElement.prototype, "attachShadow").mockImplementation(function (this: HTMLElement) {
    return Object.assign(this, { adoptedStyleSheets: [] }) as unknown as ShadowRoot;
  });
  document.body.innerHTML = "<div></div><div></div>";
  const [large, small] = [...document.querySelectorAll("div")].map((element, at) => ({ element, width: 640 >> at }));
  if (!large || !small) throw new Error("two tiles are on the page");
  const overlay = new Overlay(LOOK, ACTIONS, (task) => task());
  const badges = () => [...document.querySelectorAll<HTMLElement>(".badge")];
  const likelyFake = { label: "likely_fake", quiet: false } as const;
  overlay.set("a", [large, small], likelyFake, "Ana", { points: [] });
  vi.runOnlyPendingTimers();
  expect(badges().map(({ dataset }) => [dataset.participant, dataset.label])).toEqual(
    Array(2).fill(["a", "likely_fake"]),
  );
  expect(showPopover.mock.lastCall).toEqual([{ source: small.element }]);
  expect(badges().map((badge) => badge.querySelector("[role='status']")?.ariaLive)).toEqual(["polite", "off"]);
  overlay.set("a", [small], likelyFake, "Ana", { points: [] });
  vi.runOnlyPendingTimers();
  expect(badges()).toHaveLength(1);
  expect(showPopover.mock.lastCall).toEqual([{ source: small.element }]);
  overlay.remove("a");
  expect(badges()).toHaveLength(0);
  overlay.close();
});

it("shows the badges of a large call a few at a time, and all of them", () => {
  const tile = document.querySelector("div") as HTMLElement;
  let now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  let shown = 0;
  let longest = 0;
  showPopover.mockImplementation(() => {
    shown += 1;
    now += 5;
  });
  const task = (work: () => void) => {
    const start = now;
    work();
    longest = Math.max(longest, now - start);
  };
  const overlay = new Overlay(LOOK, ACTIONS, (work) => work());
  task(() => {
    for (let i = 0; i < 49; i++)
      overlay.set(`p${i}`, [{ element: tile, width: 320 }], { label: "suspect", quiet: false }, "Ana", { points: [] });
  });
  for (let i = 0; i < 49; i++) task(() => vi.advanceTimersToNextTimer());
  expect(shown).toBe(49);
  expect(longest).toBeLessThanOrEqual(15);
  overlay.close();
});
