/** All badges of a page: one element of ours in its document, everything else in a closed shadow root. */

import type { Measure } from "../figures";
import { page } from "../page";
import { Badge } from "./badge";
import type { Facts } from "./card";
import type { Heat } from "./heat";
import type { Look } from "./look";
import { Placement } from "./placement";
import { STYLE } from "./style";
import type { BadgeState } from "./words";

/** The browser's own anchoring is exact; more than this off, it is not at work. */
const TOLERANCE_PX = 4;
/** The overlay is put back into the page no more often than this. */
const ATTACH_MS = 500;
/** Showing a badge costs the browser a layout: so long, in ms, are they shown before the page has its turn again. */
const SLICE_MS = 8;
const MODAL = "[aria-modal='true'], dialog:modal";

/** No rule of the page's can be stronger. */
const HOST_STYLE = "all:initial;display:block;position:fixed;width:0;height:0;pointer-events:none".replace(
  /(;|$)/g,
  "!important$1",
);

/** A tile that a badge goes on, and its width in CSS pixels. */
export interface Place {
  element: HTMLElement;
  width: number;
}

/** What the user does on a person's card. */
export interface OverlayActions {
  hide(participant: string): void;
  details(participant: string): void;
  check(participant: string): void;
  explain(participant: string): boolean;
}

export class Overlay {
  readonly #host = page.createElement("veritile-badges");
  readonly #root = this.#host.attachShadow({ mode: "closed" });
  /** One for each tile that shows the participant. */
  readonly #badges = new Map<string, Badge[]>();
  /** Badges whose tile is gone for now, or lies under a dialog. */
  readonly #absent = new Set<Badge>();
  #covered = new Set<Badge>();
  /** Badges that are to be shown, a few at a time. */
  readonly #due = new Set<Badge>();
  #showing: ReturnType<typeof setTimeout> | undefined;
  readonly #measure: Measure;
  readonly #look: Look;
  readonly #actions: OverlayActions;
  readonly #stop = new AbortController();
  /** Where the browser cannot anchor; known after the first badge is shown. */
  #placement: Placement | undefined;
  #tested = false;
  #attachedAt = -Infinity;

  constructor(look: Look, actions: OverlayActions, measure: Measure) {
    this.#look = look;
    this.#measure = measure;
    this.#actions = actions;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    this.#root.adoptedStyleSheets = [sheet];
    this.#host.style.cssText = HOST_STYLE;
    this.#attach();
    // What goes fullscreen covers all that is shown already.
    page.addEventListener("fullscreenchange", () => this.#raise(), { signal: this.#stop.signal });
  }

  /** Shows, moves or changes the badges of a participant: one on each of their tiles, the main one's first. */
  set(participant: string, places: readonly Place[], state: BadgeState, name: string | undefined, facts: Facts): void {
    const badges = this.#badges.get(participant) ?? [];
    this.#badges.set(participant, badges);
    for (const extra of badges.splice(places.length)) this.#drop(extra);
    places.forEach(({ element, width }, at) => {
      let badge = badges[at];
      if (!badge) {
        const actions = {
          hide: () => this.#actions.hide(participant),
          details: () => this.#actions.details(participant),
          check: () => this.#actions.check(participant),
          explain: () => this.#actions.explain(participant),
        };
        badge = new Badge({ participant, anchor: element, look: this.#look, actions });
        badges.push(badge);
        this.#root.append(badge.element);
      }
      badge.set(state, name, width, facts, at > 0);
      badge.move(element);
      this.#absent.delete(badge);
      this.#update(badge);
    });
  }

  remove(participant: string): void {
    for (const badge of this.#badges.get(participant) ?? []) this.#drop(badge);
    this.#badges.delete(participant);
  }

  /** The tiles are not on the page for now. */
  hide(participant: string): void {
    for (const badge of this.#badges.get(participant) ?? []) {
      this.#absent.add(badge);
      this.#update(badge);
    }
  }

  /** Shows on a person's open card where their score comes from; null: it cannot be told. */
  explain(participant: string, heat: Heat | null): void {
    for (const badge of this.#badges.get(participant) ?? []) badge.explain(heat);
  }

  /** Elements were removed: a badge without its anchor would fall into the page's corner. */
  hideOrphans(): void {
    for (const badge of this.#all) this.#update(badge);
  }

  /** Puts right what the page has changed since: our element removed, a dialog over the tiles. */
  refresh(): void {
    this.#attach();
    const modals = [...page.querySelectorAll(MODAL)].filter((modal) => modal.checkVisibility());
    const under = (badge: Badge) => modals.some((modal) => covers(modal, badge.anchor));
    this.#covered = new Set(this.#all.filter(under));
    for (const badge of this.#all) this.#update(badge);
  }

  close(): void {
    this.#stop.abort();
    clearTimeout(this.#showing);
    this.#due.clear();
    for (const badge of this.#all) badge.close();
    this.#placement?.close();
    this.#host.remove();
    this.#badges.clear();
  }

  get #all(): Badge[] {
    return [...this.#badges.values()].flat();
  }

  #drop(badge: Badge): void {
    this.#placement?.forget(badge);
    this.#absent.delete(badge);
    this.#covered.delete(badge);
    this.#due.delete(badge);
    badge.close();
    badge.element.remove();
  }

  #update(badge: Badge): void {
    const { anchor } = badge;
    const full = page.fullscreenElement;
    const inSight = !full || full.contains(anchor) || anchor.contains(full);
    if (!inSight || !anchor.isConnected || this.#absent.has(badge) || this.#covered.has(badge)) {
      this.#due.delete(badge);
      badge.hide();
      return;
    }
    if (badge.isShown) return;
    this.#due.add(badge);
    if (this.#showing === undefined) this.#showSome();
  }

  #showSome(): void {
    const start = performance.now();
    for (const badge of this.#due) {
      this.#due.delete(badge);
      this.#show(badge);
      if (performance.now() - start >= SLICE_MS) break;
    }
    // Whoever comes meanwhile waits for their turn.
    this.#showing = setTimeout(() => {
      this.#showing = undefined;
      if (this.#due.size > 0) this.#measure(() => this.#showSome());
    });
  }

  #show(badge: Badge): void {
    if (badge.isShown || !badge.anchor.isConnected) return;
    this.#attach();
    if (!this.#host.isConnected) return;
    badge.show();
    if (!this.#tested) this.#test(badge);
    this.#placement?.follow(badge, this.#look.corner);
  }

  /** Pages that rebuild their document take our element out, and a popover cannot be shown outside. */
  #attach(): void {
    if (this.#host.isConnected) return;
    // A page that takes it out as often as it is put in must not be answered without end.
    const now = performance.now();
    if (now - this.#attachedAt < ATTACH_MS) return;
    this.#attachedAt = now;
    page.documentElement.append(this.#host);
  }

  #raise(): void {
    for (const badge of this.#all) {
      badge.hide();
      this.#update(badge);
    }
  }

  #test(badge: Badge): void {
    const at = badge.element.getBoundingClientRect();
    const tile = badge.anchor.getBoundingClientRect();
    // Out of sight, the browser hides the badge and there is nothing to compare.
    if (at.width === 0 || tile.width === 0) return;
    this.#tested = true;
    const { corner } = this.#look;
    const inset = corner.startsWith("top") ? at.top - tile.top : tile.bottom - at.bottom;
    const side = corner.endsWith("left") ? at.left - tile.left : tile.right - at.right;
    if (inset < 0 || Math.abs(inset - side) > TOLERANCE_PX) this.#placement = new Placement();
  }
}

function covers(modal: Element, tile: Element): boolean {
  if (modal.contains(tile)) return false;
  const a = modal.getBoundingClientRect();
  const b = tile.getBoundingClientRect();
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
