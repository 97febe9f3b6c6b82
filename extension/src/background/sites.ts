/**
 * Sites that the user granted: the content script is registered for them, and put into their open tabs at once.
 * The manifest's own sites are registered by the manifest.
 */

import type { Wake } from "../shared/channel";
import { sitePattern } from "../shared/site";

const SCRIPT = "granted-sites";
const FILES = ["content.js"];

/** Match patterns of the sites that every user has. */
function ownSites(): string[] {
  return chrome.runtime.getManifest().host_permissions ?? [];
}

/** Makes the registration follow what is granted now. */
export async function registerGrantedSites(): Promise<void> {
  const own = ownSites();
  const { origins = [] } = await chrome.permissions.getAll();
  const matches = origins.filter((origin) => !own.includes(origin));
  const registered = await chrome.scripting.getRegisteredContentScripts({ ids: [SCRIPT] });
  if (matches.length === 0) {
    if (registered.length) await chrome.scripting.unregisterContentScripts({ ids: [SCRIPT] });
    return;
  }
  const script = {
    id: SCRIPT,
    matches,
    // "Every site" includes Meet, where the manifest already put the script.
    excludeMatches: own,
    js: FILES,
    allFrames: true,
    runAt: "document_idle",
    persistAcrossSessions: true,
  } as const satisfies chrome.scripting.RegisteredContentScript;
  if (registered.length) await chrome.scripting.updateContentScripts([script]);
  else await chrome.scripting.registerContentScripts([script]);
}

/** Puts the content script into the open tabs of these sites; one that is there already is replaced. */
export async function injectInto(origins: string[]): Promise<void> {
  if (origins.length === 0) return;
  const tabs = await chrome.tabs.query({ url: origins });
  // A tab that is being closed, discarded or shows an error page refuses; the others still get it.
  await Promise.allSettled(
    tabs.flatMap(({ id }) =>
      id === undefined
        ? []
        : [chrome.scripting.executeScript({ target: { tabId: id, allFrames: true }, files: FILES })],
    ),
  );
}

/** Puts the content script into calls that were open before Veritile was installed or updated. */
export async function injectEverywhere(): Promise<void> {
  await injectInto(await allSites());
}

/** Has the content scripts connect that let the service worker sleep. */
export async function wakeTabs(): Promise<void> {
  const tabs = await chrome.tabs.query({ url: await allSites() });
  const wake: Wake = { kind: "wake" };
  // Where no script runs, nobody takes the message.
  await Promise.allSettled(tabs.flatMap(({ id }) => (id === undefined ? [] : [chrome.tabs.sendMessage(id, wake)])));
}

async function allSites(): Promise<string[]> {
  const { origins = [] } = await chrome.permissions.getAll();
  return [...new Set([...ownSites(), ...origins])];
}

/** Whether Veritile may still look at this page. */
export async function isGranted(url: string): Promise<boolean> {
  const pattern = sitePattern(url);
  return pattern !== null && chrome.permissions.contains({ origins: [pattern] });
}
