/** Which sites Veritile looks at: the three platforms, each with a switch, and those that the user let it into. */
import type { Snapshot } from "../shared/channel";
import { text } from "../shared/i18n";
import { button, element, replace } from "../shared/page/dom";
import type { Settings } from "../shared/settings";
import { covers, hostOf, sitePattern } from "../shared/site";

/** One product may live at several addresses. */
const PLATFORMS: readonly [name: string, hosts: RegExp][] = [
  ["Google Meet", /^meet\.google\.com$/],
  ["Zoom", /zoom\.us$/],
  ["Microsoft Teams", /^teams\./],
];

export class Sites {
  private granted: string[] = [];
  private latest: Snapshot | undefined;

  constructor(
    private readonly list: HTMLUListElement,
    private readonly change: (settings: Partial<Settings>) => void,
  ) {
    const look = () => void this.look();
    chrome.permissions.onAdded.addListener(look);
    chrome.permissions.onRemoved.addListener(look);
    look();
  }

  show(snapshot: Snapshot): void {
    this.latest = snapshot;
    this.render();
  }

  private async look(): Promise<void> {
    const { origins = [] } = await chrome.permissions.getAll();
    this.granted = origins.filter((origin) => !ownSites().includes(origin));
    this.render();
  }

  private render(): void {
    if (!this.latest) return;
    const { sitesOff, policy } = this.latest;
    replace(this.list, { sitesOff, policy, granted: this.granted }, () => [
      ...PLATFORMS.map(([name, hosts]) =>
        this.platform(
          name,
          ownSites().filter((site) => hosts.test(hostOf(site))),
        ),
      ),
      ...this.granted.map((site) => this.grantedSite(site)),
    ]);
  }

  private platform(name: string, sites: string[]): HTMLLIElement {
    const id = `site-${name.replace(/\W/g, "")}`;
    const forbidden = sites.every((site) => this.isForbidden(site));
    const off = this.latest?.sitesOff ?? [];
    const input = element("input", { type: "checkbox", role: "switch", id, disabled: forbidden });
    input.checked = !forbidden && !sites.every((site) => off.includes(site));
    input.addEventListener("change", () => {
      const others = off.filter((site) => !sites.includes(site));
      this.change({ sitesOff: input.checked ? others : [...others, ...sites] });
    });
    const hosts = element("bdi", { dir: "ltr" }, sites.map(hostOf).join(", "));
    const note = element("small", {}, forbidden ? text("page_locked") : hosts);
    return element("li", {}, element("label", { for: id }, name, note), input);
  }

  private grantedSite(site: string): HTMLLIElement {
    const host = hostOf(site);
    const note = this.isForbidden(site) ? [element("small", {}, text("page_locked"))] : [];
    const words = host === "*" ? text("options_site_all") : host;
    const remove = button(text("options_site_remove"), { "aria-label": text("popup_revoke", words) }, () => {
      void chrome.permissions.remove({ origins: [site] });
    });
    return element("li", {}, element("span", {}, words, ...note), remove);
  }

  private isForbidden(site: string): boolean {
    const { allowedSites, blockedSites = [] } = this.latest?.policy ?? {};
    const host = hostOf(site).replace(/^\*\./, "");
    const named = (pattern: string) => covers(pattern, host);
    return blockedSites.some(named) || (allowedSites !== undefined && !allowedSites.some(named));
  }
}

function ownSites(): string[] {
  return chrome.runtime.getManifest().host_permissions ?? [];
}

/** The match pattern of what somebody typed, as "call.example" or a whole address; null when it is neither. */
export function typedSite(typed: string): string | null {
  const address = typed.trim();
  return sitePattern(/^[a-z]+:\/\//i.test(address) ? address : `https://${address}`);
}
