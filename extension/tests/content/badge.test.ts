// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from "vitest";
import { Badge } from "../../src/content/badge/badge";
import { MARKS } from "../../src/shared/marks";
import { LABELS } from "../../src/shared/vocabulary";
import { useStrings } from "./strings";

/** What it says and to whom; where it stands is tested in a browser, since happy-dom has neither layout nor popovers. */
describe("Badge", () => {
  let badge: Badge;

  beforeEach(() => {
    useStrings();
    document.body.innerHTML = "";
    badge = new Badge("p1", document.body, "top_left");
    document.body.append(badge.element);
  });

  it("tells each label by shape, by text and to a screen reader", () => {
    const seen = LABELS.map((label) => {
      badge.set({ label, quiet: false }, "Ana", 320);
      expect(badge.element.dataset).toMatchObject({ participant: "p1", label });
      expect(badge.element.querySelector("path")?.getAttribute("d")).toBe(MARKS[label]);
      return badge.element.ariaLabel;
    });
    expect(seen).toEqual(["Ana: Likely real", "Ana: Suspect", "Ana: Likely fake", "Ana: Inconclusive"]);
  });

  it("announces politely, and only what has changed", () => {
    const state = { label: "likely_real", quiet: false } as const;
    badge.set(state, "Ana", 320);
    expect(badge.element.querySelector("[role='status']")?.textContent).toBe("Ana: Likely real");
    const observer = new MutationObserver(() => {});
    observer.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
    badge.set({ ...state }, "Ana", 330);
    expect(observer.takeRecords()).toEqual([]);
    badge.set({ label: "suspect", quiet: false }, "Ana", 330);
    expect(observer.takeRecords()).not.toEqual([]);
    observer.disconnect();
  });

  it("counts its looks on without announcing anything", () => {
    const state = { label: "likely_real", quiet: false, frames: 14, seconds: 22 } as const;
    badge.set(state, "Ana", 320);
    const status = badge.element.querySelector("[role='status']") as Element;
    const observer = new MutationObserver(() => {});
    observer.observe(status, { subtree: true, childList: true, attributes: true, characterData: true });
    badge.set({ ...state, frames: 15, seconds: 27 }, "Ana", 320);
    expect(observer.takeRecords()).toEqual([]);
    expect(badge.element.querySelector("[role='tooltip']")?.textContent).toContain("15 looks in 27 s");
    observer.disconnect();
  });

  it("interrupts nobody to say that it cannot judge", () => {
    const status = badge.element.querySelector("[role='status']");
    badge.set({ label: "inconclusive", reason: "no_face", quiet: false }, "Ana", 320);
    expect(status?.ariaLive).toBe("off");
    for (const state of [{ label: "likely_fake" }, { label: "inconclusive", reason: "host_lost" }] as const) {
      badge.set({ ...state, quiet: false }, "Ana", 320);
      expect(status?.ariaLive).toBe("polite");
    }
  });

  it("explains itself on focus, and closes on Escape", () => {
    badge.set({ label: "inconclusive", reason: "face_too_small", quiet: false }, "Ana", 320);
    const mark = badge.element.querySelector("button");
    const explanation = badge.element.querySelector("[role='tooltip']");
    expect(mark?.getAttribute("aria-describedby")).toBe(explanation?.id);
    expect(explanation?.textContent).toMatch(/too small/);
    mark?.dispatchEvent(new Event("focus"));
    expect(badge.element.classList).toContain("open");
    mark?.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
    expect(badge.element.classList).not.toContain("open");
  });

  it("does not pass clicks on its mark to the page", () => {
    let clicks = 0;
    document.body.addEventListener("click", () => clicks++);
    badge.element.querySelector("button")?.click();
    expect(clicks).toBe(0);
  });

  it("takes a name for text, whatever it contains", () => {
    badge.set({ label: "suspect", quiet: false }, "<img src=x>", 320);
    expect(badge.element.querySelector("img")).toBeNull();
  });
});
