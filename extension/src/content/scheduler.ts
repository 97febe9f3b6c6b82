/** Whose picture is taken next, and when. Pure: it is told the time, in milliseconds of any one clock. */
import { MAX_BATCHES_IN_FLIGHT } from "../shared/channel";

/** At most one capture starts in this time, so that no two share a task of the page. */
export const SLOT_MS = 20;
/** On a page that answers late, captures move this far apart at most. */
export const LONGEST_SLOT_MS = 300;
/** Captures that may be under way at once; more would only wait for each other in the encoder. */
const MAX_CAPTURES = 2;
/** After a picture that could not be taken or judged. */
export const RETRY_MS = 1000;
/** What the host may ask for: nobody goes without a look for longer. */
const SHORTEST_MS = 50;
export const LONGEST_MS = 30_000;

export class Scheduler {
  /** When each waiting participant is due; the others are being captured or judged. */
  readonly #due = new Map<string, number>();
  readonly #known = new Set<string>();
  readonly #capturing = new Set<string>();
  #preferred: string | undefined;
  #batches = 0;
  #slot = SLOT_MS;
  #free = -Infinity;

  /** A new participant is due at once; for others nothing changes. Returns whether it is new. */
  add(participant: string, now: number): boolean {
    if (this.#known.has(participant)) return false;
    this.#known.add(participant);
    this.#due.set(participant, now);
    return true;
  }

  /** A participant who waits is due at once: there is something new to see. */
  hurry(participant: string, now: number): void {
    const due = this.#due.get(participant);
    if (due !== undefined) this.#due.set(participant, Math.min(due, now));
  }

  /** Whenever this participant is due, nobody goes before; undefined: all are equal. */
  prefer(participant: string | undefined): void {
    this.#preferred = participant;
  }

  remove(participant: string): void {
    this.#known.delete(participant);
    this.#due.delete(participant);
  }

  get room(): boolean {
    return this.#batches < MAX_BATCHES_IN_FLIGHT;
  }

  /** The participant whose picture is to be taken now, if any: of those that are due, the one that waits longest. */
  take(now: number): string | undefined {
    if (now < this.#free || !this.#open) return undefined;
    const next = this.#next(now);
    if (!next || next.due > now) return undefined;
    this.#due.delete(next.participant);
    this.#capturing.add(next.participant);
    this.#free = now + this.#slot;
    return next.participant;
  }

  /** Milliseconds until `take` can give somebody; undefined when something else must happen first. */
  wait(now: number): number | undefined {
    const next = this.#open ? this.#next(now) : undefined;
    return next && Math.max(0, next.due - now, this.#free - now);
  }

  /** The capture that `take` gave is over, for better or worse. */
  captured(participant: string): void {
    this.#capturing.delete(participant);
  }

  sent(): void {
    this.#batches += 1;
  }

  answered(): void {
    this.#batches -= 1;
  }

  /** The host has judged a picture and wants the next one `next` ms after it was taken. */
  judged(participant: string, taken: number, next: number): void {
    this.#wait(participant, taken + Math.min(Math.max(next, SHORTEST_MS), LONGEST_MS));
  }

  /** There was no picture, or no verdict. */
  retry(participant: string, now: number): void {
    this.#wait(participant, now + RETRY_MS);
  }

  /** Everybody is due again, as after the host's return. */
  restart(now: number): void {
    for (const participant of this.#due.keys()) this.#due.set(participant, now);
  }

  /** A timer of the page came this much too late: spread the captures out while the page is busy. */
  late(ms: number): void {
    this.#slot = Math.min(Math.max(SLOT_MS, this.#slot * 0.8 + ms * 0.2), LONGEST_SLOT_MS);
  }

  get #open(): boolean {
    return this.room && this.#capturing.size < MAX_CAPTURES;
  }

  #wait(participant: string, due: number): void {
    if (this.#known.has(participant)) this.#due.set(participant, due);
  }

  #next(now: number): { participant: string; due: number } | undefined {
    const first = this.#preferred === undefined ? undefined : this.#due.get(this.#preferred);
    if (this.#preferred !== undefined && first !== undefined && first <= now)
      return { participant: this.#preferred, due: first };
    let best: { participant: string; due: number } | undefined;
    for (const [participant, due] of this.#due) {
      if (!best || due < best.due) best = { participant, due };
    }
    return best;
  }
}
