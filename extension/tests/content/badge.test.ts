// @vitest-environment happy-dom
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Badge } from "../../src/content/badge/badge";
import { type Facts, stepsFor } from "../../src/content/badge/card";
import { heatOf } from "../../src/content/badge/heat";
import { sizeOn } from "../../src/content/badge/look";
import type { BadgeState } from "../../src/content/badge/words";
import { MARKS } from "../../src/shared/marks";
import type { BadgeSize } from "../../src/shared/settings";
import { LABELS } from "../../src/shared/vocabulary";
import { useStrings } from "./strings";

const NOTHING: Facts = { points: [] };

/** What it says and to whom; where it stands is tested in a browser, since happy-dom has neither layout nor popovers. */
describe("Badge", () => {
  let badge: Badge;
  const actions = { hide: vi.fn(), details: vi.fn(), check: vi.fn(), explain: vi.fn(() => true) };
  const look = (size: BadgeSize = "medium") => ({ size, corner: "top_left", rtl: false }) as const;
  const set = (state: BadgeState, name = "Ana", width = 320, facts = NOTHING) => badge.set(state, name, width, facts);
  const part = (selector: string) => badge.element.querySelector<HTMLElement>(selector);

  beforeEach(() => {
    useStrings();
    document.body.innerHTML = "";
    // happy-dom has no popovers.
    Object.assign(HTMLElement.prototype, { showPopover() {}, hidePopover() {} });
    badge = new Badge({ participant: "p1", anchor: document.body, look: look(), actions });
    document.body.append(badge.element);
  });

  it("tells each label by shape, by text and to a screen reader", () => {
    const seen = LABELS.map((label) => {
      set({ label, quiet: false }, "Ana", 320);
      expect(badge.element.dataset).toMatchObject({ participant: "p1", label });
      expect(badge.element.querySelector("path")?.getAttribute("d")).toBe(MARKS[label]);
      return badge.element.ariaLabel;
    });
    expect(seen).toEqual(["Ana: Likely real", "Ana: Suspect", "Ana: Likely fake", "Ana: Inconclusive"]);
  });

  it("announces politely, and only what has changed", () => {
    const state = { label: "likely_real", quiet: false } as const;
    set(state, "Ana", 320);
    expect(badge.element.querySelector("[role='status']")?.textContent).toBe("Ana: Likely real");
    const observer = new MutationObserver(() => {});
    observer.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
    set({ ...state }, "Ana", 330);
    expect(observer.takeRecords()).toEqual([]);
    set({ label: "suspect", quiet: false }, "Ana", 330);
    expect(observer.takeRecords()).not.toEqual([]);
    observer.disconnect();
  });

  it("counts its looks on in an open card, without announcing anything", () => {
    const state = { label: "likely_real", quiet: false, frames: 14, seconds: 22 } as const;
    set(state);
    part("button.mark")?.click();
    const status = part("[role='status']") as Element;
    const observer = new MutationObserver(() => {});
    observer.observe(status, { subtree: true, childList: true, attributes: true, characterData: true });
    set({ ...state, frames: 15, seconds: 27 });
    expect(observer.takeRecords()).toEqual([]);
    expect(part(".sentence")?.textContent).toContain("15 looks in 27 s");
    observer.disconnect();
  });

  it("interrupts nobody to say that it cannot judge", () => {
    const status = badge.element.querySelector("[role='status']");
    set({ label: "inconclusive", reason: "no_face", quiet: false }, "Ana", 320);
    expect(status?.ariaLive).toBe("off");
    for (const state of [{ label: "likely_fake" }, { label: "inconclusive", reason: "host_lost" }] as const) {
      set({ ...state, quiet: false }, "Ana", 320);
      expect(status?.ariaLive).toBe("polite");
    }
  });

  it("opens on hover and on click, and closes on Escape", () => {
    set({ label: "inconclusive", reason: "face_too_small", quiet: false });
    const mark = part("button.mark") as HTMLButtonElement;
    expect(mark.ariaDescription).toMatch(/too small/);
    expect(part(".card")).toBeNull();
    for (const open of [
      () => mark.dispatchEvent(new PointerEvent("pointerenter", { pointerType: "mouse" })),
      () => mark.click(),
    ]) {
      open();
      expect(mark.ariaExpanded).toBe("true");
      expect(part(".card")?.id).toBe(mark.getAttribute("aria-controls"));
      mark.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
      expect(mark.ariaExpanded).toBe("false");
    }
  });

  it("stays open after a click until the next one, wherever the pointer goes", () => {
    vi.useFakeTimers();
    set({ label: "suspect", quiet: false });
    const mark = part("button.mark") as HTMLButtonElement;
    const leave = () => {
      mark.dispatchEvent(new PointerEvent("pointerout", { bubbles: true }));
      vi.advanceTimersByTime(1000);
    };
    mark.dispatchEvent(new PointerEvent("pointerenter", { pointerType: "mouse" }));
    leave();
    expect(mark.ariaExpanded).toBe("false");
    mark.click();
    leave();
    expect(mark.ariaExpanded).toBe("true");
    mark.click();
    expect(mark.ariaExpanded).toBe("false");
    vi.useRealTimers();
  });

  it("closes when the user turns to the page, or to another badge", () => {
    set({ label: "suspect", quiet: false });
    const mark = part("button.mark") as HTMLButtonElement;
    mark.click();
    document.body.dispatchEvent(new PointerEvent("pointerdown", { bubbles: true }));
    expect(mark.ariaExpanded).toBe("false");
    const other = new Badge({ participant: "p2", anchor: document.body, look: look(), actions });
    document.body.append(other.element);
    mark.click();
    other.element.querySelector<HTMLElement>("button.mark")?.click();
    expect(mark.ariaExpanded).toBe("false");
  });

  it("draws the evidence against the alarm, and says it in words", () => {
    const points = [0, 3, 6].map((evidence, at) => ({ at: at * 60_000, evidence }));
    set({ label: "suspect", quiet: false }, "Ana", 320, { points, alarm: 8 });
    part("button.mark")?.click();
    expect(part("figure")?.hidden).toBe(false);
    expect(part(".sparkline")?.getAttribute("aria-label")).toContain("75 %");
    expect(part(".since")?.textContent).toBe("2 min ago");
    set({ label: "suspect", quiet: false }, "Ana", 320, { points: points.slice(0, 1), alarm: 8 });
    expect(part("figure")?.hidden).toBe(true);
  });

  it("tells what one can do, and nothing where nobody is judged", () => {
    const steps = (state: BadgeState) => stepsFor(state).map((step) => step.split(" ").slice(0, 3).join(" "));
    expect(steps({ label: "likely_fake", quiet: false })).toEqual(["Call them back", "Ask them to"]);
    expect(steps({ label: "suspect", quiet: false })).toEqual(["Ask them to", "Call them back"]);
    expect(steps({ label: "inconclusive", reason: "too_dark", advice: "light", quiet: false })).toEqual([
      "Ask for more",
      "Call them back",
    ]);
    expect(steps({ label: "inconclusive", reason: "camera_off", quiet: true })).toEqual([]);
    expect(steps({ label: "inconclusive", reason: "host_lost", quiet: false })).toEqual([]);
  });

  it("passes on what the user wants of this person", () => {
    set({ label: "suspect", quiet: false });
    part("button.mark")?.click();
    const [check, details, hide] = badge.element.querySelectorAll<HTMLElement>(".foot .act");
    check?.click();
    expect(actions.check).toHaveBeenCalledOnce();
    expect(actions.details).not.toHaveBeenCalled();
    details?.click();
    hide?.click();
    expect(actions.details).toHaveBeenCalledOnce();
    expect(actions.hide).toHaveBeenCalledOnce();
  });

  it("shows where the score comes from when asked, says what that is not, and keeps no face", () => {
    const facts = { points: [], basis: { frames: 3, seconds: 2, quality: 1, parts: [] } };
    const heat = { picture: { width: 320, height: 320 } as ImageBitmap, takenAt: 0, score: 0.61 };
    set({ label: "suspect", quiet: false }, "Ana", 320, facts);
    const mark = part("button.mark");
    mark?.click();
    const [figure, canvas] = [part("figure.heat"), part("canvas") as HTMLCanvasElement];
    badge.explain(heat);
    expect(figure?.hidden).toBe(true); // nobody has asked
    part(".why")?.click();
    expect(actions.explain).toHaveBeenCalledOnce();
    expect(figure?.textContent).toBe("Asking the network…");
    badge.explain(heat);
    expect([canvas.hidden, canvas.width]).toEqual([false, 320]);
    expect(figure?.textContent).toMatch(/score 0\.61 .*no proof/);
    mark?.click();
    expect([figure?.hidden, canvas.width]).toEqual([true, 0]);
    mark?.click();
    part(".why")?.click();
    badge.explain(null);
    expect([canvas.hidden, figure?.textContent?.slice(0, 19)]).toEqual([true, "This cannot be told"]);
    set({ label: "inconclusive", reason: "no_face", quiet: false });
    expect(part(".why")?.hidden).toBe(true);
  });

  it.each(["no base64!", "AAAA"])("makes nothing of a heat map that is no picture: %s", async (jpeg) => {
    expect(await heatOf({ jpeg, captured_at: 0, score: 0.5 })).toBeNull();
  });

  it.each([
    [100, "medium", 0],
    [320, "medium", 1],
    [1200, "medium", 2],
    [1200, "large", 3],
    [100, "small", 0],
    [320, "large", 2],
  ] as const)("on a tile %i px wide, %s is size %i", (width, wanted, size) => {
    expect(sizeOn(width, wanted).size).toBe(size);
  });

  it("does not pass clicks on its mark to the page", () => {
    let clicks = 0;
    document.body.addEventListener("click", () => clicks++);
    part("button.mark")?.click();
    part(".card")?.click();
    expect(clicks).toBe(0);
  });

  it("takes a name for text, whatever it contains", () => {
    set({ label: "suspect", quiet: false }, "<img src=x onerror=alert(1)>");
    part("button.mark")?.click();
    expect(part("img")).toBeNull();
    expect(part(".who")?.textContent).toBe("<img src=x onerror=alert(1)>");
  });
});
