/** Two rings: how much of a step's time is left outside, how far the movement has got inside. */
import { text } from "../shared/i18n";
import { element } from "../shared/page/dom";
import type { ChallengeStep } from "../shared/protocol";

const SVG = "http://www.w3.org/2000/svg";
const [TIME_RADIUS, DONE_RADIUS] = [36, 28];

export class Ring {
  readonly element = element("div", {
    class: "ring",
    role: "progressbar",
    "aria-valuemin": "0",
    "aria-valuemax": "100",
    "aria-label": text("challenge_ring"),
  });
  private readonly time = circle("time", TIME_RADIUS);
  private readonly done = circle("done", DONE_RADIUS);
  private readonly seconds = element("span", { class: "seconds", "aria-hidden": "true" });

  constructor() {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 80 80");
    svg.setAttribute("aria-hidden", "true");
    svg.append(circle("track", TIME_RADIUS), circle("track", DONE_RADIUS), this.time, this.done);
    this.element.append(svg, this.seconds);
  }

  /** Undefined while no step runs. */
  show(step: Pick<ChallengeStep, "seconds" | "progress"> | undefined, remaining: number): void {
    const progress = Math.min(1, Math.max(0, step?.progress ?? 0));
    draw(this.time, step ? Math.min(1, remaining / (step.seconds * 1000)) : 0);
    draw(this.done, progress);
    this.seconds.textContent = step ? text("time_seconds", `${Math.ceil(remaining / 1000)}`) : "";
    this.element.setAttribute("aria-valuenow", `${Math.round(100 * progress)}`);
  }
}

function circle(name: string, radius: number): SVGCircleElement {
  const node = document.createElementNS(SVG, "circle");
  for (const [key, value] of Object.entries({ class: name, cx: "40", cy: "40", r: `${radius}`, pathLength: "100" }))
    node.setAttribute(key, value);
  return node;
}

function draw(ring: SVGCircleElement, share: number): void {
  ring.style.strokeDasharray = `${100 * share} 100`;
}
