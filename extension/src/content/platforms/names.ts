/** Names as pages show them. A missing name is better than a wrong one. */

const EMAIL = /\S+@\S+\.\S+/;
/** Some pages show an id until the name has arrived. */
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const MARKUP = /[_{}<>;=]/;
const LONGEST = 80;

/** The text as a person's name, or undefined when it cannot be one. */
export function asName(text: string | null | undefined): string | undefined {
  const name = text?.replace(/\s+/g, " ").trim();
  if (!name || name.length > LONGEST) return undefined;
  return [EMAIL, UUID, MARKUP].some((pattern) => pattern.test(name)) ? undefined : name;
}

/**
 * The name that the first conclusive selector gives. A selector is conclusive when all that it finds in the tile
 * reads the same: two different texts mean that the page has changed, and the next selector is asked.
 */
export function findName(tile: Element, selectors: readonly string[], accept = asName): string | undefined {
  for (const selector of selectors) {
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
