/** Keeps badges on their tiles by script, for browsers that cannot anchor a popover to its source. */

import type { Corner } from "../platforms/tile";
import type { Badge } from "./badge";

const INSET = 6;

export class Placement {
  readonly #badges = new Map<Badge, Corner>();
  readonly #stop = new AbortController();
  readonly #resized = new ResizeObserver(() => this.#soon());
  readonly #seen = new IntersectionObserver(() => this.#soon(), { threshold: [0, 0.5, 1] });
  #requested = 0;

  constructor() {
    const options = { capture: true, passive: true, signal: this.#stop.signal };
    document.addEventListener("scroll", () => this.#soon(), options);
    document.addEventListener("transitionend", () => this.#soon(), options);
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
      style.setProperty("--y", `${at.top + INSET}px`);
      style.setProperty("--room", `${Math.max(28, at.width - 2 * INSET)}px`);
    }
  }
}
