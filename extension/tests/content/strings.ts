import messages from "../../_locales/en/messages.json";

interface Entry {
  message: string;
  placeholders?: Record<string, { content: string }>;
}

/** Makes chrome.i18n read the English strings that are shipped. */
export function useStrings(): void {
  Object.assign(globalThis, { chrome: { i18n: { getMessage } } });
}

/** As chrome.i18n.getMessage: each $NAME$ stands for the substitution whose number its placeholder gives. */
export function getMessage(key: string, substitutions: string[] = []): string {
  const entry = (messages as Record<string, Entry>)[key];
  if (!entry) return "";
  return entry.message.replace(/\$(\w+)\$/g, (_, name: string) => {
    const content = entry.placeholders?.[name.toLowerCase()]?.content ?? "";
    return substitutions[Number(content.slice(1)) - 1] ?? "";
  });
}
