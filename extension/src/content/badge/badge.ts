/** One tile's badge. */
import { MARKS } from "../../shared/marks";
import type { Corner } from "../platforms/tile";
import { type BadgeState, spoken, wordsFor } from "./words";

const SVG = "http://www.w3.org/2000/svg";
/** How a badge is set on tiles below these widths, in CSS pixels. */
const SIZES: readonly (readonly [below: number, classes: readonly string[]])[] = [
  [150, ["small", "narrow"]],
  [240, ["narrow"]],
  [800, []],
  [Infinity, ["large"]],
];
let lastId = 0;

export class Badge {
  readonly element = create("div", "badge");
  #anchor: HTMLElement;
  readonly #mark = create("button", "mark");
  readonly #path = document.createElementNS(SVG, "path");
  readonly #status = create("p", "words");
  readonly #name = create("span", "hidden");
  readonly #title = create("span", "title");
  readonly #addition = create("span", "addition");
  readonly #explanation = create("div", "explanation");
  #shown = "";

  constructor(participant: string, anchor: HTMLElement, corner: Corner) {
    this.#anchor = anchor;
    this.element.popover = "manual";
    this.element.classList.add(corner.endsWith("left") ? "left" : "right");
    this.element.dataset.participant = participant;
    this.element.role = "group";
    // Announces what changes in it, and speaks the name with it.
    this.#status.role = "status";
    this.#status.ariaAtomic = "true";
    this.#explanation.role = "tooltip";
    this.#explanation.id = `explanation-${++lastId}`;
    this.#mark.type = "button";
    this.#mark.setAttribute("aria-describedby", this.#explanation.id);
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 20 20");
    svg.setAttribute("aria-hidden", "true");
    this.#path.setAttribute("fill", "currentColor");
    this.#path.setAttribute("fill-rule", "evenodd");
    svg.append(this.#path);
    this.#mark.append(svg);
    this.#status.append(this.#name, this.#title, this.#addition);
    const pill = create("div", "pill");
    pill.append(this.#mark, this.#status);
    this.element.append(pill, this.#explanation);
    this.#mark.addEventListener("pointerenter", () => this.#open());
    this.#mark.addEventListener("pointerleave", () => this.#close());
    this.#mark.addEventListener("focus", () => this.#open());
    this.#mark.addEventListener("blur", () => this.#close());
    this.#mark.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.#close();
    });
    // The mark's own click is nothing to the page.
    this.#mark.addEventListener("click", (event) => {
      event.stopPropagation();
      this.#open();
    });
  }

  get anchor(): HTMLElement {
    return this.#anchor;
  }

  get isShown(): boolean {
    return this.element.matches(":popover-open");
  }

  show(): void {
    this.element.showPopover({ source: this.#anchor });
  }

  hide(): void {
    if (this.isShown) this.element.hidePopover();
  }

  /** Moves to another element: the page has mounted the tile anew. */
  move(anchor: HTMLElement): void {
    if (anchor === this.#anchor) return;
    this.hide();
    this.#anchor = anchor;
  }

  /**
   * Sets what it says; touches the document only when that changes, so that nothing is announced twice.
   * @param isCopy whether the person's other tile carries the badge that is announced
   */
  set(state: BadgeState, name: string | undefined, tileWidth: number, isCopy = false): void {
    const size = SIZES.find(([below]) => tileWidth < below)?.[1] ?? [];
    const words = wordsFor(state);
    // It counts on with every look, and is no news.
    if (this.#explanation.textContent !== words.explanation) this.#explanation.textContent = words.explanation;
    const { label, reason, quiet } = state;
    const shown = JSON.stringify([label, reason, quiet, words.addition, name, size, isCopy]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const { element } = this;
    element.dataset.label = state.label;
    if (state.reason) element.dataset.reason = state.reason;
    else delete element.dataset.reason;
    element.classList.toggle("quiet", state.quiet);
    for (const name of ["small", "narrow", "large"]) element.classList.toggle(name, size.includes(name));
    const said = spoken(name, words);
    this.#path.setAttribute("d", MARKS[state.label]);
    this.#mark.ariaLabel = said;
    element.ariaLabel = said;
    // Reasons come and go all the time, on every tile: they are there to be read, not to be interrupted by.
    const matters = state.label !== "inconclusive" || state.reason === "host_lost";
    this.#status.ariaLive = matters && !isCopy ? "polite" : "off";
    this.#name.textContent = name ? `${name}: ` : "";
    this.#title.textContent = words.title;
    this.#addition.textContent = words.addition ? ` — ${words.addition}` : "";
  }

  #open(): void {
    if (!this.#explanation.textContent) return;
    this.#explanation.style.setProperty("--shift", "0");
    this.element.classList.add("open");
    const { left, right } = this.#explanation.getBoundingClientRect();
    const shift = Math.min(0, innerWidth - 8 - right) || Math.max(0, 8 - left);
    this.#explanation.style.setProperty("--shift", `${shift}px`);
  }

  #close(): void {
    this.element.classList.remove("open");
  }
}

function create<K extends "div" | "button" | "p" | "span">(tag: K, className: string): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  element.className = className;
  return element;
}
