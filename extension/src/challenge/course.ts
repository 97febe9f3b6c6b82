/** The steps while they are asked for: what to say, how far it has got, what to watch for. */
import { text } from "../shared/i18n";
import { copyButton } from "../shared/page/copy";
import { button, element, replace } from "../shared/page/dom";
import type { Challenge, ChallengeStep } from "../shared/protocol";
import { Ring } from "./ring";
import { hintOf, sentenceOf, stateOf, titleOf } from "./words";

export interface CourseActions {
  moreTime(): void;
  skip(): void;
  refused(): void;
  cancel(): void;
}

export class Course {
  readonly element = element("div", { class: "course" });
  readonly title: HTMLHeadingElement;
  private readonly ring = new Ring();
  private readonly dots = element("ol", { class: "dots", "aria-label": text("challenge_steps") });
  private readonly step = element("h3", { class: "step" });
  private readonly sentence = element("blockquote", { class: "say" });
  private readonly hint = element("p", { class: "hint" });
  private readonly watch = element("ul", { class: "watch" });
  private readonly said = element("p", { class: "spoken", role: "status" });
  private readonly copy: HTMLButtonElement;
  /** What can be done only while a step runs. */
  private readonly stepping: HTMLElement;

  constructor(name: string, actions: CourseActions) {
    this.title = element("h2", { tabindex: "-1" }, text("challenge_title", name));
    this.copy = copyButton(text("challenge_copy"), text("challenge_copy"), () => this.sentence.textContent, "plain");
    this.stepping = element(
      "div",
      { class: "stepping" },
      this.sentence,
      this.copy,
      this.hint,
      element("h4", {}, text("challenge_watch")),
      this.watch,
      element(
        "div",
        { class: "controls" },
        button(text("challenge_more_time"), { class: "plain" }, actions.moreTime),
        button(text("challenge_skip"), { class: "plain" }, actions.skip),
      ),
    );
    this.element.append(
      this.title,
      this.dots,
      element("div", { class: "now" }, this.ring.element, this.step),
      this.stepping,
      element(
        "div",
        { class: "controls ends" },
        button(text("challenge_refused"), { class: "link" }, actions.refused),
        button(text("challenge_cancel"), { class: "link" }, actions.cancel),
      ),
      this.said,
    );
    this.prepare();
  }

  /** Brings it in line with what the host said last. The buttons stay, and with them the focus. */
  show({ step: at, steps, remaining_ms: remaining }: Pick<Challenge, "step" | "steps" | "remaining_ms">): void {
    replace(
      this.dots,
      steps.map(({ state }) => state),
      () => steps.map((step) => dot(step)),
    );
    const step = at === undefined ? undefined : steps[at];
    this.ring.show(step, remaining);
    if (!step || at === undefined) {
      this.prepare();
      return;
    }
    // Out of what is hidden, the focus would fall back to the page's beginning.
    this.stepping.hidden = false;
    const sentence = sentenceOf(step);
    const isNew = sentence !== this.sentence.textContent;
    if (isNew) {
      this.step.textContent = text("challenge_step", `${at + 1}`, `${steps.length}`, titleOf(step));
      this.sentence.textContent = sentence;
      this.copy.textContent = text("challenge_copy");
      this.copy.ariaLabel = text("challenge_copy");
    }
    const hint = hintOf(step);
    const hinted = hint !== this.hint.textContent;
    this.hint.textContent = hint;
    replace(this.watch, step.watch, () => step.watch.map((one) => element("li", {}, text(`challenge_watch_${one}`))));
    if (isNew) this.said.textContent = `${this.step.textContent}. ${sentence}`;
    else if (hinted && hint) this.said.textContent = hint;
  }

  private prepare(): void {
    this.stepping.hidden = true;
    this.step.textContent = text("challenge_preparing");
  }
}

function dot(step: ChallengeStep): HTMLLIElement {
  const words = `${titleOf(step)}: ${stateOf(step)}`;
  return element("li", { "data-state": step.state, title: words }, element("span", { class: "spoken" }, words));
}
