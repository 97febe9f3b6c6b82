/** The elements that badge and card are made of. No text is ever taken for markup. */

import { MARKS } from "../../shared/marks";
import type { Label } from "../../shared/vocabulary";
import { page } from "../page";

const SVG = "http://www.w3.org/2000/svg";

export function create<K extends keyof HTMLElementTagNameMap>(tag: K, className: string): HTMLElementTagNameMap[K] {
  const element = page.createElement(tag);
  element.className = className;
  return element;
}

/** The shape that stands for a label; `setMark` gives it one. */
export function mark(): SVGSVGElement {
  const svg = page.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  const path = page.createElementNS(SVG, "path");
  path.setAttribute("fill", "currentColor");
  path.setAttribute("fill-rule", "evenodd");
  svg.append(path);
  return svg;
}

export function setMark(svg: SVGSVGElement, label: Label): void {
  svg.querySelector("path")?.setAttribute("d", MARKS[label]);
}
