/** The practice page: pairs of films, one of each pair swapped, and what gave it away. Everything is in the extension. */
import { text } from "../shared/i18n";
import { button, element, find } from "../shared/page/dom";
import { speak } from "../shared/page/start";
import { Film, FRAMES } from "./film";
import { type Round, rounds } from "./rounds";

const FRAME_MS = 130;
const LETTERS = ["A", "B"] as const;

const title = find("#round-title", HTMLHeadingElement);
const stage = find("#stage", HTMLElement);
const shelf = find("#films", HTMLElement);
const play = find("#play", HTMLButtonElement);
const slowly = find("#slowly", HTMLInputElement);
const feedback = find("#feedback", HTMLElement);
const onward = find("#onward", HTMLElement);

await speak();
document.title = text("practice_page_title");
slowly.max = `${FRAMES - 1}`;
let list = rounds(Math.random);
let right = 0;
let films: Film[] = [];
let timer: ReturnType<typeof setInterval> | undefined;

function begin(): void {
  list = rounds(Math.random);
  right = 0;
  show(0);
}

function show(at: number): void {
  const round = list[at];
  if (!round) {
    finish();
    return;
  }
  const what = text(`practice_what_${round.sign}`);
  title.textContent = text("practice_round", `${at + 1}`, `${list.length}`, what);
  stage.hidden = false;
  feedback.replaceChildren();
  onward.replaceChildren();
  films = LETTERS.map((letter, side) => new Film(file(round, side), text("practice_film_spoken", letter, what)));
  shelf.replaceChildren(
    ...films.map((film, side) => {
      const letter = LETTERS[side] ?? "";
      const choose = button(text("practice_this", letter), { class: "plain" }, () => judge(at, round, side));
      return element("figure", {}, film.element, choose);
    }),
  );
  void Promise.all(films.map((film) => film.load())).then(() => draw());
  if (at > 0) title.focus();
}

const file = ({ sign, swapped }: Round, side: number) => `${sign}_${side === swapped ? "swap" : "real"}`;

function judge(at: number, round: Round, side: number): void {
  const found = side === round.swapped;
  if (found) right++;
  const letter = LETTERS[round.swapped];
  feedback.replaceChildren(
    element("strong", {}, text(found ? "practice_right" : "practice_wrong", letter)),
    element("span", {}, text(`practice_why_${round.sign}`)),
  );
  [...shelf.children].forEach((figure, here) => {
    if (!(figure instanceof HTMLElement)) return;
    figure.dataset.kind = here === round.swapped ? "swap" : "real";
    figure.querySelector("button")?.remove();
    figure.append(element("figcaption", {}, LETTERS[here] ?? ""));
  });
  const last = at === list.length - 1;
  const next = button(text(last ? "practice_finish" : "practice_next"), { class: "primary" }, () => show(at + 1));
  onward.replaceChildren(next);
  next.focus();
}

function finish(): void {
  stage.hidden = true;
  title.textContent = text("practice_score", `${right}`, `${list.length}`);
  feedback.replaceChildren(element("span", {}, text("practice_score_text")));
  onward.replaceChildren(button(text("practice_again"), { class: "primary" }, begin));
  title.focus();
}

function draw(): void {
  for (const film of films) film.draw(slowly.valueAsNumber);
}

function run(running: boolean): void {
  clearInterval(timer);
  timer = undefined;
  play.textContent = text(running ? "practice_pause" : "practice_play");
  if (!running) return;
  timer = setInterval(() => {
    slowly.valueAsNumber = (slowly.valueAsNumber + 1) % FRAMES;
    draw();
  }, FRAME_MS);
}

play.addEventListener("click", () => run(timer === undefined));
slowly.addEventListener("input", () => {
  run(false);
  draw();
});
slowly.valueAsNumber = 0;
// Who wants less motion goes through the films by hand.
run(!matchMedia("(prefers-reduced-motion: reduce)").matches);
begin();
