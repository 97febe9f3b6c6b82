/** What a badge opens into: the verdict in a sentence, what it rests on, the evidence over time, what one can do. */
import { explain } from "../../shared/explanation";
import { text } from "../../shared/i18n";
import type { Basis } from "../../shared/protocol";
import { create, mark, setMark } from "./elements";
import { type Heat, HeatFigure } from "./heat";
import { chartOf, type Point, Sparkline } from "./sparkline";
import type { BadgeState, Words } from "./words";

/** What is known of a participant beside the badge's own words. */
export interface Facts {
  basis?: Basis;
  points: readonly Point[];
  /** The evidence from which on the host may raise an alarm. */
  alarm?: number;
}

export interface CardActions {
  /** Takes the person's badges off the page. */
  hide(): void;
  /** Leads through a challenge for this person, in the side panel. */
  check(): void;
  /** Opens the side panel at this person. */
  details(): void;
  /** Asks where the score comes from; `Card.explain` is to follow, unless this is false. */
  explain(): boolean;
}

/** Nobody's face is judged there, so that there is nothing to ask of anybody. */
const NOTHING_TO_DO = ["camera_off", "screen_share", "host_lost", "unsupported"];
const MINUTE_MS = 60_000;

export class Card {
  readonly element = create("div", "card");
  readonly #icon = mark();
  readonly #title = create("strong", "verdict");
  readonly #name = create("bdi", "who");
  readonly #sentence = create("p", "sentence");
  readonly #basis = create("p", "basis");
  readonly #figure = create("figure", "evidence");
  readonly #alarm = create("span", "alarm-word");
  readonly #since = create("span", "since");
  readonly #sparkline = new Sparkline();
  readonly #why: HTMLButtonElement;
  readonly #heat = new HeatFigure();
  readonly #advice = create("section", "advice");
  readonly #list = create("ul", "steps");
  readonly #check: HTMLButtonElement;
  #shown = "";

  constructor(id: string, actions: CardActions) {
    const { element } = this;
    element.id = id;
    element.popover = "manual";
    element.role = "group";
    this.#title.id = `${id}-title`;
    this.#name.id = `${id}-name`;
    element.setAttribute("aria-labelledby", `${this.#name.id} ${this.#title.id}`);
    const head = create("header", "head");
    const heading = create("div", "heading");
    heading.append(this.#title, this.#name);
    head.append(this.#icon, heading);
    const caption = create("figcaption", "caption");
    const what = create("span", "what");
    what.textContent = text("card_evidence");
    caption.append(what, this.#alarm);
    const axis = create("div", "axis");
    const now = create("span", "now");
    now.textContent = text("card_now");
    axis.append(this.#since, now);
    axis.ariaHidden = "true";
    this.#figure.append(caption, this.#sparkline.element, axis);
    this.#why = button(text("card_heat"), () => {
      this.#heat.wait();
      if (!actions.explain()) this.#heat.show(null);
    });
    this.#why.classList.add("why");
    const todo = create("h2", "todo");
    todo.textContent = text("card_do");
    this.#advice.append(todo, this.#list);
    const foot = create("footer", "foot");
    this.#check = button(text("card_check"), actions.check);
    foot.append(this.#check, button(text("card_details"), actions.details), button(text("card_hide"), actions.hide));
    const hint = create("p", "hint");
    hint.textContent = text("card_hide_hint");
    element.append(
      head,
      this.#sentence,
      this.#basis,
      this.#figure,
      this.#why,
      this.#heat.element,
      this.#advice,
      foot,
      hint,
    );
  }

  /** Shows where the score comes from, if that was asked for; null: it cannot be told. */
  explain(heat: Heat | null): void {
    this.#heat.show(heat);
  }

  /** The card was closed: what it showed of a face is gone. */
  forget(): void {
    this.#heat.clear();
  }

  set(state: BadgeState, name: string | undefined, words: Words, facts: Facts): void {
    const shown = JSON.stringify([state, name, facts]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    setMark(this.#icon, state.label);
    this.element.dataset.label = state.label;
    this.#check.hidden = state.reason !== undefined && NOTHING_TO_DO.includes(state.reason);
    this.#title.textContent = words.addition ? `${words.title} — ${words.addition}` : words.title;
    this.#name.textContent = name ?? text("badge_somebody");
    // Advice has its own place here.
    const { advice, ...rest } = state;
    this.#sentence.textContent = explain(rest);
    this.#setBasis(facts.basis);
    this.#draw(facts);
    this.#list.replaceChildren(...stepsFor(state).map(item));
    this.#advice.hidden = this.#list.childElementCount === 0;
  }

  #setBasis(basis: Basis | undefined): void {
    const count = (pose: string) =>
      (basis?.parts ?? []).reduce((sum, part) => sum + (part.pose === pose ? part.frames : 0), 0);
    const [front, turned] = [count("frontal"), count("turned")];
    this.#basis.hidden = front + turned === 0;
    this.#why.hidden = !basis || basis.frames === 0;
    this.#basis.textContent = this.#basis.hidden ? "" : text("card_basis", `${front}`, `${turned}`);
  }

  #draw({ points, alarm }: Facts): void {
    const chart = alarm === undefined ? undefined : chartOf(points, alarm);
    this.#figure.hidden = chart === undefined;
    const [first, last] = [points[0], points.at(-1)];
    if (!chart || !alarm || !first || !last) return;
    const share = `${Math.round(Math.min(1, last.evidence / alarm) * 100)}`;
    this.#alarm.textContent = text("card_alarm_share", share);
    this.#since.textContent = ago(last.at - first.at);
    this.#sparkline.draw(chart, text("card_evidence_spoken", share));
  }
}

/** What helps to find out, the most telling first. */
export function stepsFor({ label, reason, advice, quiet }: BadgeState): string[] {
  if (quiet || (reason && NOTHING_TO_DO.includes(reason))) return [];
  const own = advice ? [text(`advice_${advice}`)] : [];
  const turn = text("card_turn");
  const call = text("card_call");
  if (label === "likely_fake") return [...own, call, turn];
  if (label === "inconclusive" && reason !== "undecided") return [...own, call];
  return [...own, turn, call];
}

function ago(ms: number): string {
  if (ms < 2 * MINUTE_MS) return text("card_ago", text("time_seconds", `${Math.max(1, Math.round(ms / 1000))}`));
  return text("card_ago", text("time_minutes", `${Math.round(ms / MINUTE_MS)}`));
}

function item(words: string): HTMLElement {
  const element = create("li", "step");
  element.textContent = words;
  return element;
}

function button(words: string, act: () => void): HTMLButtonElement {
  const element = create("button", "act");
  element.type = "button";
  element.textContent = words;
  element.addEventListener("click", act);
  return element;
}
