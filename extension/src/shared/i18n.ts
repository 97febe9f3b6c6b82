/** The text of a key of _locales, in the browser's language. */
export function text(key: string, ...substitutions: string[]): string {
  return chrome.i18n.getMessage(key, substitutions);
}
