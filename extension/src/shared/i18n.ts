/** The text of a key of _locales: in the browser's language, or in the one that the user chose. */

/** A file messages.json. */
export type Catalogue = Readonly<
  Record<string, { message: string; placeholders?: Readonly<Record<string, { content: string }>> }>
>;

let words: Catalogue | undefined;

/** From here on `text` speaks these words; undefined is the browser's own choice. */
export function useWords(catalogue: Catalogue | undefined): void {
  words = catalogue;
}

export function text(key: string, ...substitutions: string[]): string {
  return words ? said(words, key, substitutions) : chrome.i18n.getMessage(key, substitutions);
}

/** As chrome.i18n.getMessage: each $NAME$ stands for the substitution whose number its placeholder gives. */
export function said(catalogue: Catalogue, key: string, substitutions: readonly string[]): string {
  const entry = catalogue[key];
  if (!entry) return "";
  return entry.message.replace(/\$(\w+)\$/g, (_, name: string) => {
    const content = entry.placeholders?.[name.toLowerCase()]?.content ?? "";
    return substitutions[Number(content.slice(1)) - 1] ?? "";
  });
}
