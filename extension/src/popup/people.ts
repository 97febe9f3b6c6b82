/** The participants of a call, those that need a look first. */
import type { RosterEntry } from "../shared/channel";
import { explain } from "../shared/explanation";
import { text } from "../shared/i18n";
import { button, element, mark } from "../shared/page/dom";
import type { Label } from "../shared/vocabulary";

const ORDER = { likely_fake: 0, suspect: 1, likely_real: 2, inconclusive: 3 } as const;

/** Half the width of the band, of a scale from 0 to 1: while there is no verdict, and at the least. */
const OPEN_HALF = 0.25;
const NARROWEST_HALF = 0.03;

type Labelled = RosterEntry & { label: NonNullable<RosterEntry["label"]> };

/** Who is listed: everybody with a label, which leaves out the user's own tile. */
export function listed(entries: readonly RosterEntry[]): Labelled[] {
  return entries
    .filter((entry): entry is Labelled => entry.label !== undefined && entry.kind !== "self")
    .sort((a, b) => ORDER[a.label] - ORDER[b.label] || (a.name ?? "￿").localeCompare(b.name ?? "￿"));
}

/** The list's title and the list itself, still empty. */
export function people(): [HTMLHeadingElement, HTMLUListElement] {
  return [
    element("h2", { id: "people-title" }, text("popup_people")),
    // Focusable, so that the arrow keys scroll a long list.
    element("ul", { tabindex: "0", "aria-labelledby": "people-title" }),
  ];
}

/** What each row shows, as JSON. */
const rows = new WeakMap<Element, string>();

/**
 * Brings the list in line with who is there; rows that say the same stay, and with them whoever reads or scrolls.
 * @param show puts a person's badge back on the page
 */
export function fill(
  list: HTMLUListElement,
  entries: readonly Labelled[],
  show: (participant: string) => void = () => {},
): void {
  const old = new Map([...list.children].map((row) => [rows.get(row), row]));
  const wanted = entries.map(({ latency_ms, ...entry }) => {
    const shows = JSON.stringify(entry);
    const row = old.get(shows) ?? person(entry, show);
    old.delete(shows);
    rows.set(row, shows);
    return row;
  });
  for (const row of old.values()) row.remove();
  wanted.forEach((row, at) => {
    if (list.children[at] !== row) list.insertBefore(row, list.children[at] ?? null);
  });
}

function person(entry: Labelled, show: (participant: string) => void): HTMLLIElement {
  const { label, reason, score } = entry;
  const why = label === "inconclusive" ? (reason ?? "starting") : undefined;
  const name = entry.name ?? text("popup_someone");
  return element(
    "li",
    { "data-label": label },
    mark(label),
    element(
      "div",
      {},
      element("p", { class: "who" }, element("span", { class: "name", title: name }, name), verdict(entry, why)),
      element("p", { class: "quiet" }, explain({ ...entry, ...(why && { reason: why }) })),
      ...(typeof score === "number" ? [scale(label, score, entry.confidence ?? 0)] : []),
      ...(entry.hidden ? [hiddenNote(entry.participant, show)] : []),
    ),
  );
}

function hiddenNote(participant: string, show: (participant: string) => void): HTMLParagraphElement {
  const again = button(text("popup_show_again"), { class: "link" }, () => show(participant));
  return element("p", { class: "quiet" }, `${text("popup_hidden")} `, again);
}

function verdict({ label }: Labelled, why: string | undefined): HTMLSpanElement {
  const words = text(`label_${label}`);
  return element("span", { class: "label" }, why ? `${words} — ${text(`reason_${why}`)}` : words);
}

/**
 * Where between real and fake the score lies, as a band that is as wide as it is uncertain.
 * Without a verdict there is no number: it would look more certain than it is.
 */
function scale(label: Label, score: number, confidence: number): HTMLElement {
  const open = label === "inconclusive";
  const half = open ? OPEN_HALF : Math.max(NARROWEST_HALF, (1 - confidence) / 2);
  const [from, to] = [Math.max(0, score - half), Math.min(1, score + half)];
  const band = element("span", { class: "band", "data-open": open });
  band.style.insetInline = `${from * 100}% ${(1 - to) * 100}%`;
  const words = open ? text("popup_score_open") : text("popup_score", score.toFixed(2));
  return element(
    "div",
    { class: "scale", role: "img", "aria-label": `${text("popup_scale")}: ${words}`, title: words },
    element("span", {}, text("popup_real")),
    element("span", { class: "track" }, band),
    element("span", {}, text("popup_fake")),
  );
}
