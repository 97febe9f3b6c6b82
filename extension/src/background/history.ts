/**
 * What was seen of each call: who, what their badge said and when, the evidence over time.
 * Bounded in every direction, and kept in storage.session, so that a service worker that was put to sleep goes on
 * where it stopped; it is gone when the browser ends.
 */
import type { RosterEntry } from "../shared/channel";
import type { CallRecord, CallTitle, ChallengeRecord, PersonRecord, Still } from "../shared/history";
import type { VerdictItem } from "../shared/protocol";

const MAX_CALLS = 12;
const MAX_PEOPLE = 100;
const MAX_CHANGES = 100;
const MAX_CHALLENGES = 20;
/** Enough for a line across a panel; older ones are thinned out. */
export const MAX_POINTS = 360;
export const MAX_STILLS = 4;
/** Writing all of a large call at every look would cost more than the look. */
const SAVE_DELAY_MS = 2_000;
const PREFIX = "call:";

/** Where somebody in a call was told: a document of a tab, which outlives the ports to it. */
export interface Place {
  call: string;
  tab: number;
  platform: string;
}

export interface HistoryEvents {
  /** Something that the panel shows is different. */
  changed(call: string): void;
  /** For the first time in this episode; see `settle`. */
  becameFake(call: CallRecord, person: PersonRecord): void;
}

export class History {
  private readonly calls = new Map<string, CallRecord>();
  private readonly unsaved = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly events: HistoryEvents) {}

  /** Takes up what an earlier life of the service worker knew. */
  async restore(): Promise<void> {
    const stored = await chrome.storage.session.get<Record<string, unknown>>(null);
    for (const [key, value] of Object.entries(stored))
      if (key.startsWith(PREFIX)) this.calls.set(key.slice(PREFIX.length), { ...(value as CallRecord), live: false });
  }

  /** Calls, the newest first. */
  titles(): CallTitle[] {
    return [...this.calls.values()]
      .map(({ alarm: _, people: __, ...title }) => title)
      .sort((a, b) => b.updated - a.updated);
  }

  get(call: string): CallRecord | undefined {
    return this.calls.get(call);
  }

  /** Who is on the page now, and what their badges say. */
  roster(place: Place, entries: readonly RosterEntry[], now: number): void {
    const shown = entries.filter(({ label, kind }) => label !== undefined && kind !== "self");
    if (shown.length === 0 && !this.calls.has(place.call)) return;
    const record = this.open(place, now);
    for (const entry of shown) this.see(record, entry, now);
    this.touch(record, now);
  }

  /** What the host found. */
  verdicts(place: Place, items: readonly VerdictItem[], alarm: number, now: number): void {
    const record = this.open(place, now);
    record.alarm = alarm;
    for (const item of items) {
      const person = record.people.find(({ participant }) => participant === item.participant);
      if (person && !item.dropped && !item.error) extend(person, item);
    }
    this.touch(record, now);
  }

  /** Whether nothing is there yet to show of somebody. */
  lacksStill(call: string, participant: string): boolean {
    const person = this.calls.get(call)?.people.find((known) => known.participant === participant);
    return person !== undefined && person.stills.length === 0;
  }

  still(call: string, participant: string, still: Still): void {
    const record = this.calls.get(call);
    const person = record?.people.find((known) => known.participant === participant);
    if (!record || !person) return;
    person.stills = [...person.stills, still].sort((a, b) => b.score - a.score).slice(0, MAX_STILLS);
    this.touch(record, still.at);
  }

  /** The page is gone; what was seen stays, if the user wants it kept at all. */
  left(call: string, keep: boolean): void {
    const record = this.calls.get(call);
    if (!record) return;
    record.live = false;
    if (keep) this.touch(record, record.updated);
    else this.forget(call);
  }

  forget(call: string): void {
    if (!this.calls.delete(call)) return;
    this.unsaved.delete(call);
    void chrome.storage.session.remove(PREFIX + call);
    this.events.changed(call);
  }

  /** The user went through a challenge with somebody, and wants it kept. */
  challenged(call: string, participant: string, challenge: ChallengeRecord): void {
    const record = this.calls.get(call);
    const person = record?.people.find((known) => known.participant === participant);
    if (!record || !person) return;
    person.challenges = [...(person.challenges ?? []), challenge].slice(-MAX_CHALLENGES);
    this.touch(record, challenge.at);
  }

  /** No picture stays of any call. */
  forgetStills(): void {
    for (const record of this.calls.values()) {
      if (record.people.every(({ stills }) => stills.length === 0)) continue;
      for (const person of record.people) person.stills = [];
      this.touch(record, record.updated);
    }
  }

  private open(place: Place, now: number): CallRecord {
    const known = this.calls.get(place.call);
    const record = known ?? { ...place, started: now, updated: now, live: true, alarm: null, people: [] };
    record.live = true;
    if (known) return record;
    this.calls.set(place.call, record);
    const oldest = this.titles().filter(({ call }) => call !== place.call);
    for (const { call } of oldest.slice(MAX_CALLS - 1)) this.forget(call);
    return record;
  }

  private see(record: CallRecord, entry: RosterEntry, now: number): void {
    const { participant, name, label, reason, advice, frames, seconds, p, score, confidence } = entry;
    if (label === undefined) return;
    const person =
      record.people.find((known) => known.participant === participant) ?? welcome(record, participant, now);
    if (name) person.name = name;
    person.lastSeen = now;
    person.now = {
      label,
      ...(reason && { reason }),
      ...(advice && { advice }),
      ...(frames !== undefined && { frames }),
      ...(seconds !== undefined && { seconds }),
      ...(p !== undefined && { p }),
      ...(score !== undefined && { score }),
      ...(confidence !== undefined && { confidence }),
    };
    const before = person.changes.at(-1);
    if (before?.label !== label || before.reason !== reason)
      person.changes = [...person.changes, { at: now, label, ...(reason && { reason }) }].slice(-MAX_CHANGES);
    // An episode ends when the looks speak for a real face again, not at every moment without a verdict.
    if (label === "likely_real") person.alerted = false;
    else if (label === "likely_fake" && !person.alerted && !entry.hidden) {
      person.alerted = true;
      this.events.becameFake(record, person);
    }
  }

  private touch(record: CallRecord, now: number): void {
    record.updated = now;
    this.unsaved.add(record.call);
    this.timer ??= setTimeout(() => this.save(), SAVE_DELAY_MS);
    this.events.changed(record.call);
  }

  private save(): void {
    this.timer = undefined;
    const records = [...this.unsaved].flatMap((call) => this.calls.get(call) ?? []);
    this.unsaved.clear();
    // Over the browser's quota it is lost with the worker's sleep, which is no reason to stop looking.
    chrome.storage.session
      .set(Object.fromEntries(records.map((record) => [PREFIX + record.call, record])))
      .catch(() => {});
  }
}

/** Room for one more: whoever has been away for longest goes. */
function welcome(record: CallRecord, participant: string, now: number): PersonRecord {
  if (record.people.length >= MAX_PEOPLE) {
    const longest = record.people.reduce((a, b) => (b.lastSeen < a.lastSeen ? b : a));
    record.people = record.people.filter((person) => person !== longest);
  }
  const person: PersonRecord = {
    participant,
    now: { label: "inconclusive" },
    firstSeen: now,
    lastSeen: now,
    changes: [],
    trace: { at: [], evidence: [], score: [] },
    stills: [],
    alerted: false,
  };
  record.people.push(person);
  return person;
}

function extend({ trace }: PersonRecord, { captured_at, evidence, score }: VerdictItem): void {
  // Verdicts may overtake each other; a line that runs backwards is none.
  if (captured_at <= (trace.at.at(-1) ?? -Infinity)) return;
  trace.at.push(Math.round(captured_at));
  trace.evidence.push(Math.round(evidence * 100) / 100);
  trace.score.push(score === null ? null : Math.round(score * 1000) / 1000);
  if (trace.at.length > MAX_POINTS) thin(trace);
}

/** Of each two points of the older half, keeps the one that spoke more for fake: a peak is never lost. */
function thin(trace: PersonRecord["trace"]): void {
  const half = Math.floor(MAX_POINTS / 4) * 2;
  const evidence = trace.evidence;
  const kept = evidence.flatMap((value, at) => {
    if (at >= half) return [at];
    const peer = at ^ 1;
    const other = evidence[peer] ?? -Infinity;
    return value > other || (value === other && at < peer) ? [at] : [];
  });
  const pick = <T>(values: T[]) => kept.map((at) => values[at] as T);
  Object.assign(trace, { at: pick(trace.at), evidence: pick(trace.evidence), score: pick(trace.score) });
}
