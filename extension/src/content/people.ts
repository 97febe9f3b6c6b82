/** Whom the tiles show: what is known of each, on their badge and in the popup's list. */
import type { HostState, RosterEntry } from "../shared/channel";
import type { VerdictItem } from "../shared/protocol";
import type { Facts } from "./badge/card";
import { heatOf, type Told } from "./badge/heat";
import type { Look } from "./badge/look";
import { Overlay, type Place } from "./badge/overlay";
import type { Point } from "./badge/sparkline";
import { type BadgeState, badgeState } from "./badge/words";
import type { Figures } from "./figures";
import type { Tile } from "./platforms/tile";
import type { Trouble } from "./sampler";
import type { Present } from "./tiles";

/** How soon the popup is to hear of a change. */
export type Urgency = "soon" | "later";

/** Looks that the card's chart shows: at the slowest pace, some eight minutes of them. */
const POINTS = 96;

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
  /** The evidence of the last looks, oldest first. */
  points: Point[];
  /** As of the last verdict. */
  alarm?: number;
}

export interface PeopleOptions {
  look: Look;
  figures: Figures;
  /** People whose badge the user took off the page; outlives the tiles. */
  hidden: Set<string>;
  /** Called when `entries` has become different. */
  changed(urgency: Urgency): void;
  /** The user wants to see more of somebody. */
  details(participant: string): void;
  /** The user wants to check somebody by a guided challenge. */
  check(participant: string): void;
  /** The user wants to know where somebody's score comes from: `explained` is to follow, unless this is false. */
  explain(participant: string): boolean;
}

export class People {
  readonly #people = new Map<string, Person>();
  readonly #options: PeopleOptions;
  #overlay: Overlay | undefined;
  #look: Look;
  #host: HostState["status"] | undefined;

  constructor(options: PeopleOptions) {
    this.#options = options;
    this.#look = options.look;
  }

  /** Takes in what a scan found, by participant. */
  see(tiles: ReadonlyMap<string, Pick<Present, "tile" | "copies">>, now: number): void {
    for (const [participant, { tile, copies }] of tiles) {
      const person = this.#people.get(participant) ?? this.#welcome(participant, now);
      if (person.tile?.kind !== tile.kind) this.#options.changed("soon");
      person.tile = tile;
      // Reads first, changes after: one layout for all tiles.
      person.places = [tile, ...copies].map(({ element }) => ({
        element,
        width: element.getBoundingClientRect().width,
      }));
      const name = tile.name ?? copies.find((copy) => copy.name)?.name;
      if (name && name !== person.name) {
        person.name = name;
        this.#options.changed("soon");
      }
    }
    for (const [participant, person] of this.#people) {
      if (tiles.has(participant)) this.#render(participant, person);
      if (tiles.has(participant) || !person.tile) continue;
      person.tile = undefined;
      this.#overlay?.hide(participant);
      this.#options.changed("soon");
    }
    this.#overlay?.refresh();
  }

  forget(participant: string): void {
    this.#overlay?.remove(participant);
    if (this.#people.delete(participant)) this.#options.changed("soon");
  }

  /** Nothing is shown before the first call. */
  setHost(host: HostState["status"]): void {
    this.#host = host;
    for (const [participant, person] of this.#people) {
      // A host that starts knows nothing of anybody, and so must what is shown.
      if (host !== "loading" && host !== "ready") {
        delete person.verdict;
        person.points = [];
      }
      this.#render(participant, person);
    }
    this.#options.changed("soon");
  }

  /** Draws all badges anew: they are to look otherwise, or to speak another language. */
  setLook(look: Look): void {
    this.#look = look;
    this.#overlay?.close();
    this.#overlay = undefined;
    for (const [participant, person] of this.#people) this.#render(participant, person);
  }

  /** Takes somebody's badges off the page, or puts them back. */
  setHidden(participant: string, hidden: boolean): void {
    if (hidden) this.#options.hidden.add(participant);
    else this.#options.hidden.delete(participant);
    const person = this.#people.get(participant);
    if (person) this.#render(participant, person);
    this.#options.changed("soon");
  }

  judged(item: VerdictItem, takenAt: number, alarm: number | undefined): void {
    const person = this.#people.get(item.participant);
    if (!person) return;
    const before = person.verdict;
    person.verdict = item;
    if (alarm !== undefined) person.alarm = alarm;
    if (item.basis.frames > 0 && !item.dropped) person.points.push({ at: takenAt, evidence: item.evidence });
    if (person.points.length > POINTS) person.points.shift();
    this.#render(item.participant, person);
    const now = performance.now();
    if (!item.dropped) {
      person.latency = Math.round((now - takenAt) * 10) / 10;
      this.#options.figures.latency(person.latency);
    }
    // To be told that it is too close to call is an answer too.
    if (item.label !== "inconclusive" || item.reason === "undecided") {
      this.#options.figures.firstVerdict(item.participant, now - person.visibleSince);
    }
    this.#options.changed(item.label !== before?.label || item.reason !== before.reason ? "soon" : "later");
  }

  troubled(participant: string, trouble: Trouble | undefined): void {
    const person = this.#people.get(participant);
    if (!person || person.trouble === trouble) return;
    if (trouble) person.trouble = trouble;
    else delete person.trouble;
    this.#render(participant, person);
    this.#options.changed("soon");
  }

  /** Shows where somebody's score comes from; null: it cannot be told. */
  async explained(participant: string, told: Told | null): Promise<void> {
    this.#overlay?.explain(participant, told && (await heatOf(told)));
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
        ...(this.#options.hidden.has(participant) && { hidden: true }),
      };
    });
  }

  close(): void {
    this.#overlay?.close();
    this.#people.clear();
  }

  #welcome(participant: string, now: number): Person {
    const person: Person = { tile: undefined, places: [], visibleSince: now, points: [] };
    this.#people.set(participant, person);
    return person;
  }

  #stateOf({ tile, verdict, trouble }: Person): BadgeState | undefined {
    return tile && this.#host && badgeState(tile.kind, this.#host, verdict, trouble);
  }

  #render(participant: string, person: Person): void {
    const state = this.#stateOf(person);
    if (person.tile && state && !this.#options.hidden.has(participant)) {
      this.#overlay ??= this.#newOverlay();
      const { verdict, points, alarm } = person;
      const judged = !state.quiet && state.reason !== "host_lost";
      const facts: Facts = {
        points: judged ? points : [],
        ...(judged && verdict && { basis: verdict.basis }),
        ...(alarm !== undefined && { alarm }),
      };
      this.#overlay.set(participant, person.places, state, person.name, facts);
    } else if (person.tile) {
      this.#overlay?.remove(participant);
    }
  }

  #newOverlay(): Overlay {
    const { figures, details, check, explain } = this.#options;
    const actions = { hide: (whom: string) => this.setHidden(whom, true), details, check, explain };
    return new Overlay(this.#look, actions, figures.measure);
  }
}
