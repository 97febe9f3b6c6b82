/** One tile's badge: a mark with a few words, which opens into a card on hover, focus or tap. */
import { page } from "../page";
import { Card, type CardActions, type Facts } from "./card";
import { create, mark, setMark } from "./elements";
import type { Heat } from "./heat";
import { type Look, sizeOn } from "./look";
import { placeCard } from "./placement";
import { type BadgeState, spoken, wordsFor } from "./words";

/** On its way from the mark to the card, the pointer may leave both for so long. */
const LEAVE_MS = 250;
let lastId = 0;
/** One card is open at a time. */
let opened: Badge | undefined;

export interface BadgeOptions {
  participant: string;
  anchor: HTMLElement;
  look: Look;
  actions: CardActions;
}

export class Badge {
  readonly element = create("div", "badge");
  readonly #look: Look;
  #anchor: HTMLElement;
  readonly #mark = create("button", "mark");
  readonly #shape = mark();
  readonly #status = create("p", "words");
  readonly #name = create("span", "hidden");
  readonly #title = create("span", "title");
  readonly #addition = create("span", "addition");
  readonly #actions: CardActions;
  /** Made when it is first opened: most never are, and a call has many. */
  #card: Card | undefined;
  #shown = "";
  /** What the card is to say when it opens. */
  #update = () => {};
  #leaving: ReturnType<typeof setTimeout> | undefined;
  /** While the card is open. */
  #open: AbortController | undefined;
  /** Opened by a click: stays until the next one, wherever the pointer goes. */
  #pinned = false;

  constructor({ participant, anchor, look, actions }: BadgeOptions) {
    this.#anchor = anchor;
    this.#look = look;
    const { element } = this;
    element.popover = "manual";
    element.classList.add(...look.corner.split("_"));
    element.dir = look.rtl ? "rtl" : "ltr";
    element.dataset.participant = participant;
    element.role = "group";
    // Announces what changes in it, and speaks the name with it.
    this.#status.role = "status";
    this.#status.ariaAtomic = "true";
    this.#actions = actions;
    this.#mark.type = "button";
    this.#mark.ariaExpanded = "false";
    this.#mark.append(this.#shape);
    this.#status.append(this.#name, this.#title, this.#addition);
    const pill = create("div", "pill");
    pill.append(this.#mark, this.#status);
    element.append(pill);
    this.#listen();
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
    this.close();
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
  set(state: BadgeState, name: string | undefined, tileWidth: number, facts: Facts, isCopy = false): void {
    const { size, narrow } = sizeOn(tileWidth, this.#look.size);
    const words = wordsFor(state);
    this.#update = () => this.#card?.set(state, name, words, facts);
    // It counts on with every look, and is drawn for those who look at it.
    if (this.#open) this.#update();
    if (this.#mark.ariaDescription !== words.explanation) this.#mark.ariaDescription = words.explanation;
    const { label, reason, quiet } = state;
    const shown = JSON.stringify([label, reason, quiet, words.addition, name, size, narrow, isCopy]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const { element } = this;
    element.dataset.label = label;
    if (reason) element.dataset.reason = reason;
    else delete element.dataset.reason;
    element.dataset.size = `${size}`;
    element.classList.toggle("quiet", quiet);
    element.classList.toggle("narrow", narrow);
    const said = spoken(name, words);
    setMark(this.#shape, label);
    this.#mark.ariaLabel = said;
    element.ariaLabel = said;
    // Reasons come and go all the time, on every tile: they are there to be read, not to be interrupted by.
    const matters = label !== "inconclusive" || reason === "host_lost";
    this.#status.ariaLive = matters && !isCopy ? "polite" : "off";
    this.#name.textContent = name ? `${name}: ` : "";
    this.#title.textContent = words.title;
    this.#addition.textContent = words.addition ? ` — ${words.addition}` : "";
  }

  /** Shows on the card where the score comes from; null: it cannot be told. */
  explain(heat: Heat | null): void {
    this.#card?.explain(heat);
  }

  close(): void {
    clearTimeout(this.#leaving);
    this.#open?.abort();
    this.#open = undefined;
    this.#pinned = false;
    if (opened === this) opened = undefined;
    this.#mark.ariaExpanded = "false";
    const card = this.#card?.element;
    if (card?.matches(":popover-open")) card.hidePopover();
    this.#card?.forget();
  }

  #listen(): void {
    const { element } = this;
    this.#mark.addEventListener("pointerenter", ({ pointerType }) => {
      if (pointerType === "mouse") this.#show();
    });
    element.addEventListener("pointerover", () => clearTimeout(this.#leaving));
    element.addEventListener("pointerout", () => {
      clearTimeout(this.#leaving);
      if (!this.#pinned) this.#leaving = setTimeout(() => this.close(), LEAVE_MS);
    });
    this.#mark.addEventListener("focus", () => {
      // Of a press, the click decides.
      if (this.#mark.matches(":focus-visible")) this.#show();
    });
    element.addEventListener("focusout", ({ relatedTarget }) => {
      if (!this.#pinned && !element.contains(relatedTarget as Node | null)) this.close();
    });
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.#open) return;
      event.stopPropagation();
      this.close();
    });
    this.#mark.addEventListener("click", () => {
      if (this.#pinned) this.close();
      else {
        this.#show();
        this.#pinned = true;
      }
    });
    // What is done on badge and card is nothing to the page.
    for (const type of ["click", "dblclick", "pointerdown", "mousedown"]) {
      element.addEventListener(type, (event) => event.stopPropagation());
    }
  }

  #cardMade(): Card {
    if (!this.#card) {
      this.#card = new Card(`card-${++lastId}`, this.#actions);
      this.element.append(this.#card.element);
      this.#mark.setAttribute("aria-controls", this.#card.element.id);
    }
    return this.#card;
  }

  #show(): void {
    clearTimeout(this.#leaving);
    if (this.#open) return;
    opened?.close();
    opened = this;
    this.#open = new AbortController();
    const { signal } = this.#open;
    const { element } = this.#cardMade();
    this.#update();
    this.#mark.ariaExpanded = "true";
    // In the top layer, above all badges.
    element.showPopover();
    const follow = () => {
      if (signal.aborted) return;
      placeCard(element, this.#mark, this.#look.corner);
      requestAnimationFrame(follow);
    };
    follow();
    const outside = ({ target }: Event) => {
      if (!(target instanceof Node) || target !== (this.element.getRootNode() as ShadowRoot).host) this.close();
    };
    page.addEventListener("pointerdown", outside, { capture: true, passive: true, signal });
  }
}
