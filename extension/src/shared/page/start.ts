/** What every page of Veritile does first: speak the user's language, in its direction. */
import { text, useWords } from "../i18n";
import { type Language, languageOf } from "../language";
import { DEFAULTS, type LanguageChoice, valid } from "../settings";

/** The language that this page speaks; it is loaded anew when another one is chosen. */
export let spoken: LanguageChoice = DEFAULTS.language;

/** Sets `lang` and `dir`, and the text of every element that names its key in data-text, data-spoken or data-hint. */
export async function speak(): Promise<Language> {
  const stored = await chrome.storage.local.get<Record<string, unknown>>("language");
  spoken = valid(stored).language ?? DEFAULTS.language;
  const chosen = languageOf(spoken);
  useWords(chosen.words);
  const root = document.documentElement;
  root.lang = chosen.language;
  root.dir = chosen.rtl ? "rtl" : "ltr";
  for (const node of document.querySelectorAll<HTMLElement>("[data-text]"))
    node.textContent = text(node.dataset.text ?? "");
  for (const node of document.querySelectorAll<HTMLElement>("[data-spoken]"))
    node.ariaLabel = text(node.dataset.spoken ?? "");
  return chosen;
}
