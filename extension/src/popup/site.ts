/** What the current tab is to Veritile, and what the popup says when there is nobody to list. */
import type { Policy } from "../shared/channel";
import { text } from "../shared/i18n";
import { button, element } from "../shared/page/dom";
import { isWanted, sitePattern } from "../shared/site";

export interface Site {
  tab: number | undefined;
  /** Host name to show. */
  name: string;
  /** Match pattern, or null where extensions cannot look (the browser's own pages, files). */
  pattern: string | null;
  granted: boolean;
  /** Granted by the user, who may take it back; the manifest's own sites are not. */
  optional: boolean;
}

/**
 * The tab that the popup is about: the one that is in front or, when the popup was opened as a page of its own,
 * the one that its address names (`popup.html?tab=ID`).
 */
export async function currentSite(): Promise<Site> {
  const named = new URLSearchParams(location.search).get("tab");
  const tab = named
    ? await chrome.tabs.get(Number(named))
    : (await chrome.tabs.query({ active: true, currentWindow: true }))[0];
  // Without a permission for it the address is not told; the click on the toolbar button grants it for this tab.
  const url = tab?.url ?? "";
  const pattern = sitePattern(url);
  const granted = pattern !== null && (await chrome.permissions.contains({ origins: [pattern] }));
  const { origins = [] } = await chrome.permissions.getAll();
  const { host_permissions: own = [] } = chrome.runtime.getManifest();
  const optional = granted && origins.includes(pattern) && !own.includes(pattern);
  return { tab: tab?.id, name: pattern === null ? "" : new URL(url).hostname, pattern, granted, optional };
}

/** What keeps Veritile from a site: the user's options, or the organisation, which they cannot change. */
export type Kept = "site_off" | "site_locked" | null;

export function keptFrom({ pattern }: Site, sitesOff: readonly string[], policy: Policy): Kept {
  if (pattern === null || isWanted(pattern, sitesOff, policy)) return null;
  return isWanted(pattern, [], policy) ? "site_off" : "site_locked";
}

/**
 * What is said instead of a list.
 * @param on `unasked` is off because the user has not said yes yet
 * @param found what the tab's script has: tiles, or a call without any
 * @param ask leads to where the user says yes
 */
export function empty(
  site: Site,
  on: boolean | "unasked",
  kept: Kept,
  found: "tiles" | "blind" | null,
  ask: () => void,
): Node[] {
  if (on === "unasked") return [...words("popup_consent"), button(text("popup_consent"), { class: "primary" }, ask)];
  if (!on) return words("popup_off");
  if (kept) return words(`popup_${kept}`, site.name);
  if (found === "blind") return words("popup_blind");
  if (found === "tiles") return words("popup_empty");
  if (site.pattern === null) return words("popup_no_call");
  if (site.granted) return words(site.optional ? "popup_quiet" : "popup_no_call");
  const { pattern } = site;
  // The service worker hears of the grant and puts its script into the tab.
  const grant = button(text("popup_grant"), { class: "primary" }, () => {
    void chrome.permissions.request({ origins: [pattern] });
  });
  return [...words("popup_grant", site.name), grant];
}

/** A quiet way back for a site that the user granted. */
export function takeBack({ optional, pattern, name }: Site): Node[] {
  if (!optional || pattern === null) return [];
  const remove = () => void chrome.permissions.remove({ origins: [pattern] });
  return [button(text("popup_revoke", name), { class: "link" }, remove)];
}

function words(key: string, ...substitutions: string[]): Node[] {
  return [element("h2", {}, text(`${key}_title`)), element("p", {}, text(`${key}_text`, ...substitutions))];
}
