/** Whom the tiles show: what is known of each, on their badge and in the popup's list. */
import type { HostState, RosterEntry } from "../shared/channel";
import type { VerdictItem } from "../shared/protocol";
import { Overlay, type Place } from "./badge/overlay";
import { type BadgeState, badgeState } from "./badge/words";
import type { Figures } from "./figures";
import type { Corner, Tile } from "./platforms/tile";
import type { Trouble } from "./sampler";
import type { Present } from "./tiles";

/** How soon the popup is to hear of a change. */
export type Urgency = "soon" | "later";

interface Person {
  /** As of the last scan; undefined while the tile is gone for a moment. */
  tile: Tile | undefined;
  /** Kept while the page hides it: the id is the same, so is the person. */
  name?: string;
  /** Where the badges go. */
  places: readonly Place[];
  visibleSince: number;
  verdict?: VerdictItem;
  latency?: number;
  trouble?: Trouble;
}

export class People {
  readonly #people = new Map<string, Person>();
  readonly #figures: Figures;
  readonly #changed: (urgency: Urgency) => void;
  readonly #corner: Corner;
  #overlay: Overlay | undefined;
  #host: HostState["status"] | undefined;

  /** `changed` is called when `entries` has become different. */
  constructor(corner: Corner, figures: Figures, changed: (urgency: Urgency) => void) {
    this.#corner = corner;
    this.#figures = figures;
    this.#changed = changed;
  }

  /** Takes in what a scan found, by participant. */
  see(tiles: ReadonlyMap<string, Pick<Present, "tile" | "copies">>, now: number): void {
    for (const [participant, { tile, copies }] of tiles) {
      const person = this.#people.get(participant) ?? this.#welcome(participant, now);
      if (person.tile?.kind !== tile.kind) this.#changed("soon");
      person.tile = tile;
      // Reads first, changes after: one layout for all tiles.
      person.places = [tile, ...copies].map(({ element }) => ({
        element,
        width: element.getBoundingClientRect().width,
      }));
      const name = tile.name ?? copies.find((copy) => copy.name)?.name;
      if (name && name !== person.name) {
        person.name = name;
        this.#changed("soon");
      }
    }
    for (const [participant, person] of this.#people) {
      if (tiles.has(participant)) this.#render(participant, person);
      if (tiles.has(participant) || !person.tile) continue;
      person.tile = undefined;
      this.#overlay?.hide(participant);
      this.#changed("soon");
    }
    this.#overlay?.refresh();
  }

  forget(participant: string): void {
    this.#overlay?.remove(participant);
    if (this.#people.delete(participant)) this.#changed("soon");
  }

  /** Nothing is shown before the first call. */
  setHost(host: HostState["status"]): void {
    this.#host = host;
    for (const [participant, person] of this.#people) {
      // A host that starts knows nothing of anybody, and so must what is shown.
      if (host !== "loading" && host !== "ready") delete person.verdict;
      this.#render(participant, person);
    }
    this.#changed("soon");
  }

  judged(item: VerdictItem, takenAt: number): void {
    const person = this.#people.get(item.participant);
    if (!person) return;
    const before = person.verdict;
    person.verdict = item;
    this.#render(item.participant, person);
    const now = performance.now();
    if (!item.dropped) {
      person.latency = Math.round((now - takenAt) * 10) / 10;
      this.#figures.latency(person.latency);
    }
    if (item.label !== "inconclusive") this.#figures.firstVerdict(item.participant, now - person.visibleSince);
    this.#changed(item.label !== before?.label || item.reason !== before.reason ? "soon" : "later");
  }

  troubled(participant: string, trouble: Trouble | undefined): void {
    const person = this.#people.get(participant);
    if (!person || person.trouble === trouble) return;
    if (trouble) person.trouble = trouble;
    else delete person.trouble;
    this.#render(participant, person);
    this.#changed("soon");
  }

  /** Elements left the page. */
  hideOrphans(): void {
    this.#overlay?.hideOrphans();
  }

  /** Who is on the page now. */
  entries(): RosterEntry[] {
    return [...this.#people].flatMap(([participant, person]) => {
      if (!person.tile) return [];
      const state = this.#stateOf(person);
      const { name, verdict, latency } = person;
      const judged = state && !state.quiet && state.reason !== "host_lost";
      const { label, reason, advice, frames, seconds, p } = state ?? {};
      return {
        participant,
        kind: person.tile.kind,
        ...(name && { name }),
        ...(label && { label }),
        ...(reason && { reason }),
        ...(advice && { advice }),
        ...(frames !== undefined && { frames }),
        ...(seconds !== undefined && { seconds }),
        ...(p !== undefined && { p }),
        ...(judged && verdict && { score: verdict.score, confidence: verdict.confidence }),
        ...(latency !== undefined && { latency_ms: latency }),
      };
    });
  }

  close(): void {
    this.#overlay?.close();
    this.#people.clear();
  }

  #welcome(participant: string, now: number): Person {
    const person: Person = { tile: undefined, places: [], visibleSince: now };
    this.#people.set(participant, person);
    return person;
  }

  #stateOf({ tile, verdict, trouble }: Person): BadgeState | undefined {
    return tile && this.#host && badgeState(tile.kind, this.#host, verdict, trouble);
  }

  #render(participant: string, person: Person): void {
    const state = this.#stateOf(person);
    if (person.tile && state) {
      this.#overlay ??= new Overlay(this.#corner);
      this.#overlay.set(participant, person.places, state, person.name);
    } else if (person.tile) {
      this.#overlay?.remove(participant);
    }
  }
}
