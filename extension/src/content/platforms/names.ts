/** Names as pages show them. A missing name is better than a wrong one. */
import type { Strategy } from "./tile";

const EMAIL = /\S@\S/;
/** Some pages show an id until the name has arrived. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const MARKUP = /[_{}<>;=]/;
/** Controls, and marks that turn the direction of whatever text comes after the name. */
const INVISIBLE = /[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;
const LONGEST = 80;
/** With the space that markup leaves around it. What is longer is not even read: it comes back at every look. */
const LONGEST_RAW = 1000;

/** The text as a person's name, or undefined when it cannot be one. */
export function asName(text: string | null | undefined): string | undefined {
  if (!text || text.length > LONGEST_RAW) return undefined;
  const name = text.replace(/\s+/g, " ").replace(INVISIBLE, "").trim();
  if (!name || name.length > LONGEST) return undefined;
  return [EMAIL, UUID, MARKUP].some((pattern) => pattern.test(name)) ? undefined : name;
}

/**
 * The name that the first conclusive selector gives. A selector is conclusive when all that it finds in the tile
 * reads the same: two different texts mean that the page has changed, and the next selector is asked.
 */
export function findName(tile: Element, strategies: readonly Strategy[], accept = asName): string | undefined {
  for (const { selector } of strategies) {
    const names = new Set<string>();
    for (const element of tile.querySelectorAll(selector)) {
      const name = accept(element.textContent);
      if (name) names.add(name);
    }
    const [name] = names;
    if (name && names.size === 1) return name;
  }
  return undefined;
}
