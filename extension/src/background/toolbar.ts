/** The toolbar icon: quiet unless somebody in the tab's call needs a look, or Veritile cannot work. */
import type { RosterEntry, Snapshot } from "../shared/channel";
import { text } from "../shared/i18n";
import { COLOURS } from "../shared/marks";

/** What the icon shows. */
export interface Look {
  /** A character or two beside the icon; empty when all is well. */
  text: string;
  colour: string;
  /** Read out by screen readers and shown on hover. */
  title: string;
}

const GREY = COLOURS.inconclusive.light;

/** The look for the participants of one tab, or of no tab at all; `blind` is a call whose tiles cannot be found. */
export function look(
  { consented, enabled, host }: Pick<Snapshot, "consented" | "enabled" | "host">,
  entries: readonly RosterEntry[],
  blind = false,
): Look {
  if (!consented) return { text: "", colour: GREY, title: text("action_consent") };
  if (!enabled) return { text: "", colour: GREY, title: text("action_off") };
  if (host.status === "failed") return { text: "×", colour: GREY, title: text("action_failed") };
  const count = (label: RosterEntry["label"]) =>
    entries.filter((entry) => entry.label === label && !entry.hidden).length;
  const fake = count("likely_fake");
  if (fake) return { text: "!!", colour: COLOURS.likely_fake.light, title: text("action_likely_fake", `${fake}`) };
  const suspect = count("suspect");
  if (suspect) return { text: "!", colour: COLOURS.suspect.light, title: text("action_suspect", `${suspect}`) };
  if (blind) return { text: "?", colour: GREY, title: text("action_blind") };
  return { text: "", colour: GREY, title: text(entries.length ? "action_call" : "action_on") };
}

export class Toolbar {
  /** What each tab shows now; the key -1 is every other tab. */
  private readonly shown = new Map<number, string>();
  private enabled: boolean | undefined;

  show(snapshot: Snapshot): void {
    if (this.enabled !== snapshot.enabled) {
      this.enabled = snapshot.enabled;
      const name = snapshot.enabled ? "" : "off-";
      ignoreGoneTab(chrome.action.setIcon({ path: { 16: `icons/${name}16.png`, 32: `icons/${name}32.png` } }));
    }
    const entries = new Map<number, RosterEntry[]>([[-1, []]]);
    for (const tab of this.shown.keys()) entries.set(tab, []);
    for (const call of snapshot.tabs) entries.set(call.tab, [...(entries.get(call.tab) ?? []), ...call.entries]);
    const blind = new Set(snapshot.tabs.flatMap((call) => (call.blind ? [call.tab] : [])));
    for (const [tab, people] of entries) this.set(tab, look(snapshot, people, blind.has(tab)));
  }

  private set(tab: number, { text, colour, title }: Look): void {
    const key = `${text}${colour}${title}`;
    if (this.shown.get(tab) === key) return;
    this.shown.set(tab, key);
    const target = tab === -1 ? {} : { tabId: tab };
    chrome.action.setBadgeText({ text, ...target }).catch(() => this.shown.delete(tab));
    ignoreGoneTab(chrome.action.setBadgeBackgroundColor({ color: colour, ...target }));
    ignoreGoneTab(chrome.action.setTitle({ title, ...target }));
  }
}

/** A tab may close at any time; then there is nothing left to show. */
function ignoreGoneTab(done: Promise<void>): void {
  done.catch(() => {});
}
