import messages from "../../_locales/en/messages.json";

/** Makes chrome.i18n read the English strings that are shipped. */
export function useStrings(): void {
  Object.assign(globalThis, { chrome: { i18n: { getMessage } } });
}

function getMessage(key: string, substitutions: string[] = []): string {
  const entry = (messages as Record<string, { message: string }>)[key];
  const order = ["NAME", "LABEL"];
  return entry ? entry.message.replace(/\$(\w+)\$/g, (_, name) => substitutions[order.indexOf(name)] ?? "") : "";
}
