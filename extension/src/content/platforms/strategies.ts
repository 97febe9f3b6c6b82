/** Trying the ways to find something in their order. */
import { MOST_TILES, type Strategy } from "./tile";

/** What the first way finds that finds anything that `accept` takes. */
export function firstFound<T extends Element>(
  root: ParentNode,
  strategies: readonly Strategy[],
  accept: (element: T) => boolean,
): T[] {
  for (const { selector } of strategies) {
    const found = [...root.querySelectorAll<T>(selector)].filter(accept);
    if (found.length > 0) return found.slice(0, MOST_TILES);
  }
  return [];
}

/** What a selector finds, as far as there can be so many tiles. */
export function within(root: ParentNode, selector: string): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>(selector)].slice(0, MOST_TILES);
}

/** Whether the element is, or holds, what any of the ways finds. */
export function holds(element: Element, strategies: readonly Strategy[]): boolean {
  return strategies.some(({ selector }) => element.matches(selector) || element.querySelector(selector) !== null);
}
