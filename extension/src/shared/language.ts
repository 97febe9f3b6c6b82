/** Which language is spoken. The catalogues come with the program: its pages fetch nothing. */
import ar from "../../_locales/ar/messages.json";
import de from "../../_locales/de/messages.json";
import en from "../../_locales/en/messages.json";
import type { Catalogue } from "./i18n";
import type { LanguageChoice } from "./settings";

const CATALOGUES = { en, de, ar } as const satisfies Record<Exclude<LanguageChoice, "auto">, Catalogue>;
const RTL: ReadonlySet<string> = new Set(["ar"]);

export interface Language {
  /** BCP 47. */
  language: string;
  rtl: boolean;
  /** Absent where the browser's own choice is spoken. */
  words?: Catalogue;
}

export function languageOf(choice: LanguageChoice): Language {
  const words = choice === "auto" ? undefined : CATALOGUES[choice];
  // The browser says by itself which of the catalogues it took.
  const language = words ? choice : chrome.i18n.getMessage("language");
  return { language, rtl: RTL.has(language), ...(words && { words }) };
}

/** The keys that badges and their cards speak, and no more: what a page's script needs of a catalogue. */
export function badgeWords(words: Catalogue): Catalogue {
  return Object.fromEntries(Object.entries(words).filter(([key]) => BADGE_KEYS.test(key)));
}
const BADGE_KEYS = /^(?:label|reason|explain|advice|time|badge|card|note)_/;
