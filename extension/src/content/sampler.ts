/** Takes pictures of tiles when they are due, sends them, and matches the verdicts to them. */

import type { Frame, VerdictItem } from "../shared/protocol";
import type { Ladder, Shot } from "./capture/ladder";
import { CLOSE_UP, NoPicture, USUAL } from "./capture/picture";
import type { Figures } from "./figures";
import { page } from "./page";
import { Scheduler } from "./scheduler";
import { isSame, type Seen } from "./tiles";

/** So many pictures in a row cannot be read before the tile is said to be unreadable. */
const FAILURES_ALLOWED = 3;
/** Without a new frame for this long, a video counts as frozen. */
const FROZEN_MS = 5000;
/** Last resort, should the service worker never answer: it has time-outs of its own, all shorter. */
const BATCH_LIMIT_MS = 20_000;
/** Pictures that wait for a free batch go together, at most this many. */
const BATCH_FRAMES = 8;

export type Trouble = "frozen" | "unsupported";

export interface SamplerOptions {
  ladder: Ladder;
  figures: Figures;
  /** The tile as of the last scan; undefined when it is not to be sampled now. */
  seen(participant: string): Seen | undefined;
  send(batch: number, frames: Frame[]): boolean;
  /** `alarm` is the evidence from which on the host may raise one. */
  onVerdict(item: VerdictItem, takenAt: number, alarm: number | undefined): void;
  /** Why a participant's tile gives no picture, or that it does again. */
  onTrouble(participant: string, trouble: Trouble | undefined): void;
  /** A tile is no longer what the last scan found. */
  onStale(): void;
}

interface Progress {
  failures: number;
  frames: number;
  /** When `frames` last grew. */
  movedAt: number;
}

export class Sampler {
  readonly #options: SamplerOptions;
  readonly #scheduler = new Scheduler();
  readonly #progress = new Map<string, Progress>();
  /** Batch -> when the picture of each of its participants was taken. */
  readonly #inFlight = new Map<number, { taken: Map<string, number>; limit: ReturnType<typeof setTimeout> }>();
  #outbox: { participant: string; shot: Shot }[] = [];
  #running = false;
  /** Whose pictures are taken in full size. */
  #closeUp: string | undefined;
  #batch = 0;
  /** Tells the timer that counts from those that were set before. */
  #alarm = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: SamplerOptions) {
    this.#options = options;
  }

  /** Takes pictures, or stops at once: what is being taken is thrown away. */
  run(running: boolean): void {
    if (running === this.#running) return;
    this.#running = running;
    if (running) this.#scheduler.restart(performance.now());
    else this.#drop(this.#outbox.splice(0).map(({ participant }) => participant));
    this.rearm();
  }

  add(participant: string): void {
    if (this.#scheduler.add(participant, performance.now())) this.rearm();
  }

  /** There is something new to see of a participant: a larger picture, or somebody else. */
  hurry(participant: string): void {
    this.#scheduler.hurry(participant, performance.now());
    this.rearm();
  }

  /** Takes this participant's pictures in full size, and theirs first; undefined: everybody's as usual. */
  closeUp(participant: string | undefined): void {
    this.#closeUp = participant;
    this.#scheduler.prefer(participant);
    if (participant !== undefined) this.hurry(participant);
  }

  remove(participant: string): void {
    this.#scheduler.remove(participant);
    this.#progress.delete(participant);
  }

  answered(batch: number, items: readonly VerdictItem[], alarm?: number): void {
    const taken = this.#settle(batch);
    if (!taken) return;
    const judged: { item: VerdictItem; at: number }[] = [];
    for (const item of items) {
      const at = taken.get(item.participant);
      if (at === undefined) continue;
      taken.delete(item.participant);
      if (item.dropped) this.#options.figures.dropped += 1;
      this.#scheduler.judged(item.participant, at, item.next_sample_ms);
      judged.push({ item, at });
    }
    this.#drop(taken.keys());
    this.#flush();
    this.rearm();
    // Last: showing them meets the page's document, and what goes wrong there must not stop the sampling.
    for (const { item, at } of judged) this.#options.onVerdict(item, at, alarm);
  }

  failed(batch: number): void {
    const taken = this.#settle(batch);
    if (!taken) return;
    this.#drop(taken.keys());
    this.#flush();
    this.rearm();
  }

  /** Nothing in flight will be answered. */
  failAll(): void {
    for (const batch of [...this.#inFlight.keys()]) this.failed(batch);
  }

  /** Sets the timer anew, as after the tab was hidden or shown. */
  rearm(): void {
    clearTimeout(this.#timer);
    const alarm = ++this.#alarm;
    const wait = this.#running ? this.#scheduler.wait(performance.now()) : undefined;
    if (wait === undefined) return;
    const due = performance.now() + wait;
    const ring = () => {
      if (alarm === this.#alarm) this.#options.figures.measure(() => this.#tick(due));
    };
    const { sleep } = this.#options.ladder;
    // Timers cut fractions of a millisecond off, and one that rings before anybody is due rings twice.
    const whole = Math.ceil(wait);
    // A hidden tab's own timers ring once a second at best.
    if (page.hidden && sleep) void sleep(whole).then(ring, ring);
    else this.#timer = setTimeout(ring, whole);
  }

  #tick(due: number): void {
    const now = performance.now();
    if (!page.hidden) this.#scheduler.late(now - due);
    const participant = this.#scheduler.take(now);
    if (participant !== undefined) void this.#sample(participant);
    this.rearm();
  }

  async #sample(participant: string): Promise<void> {
    const shot = await this.#shoot(participant);
    this.#options.figures.measure(() => {
      this.#scheduler.captured(participant);
      if (shot && this.#running) {
        this.#outbox.push({ participant, shot });
        this.#flush();
      } else {
        this.#drop([participant]);
      }
      this.rearm();
    });
  }

  /** One picture of a tile that is the same before and after, or nothing. */
  async #shoot(participant: string): Promise<Shot | undefined> {
    const { seen, ladder, figures, onStale } = this.#options;
    const target = seen(participant);
    if (!target) return undefined;
    if (!isSame(target)) {
      onStale();
      return undefined;
    }
    const progress = this.#progressOf(participant);
    if (!this.#moves(participant, target, progress)) return undefined;
    try {
      const shot = await ladder.capture(target.tile, participant === this.#closeUp ? CLOSE_UP : USUAL);
      figures.capture = ladder.name;
      if (!isSame(target)) {
        onStale();
        return undefined;
      }
      figures.captured += 1;
      progress.failures = 0;
      this.#options.onTrouble(participant, undefined);
      return shot;
    } catch (error) {
      figures.capture = ladder.name;
      progress.failures += error instanceof NoPicture ? 1 : FAILURES_ALLOWED;
      if (progress.failures >= FAILURES_ALLOWED) this.#options.onTrouble(participant, "unsupported");
      return undefined;
    }
  }

  /** False while a video shows the very frame that was taken last: the same evidence does not count twice. */
  #moves(participant: string, { tile }: Seen, progress: Progress): boolean {
    // A hidden tab presents no frames, though it receives them.
    if (!(tile.source instanceof HTMLVideoElement) || page.hidden) return true;
    const now = performance.now();
    const frames = tile.source.getVideoPlaybackQuality().totalVideoFrames;
    if (frames !== progress.frames) {
      progress.frames = frames;
      progress.movedAt = now;
      return true;
    }
    if (now - progress.movedAt >= FROZEN_MS) this.#options.onTrouble(participant, "frozen");
    return false;
  }

  #progressOf(participant: string): Progress {
    let progress = this.#progress.get(participant);
    if (!progress) {
      progress = { failures: 0, frames: -1, movedAt: performance.now() };
      this.#progress.set(participant, progress);
    }
    return progress;
  }

  /** While the host keeps up pictures go one by one, at once; when it does not, those that wait go together. */
  #flush(): void {
    while (this.#outbox.length > 0 && this.#scheduler.room) {
      const batch = ++this.#batch;
      const entries = this.#outbox.splice(0, BATCH_FRAMES);
      const frames = entries.map(({ participant, shot }) => this.#frame(participant, shot));
      if (!this.#options.send(batch, frames)) {
        this.#drop(entries.map(({ participant }) => participant));
        continue;
      }
      this.#scheduler.sent();
      this.#inFlight.set(batch, {
        taken: new Map(entries.map(({ participant, shot }) => [participant, shot.takenAt])),
        limit: setTimeout(() => this.failed(batch), BATCH_LIMIT_MS),
      });
    }
  }

  #frame(participant: string, { capturedAt, jpeg, video }: Shot): Frame {
    const name = this.#options.seen(participant)?.tile.name;
    return { participant, ...(name && { name }), captured_at: capturedAt, jpeg, video };
  }

  #settle(batch: number): Map<string, number> | undefined {
    const flight = this.#inFlight.get(batch);
    if (!flight) return undefined;
    clearTimeout(flight.limit);
    this.#inFlight.delete(batch);
    this.#scheduler.answered();
    return flight.taken;
  }

  #drop(participants: Iterable<string>): void {
    for (const participant of participants) this.#scheduler.retry(participant, performance.now());
  }
}
