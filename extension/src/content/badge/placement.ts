/** Keeps badges on their tiles by script, for browsers that cannot anchor a popover to its source. */

import { page } from "../page";
import type { Corner } from "../platforms/tile";
import type { Badge } from "./badge";

const INSET = 6;
/** Between mark and card, and between card and window. */
const GAP = 6;
const MARGIN = 8;

/** Puts an open card beside its mark: away from the tile's edge, turned round where the window ends. */
export function placeCard(card: HTMLElement, mark: HTMLElement, corner: Corner): void {
  const at = mark.getBoundingClientRect();
  const { width, height } = card.getBoundingClientRect();
  const [above, below] = [at.top - GAP - MARGIN, innerHeight - at.bottom - GAP - MARGIN];
  const up = corner.startsWith("bottom") ? above >= height || above > below : below < height && above > below;
  const room = Math.max(up ? above : below, 96);
  const tall = Math.min(height, room);
  const left = corner.endsWith("left") ? at.left - 4 : at.right + 4 - width;
  const x = Math.max(MARGIN, Math.min(left, innerWidth - MARGIN - width));
  const y = Math.max(MARGIN, Math.min(up ? at.top - GAP - tall : at.bottom + GAP, innerHeight - MARGIN - tall));
  const place = `left:${x}px;top:${y}px;max-height:${Math.round(room)}px`;
  if (card.getAttribute("style") !== place) card.style.cssText = place;
}

export class Placement {
  readonly #badges = new Map<Badge, Corner>();
  readonly #stop = new AbortController();
  readonly #resized = new ResizeObserver(() => this.#soon());
  readonly #seen = new IntersectionObserver(() => this.#soon(), { threshold: [0, 0.5, 1] });
  #requested = 0;

  constructor() {
    const options = { capture: true, passive: true, signal: this.#stop.signal };
    page.addEventListener("scroll", () => this.#soon(), options);
    page.addEventListener("transitionend", () => this.#soon(), options);
    addEventListener("resize", () => this.#soon(), options);
  }

  follow(badge: Badge, corner: Corner): void {
    badge.element.classList.add("by-script");
    this.#badges.set(badge, corner);
    this.#resized.observe(badge.anchor);
    this.#seen.observe(badge.anchor);
    this.#place();
  }

  forget(badge: Badge): void {
    this.#badges.delete(badge);
    this.#resized.unobserve(badge.anchor);
    this.#seen.unobserve(badge.anchor);
  }

  close(): void {
    this.#stop.abort();
    this.#resized.disconnect();
    this.#seen.disconnect();
    cancelAnimationFrame(this.#requested);
  }

  #soon(): void {
    this.#requested ||= requestAnimationFrame(() => this.#place());
  }

  #place(): void {
    this.#requested = 0;
    // All reads before all writes: one layout for any number of badges.
    const places = [...this.#badges].map(([badge, corner]) => ({
      badge,
      corner,
      at: badge.anchor.getBoundingClientRect(),
    }));
    for (const { badge, corner, at } of places) {
      const { style } = badge.element;
      const inside = at.width > 0 && at.bottom > 0 && at.right > 0 && at.top < innerHeight && at.left < innerWidth;
      style.visibility = inside ? "visible" : "hidden";
      style.setProperty("--x", `${corner.endsWith("left") ? at.left + INSET : at.right - INSET}px`);
      style.setProperty("--y", `${corner.startsWith("top") ? at.top + INSET : at.bottom - INSET}px`);
      style.setProperty("--room", `${Math.max(28, at.width - 2 * INSET)}px`);
    }
  }
}
