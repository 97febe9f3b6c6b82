/** The desktop notification when somebody becomes likely fake; a click on it leads to the call. */
import type { CallRecord, PersonRecord } from "../shared/history";
import { text } from "../shared/i18n";

/** History calls it once an episode; see there. */
export function alert({ tab, call }: CallRecord, { name, participant }: PersonRecord): void {
  // One a person: a second replaces the first.
  const id = `veritile:${tab}:${call}:${participant}`;
  chrome.notifications
    .create(id, {
      type: "basic",
      iconUrl: chrome.runtime.getURL("icons/128.png"),
      title: text("alert_title", name ?? text("popup_someone")),
      message: text("alert_text"),
      contextMessage: text("extension_name"),
      priority: 2,
    })
    // The system may have no notifications at all; badge and toolbar say the same.
    .catch(() => {});
}

/** Whom a notification is about, or null when it is not one of these. */
export function subject(id: string): { tab: number; call: string; participant: string } | null {
  const [, tab, call, participant] = /^veritile:(\d+):([^:]*):(.*)$/s.exec(id) ?? [];
  if (tab === undefined || call === undefined || participant === undefined) return null;
  return { tab: Number(tab), call, participant };
}
