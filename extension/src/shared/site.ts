/** Which sites Veritile may look at. */
import type { Policy } from "./channel";

/** The match pattern of a page's site, or null when extensions cannot be let in there. */
export function sitePattern(url: string): string | null {
  if (!URL.canParse(url)) return null;
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" || protocol === "http:" ? `${protocol}//${hostname}/*` : null;
}

/** The host of a match pattern: "*.zoom.us" of "https://*.zoom.us/*". */
export function hostOf(pattern: string): string {
  return pattern.replace(/^[^/]*\/\//, "").replace(/\/.*$/, "");
}

/** Whether `host` is the pattern's own or, where it begins with "*.", below it; "*" is every host. */
export function covers(pattern: string, host: string): boolean {
  if (pattern === "*") return true;
  return pattern.startsWith("*.") ? host === pattern.slice(2) || host.endsWith(pattern.slice(1)) : host === pattern;
}

/** Whether neither the user nor an organisation keeps Veritile from this address. What was granted is another matter. */
export function isWanted(url: string, sitesOff: readonly string[], policy: Policy): boolean {
  if (!URL.canParse(url)) return false;
  const { hostname } = new URL(url);
  const named = (pattern: string) => covers(pattern, hostname);
  if (sitesOff.map(hostOf).some(named) || policy.blockedSites.some(named)) return false;
  return policy.allowedSites === undefined || policy.allowedSites.some(named);
}
