/** What was gathered: each step's best picture beside the frontal one, what to look for, and what the user makes of it. */
import { text } from "../shared/i18n";
import { button, element } from "../shared/page/dom";
import {
  CHALLENGE_ANSWERS,
  type Challenge,
  type ChallengeAnswer,
  type ChallengePicture,
  type ChallengeStep,
} from "../shared/protocol";
import { AROUND, CLOSER, Face } from "./face";
import { findingsOf, stateOf, titleOf, viewOf } from "./words";

/** By step; the frontal one is -1's. */
export type Pictures = ReadonlyMap<number, ChallengePicture>;
export const REFERENCE = -1;

export class Sheet {
  readonly element = element("div", { class: "sheet" });
  private readonly faces: Face[] = [];
  private readonly list = element("ol", { class: "findings" });
  private readonly closer = button(text("challenge_closer"), { class: "plain", "aria-pressed": "false" }, () =>
    this.enlarge(this.closer.ariaPressed !== "true"),
  );
  private readonly views = element("div", { class: "views" });
  private shown = "";

  constructor() {
    this.element.append(this.closer, this.list, this.views);
  }

  show(challenge: Pick<Challenge, "steps" | "findings" | "views">, pictures: Pictures): void {
    const shown = JSON.stringify([challenge.steps, challenge.findings, challenge.views, [...pictures.keys()]]);
    if (shown === this.shown) return;
    this.shown = shown;
    this.faces.length = 0;
    const tried = [...challenge.steps.entries()].filter(([, { state }]) => state !== "waiting");
    this.list.replaceChildren(...tried.map(([at, step]) => this.row(challenge, step, at, pictures)));
    this.views.replaceChildren(...network(challenge));
    this.closer.hidden = this.faces.length === 0;
    this.enlarge(this.closer.ariaPressed === "true");
  }

  private enlarge(close: boolean): void {
    this.closer.ariaPressed = `${close}`;
    for (const face of this.faces) face.draw(close ? CLOSER : AROUND);
  }

  private row(challenge: Pick<Challenge, "findings">, step: ChallengeStep, at: number, pictures: Pictures) {
    const [frontal, own] = [pictures.get(REFERENCE), pictures.get(at)];
    const found = findingsOf(challenge, at);
    return element(
      "li",
      { "data-state": step.state },
      element(
        "h3",
        {},
        titleOf(step),
        " ",
        // A step that was broken off is neither done nor not done.
        ...(step.state === "now" ? [] : [element("span", { class: "state" }, stateOf(step))]),
      ),
      ...(own
        ? [
            element(
              "div",
              { class: "pair" },
              ...(frontal ? [this.figure(frontal, text("challenge_frontal"), titleOf(step))] : []),
              this.figure(own, titleOf(step), titleOf(step)),
            ),
            element(
              "ul",
              { class: "watch" },
              ...step.watch.map((one) => element("li", {}, text(`challenge_watch_${one}`))),
            ),
          ]
        : []),
      ...found.map((words) => element("p", { class: "found" }, words)),
    );
  }

  private figure(picture: ChallengePicture, caption: string, step: string): HTMLElement {
    const face = new Face(picture, text("challenge_picture_spoken", caption, step));
    this.faces.push(face);
    return element("figure", {}, face.element, element("figcaption", {}, caption));
  }
}

/** What the network says of the face, by where it was seen from. */
function network({ views }: Pick<Challenge, "views">): Node[] {
  if (!views.length) return [];
  const rows = views.map((one) =>
    element(
      "tr",
      {},
      element("th", { scope: "row" }, text(`challenge_view_${one.view}`)),
      element("td", {}, viewOf(one)),
    ),
  );
  return [
    element("table", {}, element("caption", {}, text("challenge_views")), element("tbody", {}, ...rows)),
    element("p", { class: "quiet" }, text("challenge_views_text")),
  ];
}

/** The question that the sheet ends with. */
export function question(name: string, answer: (answer: ChallengeAnswer, keep: boolean) => void): HTMLElement {
  const keep = element("input", { type: "checkbox", id: "challenge-keep", "aria-describedby": "challenge-keep-text" });
  const answers = CHALLENGE_ANSWERS.map((one) =>
    button(text(`challenge_answer_${one}`), { class: "plain", "data-answer": one }, () => answer(one, keep.checked)),
  );
  return element(
    "fieldset",
    { class: "question" },
    element("legend", {}, text("challenge_question", name)),
    element("div", { class: "answers" }, ...answers),
    element("label", { class: "keep", for: "challenge-keep" }, keep, text("challenge_keep")),
    element("p", { class: "quiet", id: "challenge-keep-text" }, text("challenge_keep_text")),
  );
}
