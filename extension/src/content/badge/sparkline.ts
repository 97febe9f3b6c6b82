/** The evidence against a participant over time, as a small chart. */
import { page } from "../page";

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 232;
const HEIGHT = 44;
/** Room for the line's own width and the dot at its end. */
const EDGE = 4;
/** A value this much above the alarm is drawn at the top. */
const HEADROOM = 1.15;

export interface Point {
  /** Any clock, ms. */
  at: number;
  /** Log-odds for fake, from 0. */
  evidence: number;
}

export interface Chart {
  line: string;
  area: string;
  end: { x: number; y: number };
  /** Height of the line that an alarm starts from. */
  alarmY: number;
}

/** Places points in the chart's `WIDTH` x `HEIGHT`; undefined while there is no line to draw. */
export function chartOf(points: readonly Point[], alarm: number): Chart | undefined {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || last.at <= first.at) return undefined;
  const top = HEADROOM * Math.max(alarm, 1e-6);
  const x = (at: number) => EDGE + ((at - first.at) / (last.at - first.at)) * (WIDTH - 2 * EDGE);
  const y = (value: number) => HEIGHT - EDGE - (Math.min(Math.max(value, 0), top) / top) * (HEIGHT - 2 * EDGE);
  const line = points.map(({ at, evidence }) => `${round(x(at))} ${round(y(evidence))}`).join("L");
  const base = HEIGHT - EDGE;
  return {
    line: `M${line}`,
    area: `M${EDGE} ${base}L${line}L${WIDTH - EDGE} ${base}Z`,
    end: { x: round(x(last.at)), y: round(y(last.evidence)) },
    alarmY: round(y(alarm)),
  };
}

export class Sparkline {
  readonly element = shape("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", class: "sparkline" });
  readonly #area = shape("path", { class: "area" });
  readonly #alarm = shape("line", { class: "alarm", x1: `${EDGE}`, x2: `${WIDTH - EDGE}` });
  readonly #line = shape("path", { class: "line" });
  readonly #end = shape("circle", { class: "end", r: "3" });

  constructor() {
    this.element.append(this.#area, this.#alarm, this.#line, this.#end);
  }

  draw({ line, area, end, alarmY }: Chart, words: string): void {
    this.element.setAttribute("aria-label", words);
    this.#line.setAttribute("d", line);
    this.#area.setAttribute("d", area);
    for (const name of ["y1", "y2"]) this.#alarm.setAttribute(name, `${alarmY}`);
    this.#end.setAttribute("cx", `${end.x}`);
    this.#end.setAttribute("cy", `${end.y}`);
  }
}

function shape<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Record<string, string>,
): SVGElementTagNameMap[K] {
  const element = page.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
