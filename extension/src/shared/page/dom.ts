/** Building blocks for Veritile's own pages; text is always set as text, never as markup. */
import { MARKS } from "../marks";
import type { Label } from "../vocabulary";

type Attributes = Record<string, string | boolean>;

/** An element with attributes (`true` sets an empty one, `false` none) and children. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== false) node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

/** A button that does something. */
export function button(label: string, attributes: Attributes, press: () => void): HTMLButtonElement {
  const node = element("button", { type: "button", ...attributes }, label);
  node.addEventListener("click", press);
  return node;
}

/** The shape of a label; where its words do not stand beside it, they are `spoken`. */
export function mark(label: Label, spoken?: string): SVGSVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("class", "mark");
  if (spoken === undefined) svg.setAttribute("aria-hidden", "true");
  else {
    svg.setAttribute("role", "img");
    svg.setAttribute("aria-label", spoken);
  }
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", MARKS[label]);
  path.setAttribute("fill-rule", "evenodd");
  svg.append(path);
  return svg;
}

/** Rebuilds a part only when what it shows has changed, so that focus and screen readers are left in peace. */
export function replace(part: Element, shows: unknown, build: () => Node[]): void {
  const key = JSON.stringify(shows);
  if (built.get(part) === key) return;
  built.set(part, key);
  part.replaceChildren(...build());
}
const built = new WeakMap<Element, string>();

/** The element that the page has for this selector. */
export function find<E extends Element>(selector: string, kind: new () => E): E {
  const found = document.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`The page lacks ${selector}`);
  return found;
}
