/** One participant in the panel: what is said of them now, the evidence over time, what was said before. */
import { explain } from "../shared/explanation";
import type { ChallengeRecord, Change, PersonRecord, Still } from "../shared/history";
import { text } from "../shared/i18n";
import { button, element, mark, replace } from "../shared/page/dom";
import { Chart, clock } from "./chart";

export class Person {
  readonly element = element("li", { class: "person", tabindex: "-1" });
  readonly chart = new Chart();
  private readonly title = element("div", { class: "who" });
  private readonly sentence = element("p", { class: "quiet" });
  private readonly stills = element("div", { class: "stills" });
  private readonly kept = element("ul");
  private readonly changes = element("ol", { class: "changes", tabindex: "0" });
  private readonly log = element("details", {}, element("summary"), this.changes);

  private readonly check: HTMLButtonElement;

  constructor(check: () => void) {
    this.check = button(text("challenge_this"), { class: "plain check" }, check);
    this.element.append(
      this.title,
      this.sentence,
      this.check,
      this.chart.element,
      this.chart.readout,
      this.kept,
      this.stills,
      this.log,
    );
  }

  /** The element has to be on the page. */
  show(record: PersonRecord, alarm: number | null, live: boolean): void {
    const { now, name = text("popup_someone"), changes, stills, challenges = [] } = record;
    this.element.dataset.label = now.label;
    replace(this.title, { name, label: now.label }, () => [
      mark(now.label),
      element("h2", { title: name }, name),
      element("span", { class: "label" }, text(`label_${now.label}`)),
    ]);
    this.sentence.textContent = explain(now);
    this.check.hidden = !live || now.reason === "camera_off" || now.reason === "screen_share";
    this.check.ariaLabel = `${text("challenge_this")}: ${name}`;
    this.chart.show(record, alarm);
    replace(this.changes, changes, () => changes.toReversed().map(change));
    this.changes.ariaLabel = text("panel_changes_of", name);
    const summary = this.log.querySelector("summary");
    if (summary) summary.textContent = text("panel_changes", `${changes.length}`);
    this.kept.hidden = challenges.length === 0;
    replace(this.kept, challenges, () =>
      challenges.map((one) => element("li", { class: "quiet" }, challengeLine(one))),
    );
    this.stills.hidden = stills.length === 0;
    replace(
      this.stills,
      stills.map(({ at }) => at),
      () => stills.map(picture),
    );
  }
}

/** What a label is called, with its reason where there is one. */
export function wordsOf({ label, reason }: Change): string {
  const words = text(`label_${label}`);
  return reason ? `${words} — ${text(`reason_${reason}`)}` : words;
}

/** What a challenge came to, in a line. */
export function challengeLine({ at, answer, label, steps }: ChallengeRecord): string {
  const done = steps.filter(({ state }) => state === "done").length;
  const words = [text(`challenge_answer_${answer}`), text(`label_${label}`), `${done}`, `${steps.length}`];
  return text("challenge_kept", clock(at), ...words);
}

function change(told: Change): HTMLLIElement {
  return element(
    "li",
    { "data-label": told.label },
    element("time", { datetime: new Date(told.at).toISOString() }, clock(told.at)),
    mark(told.label),
    element("span", {}, wordsOf(told)),
  );
}

/** Drawn, not loaded: the pages of an extension that loads nothing cannot be made to. */
function picture({ at, jpeg, score }: Still): HTMLCanvasElement {
  const canvas = element("canvas", { role: "img", "aria-label": text("panel_still", clock(at), score.toFixed(2)) });
  const bytes = Uint8Array.from(atob(jpeg), (byte) => byte.charCodeAt(0));
  createImageBitmap(new Blob([bytes], { type: "image/jpeg" })).then(
    (bitmap) => {
      canvas.width = bitmap.width;
      canvas.height = bitmap.height;
      canvas.getContext("2d")?.drawImage(bitmap, 0, 0);
    },
    () => canvas.remove(),
  );
  return canvas;
}
