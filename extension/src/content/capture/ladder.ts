/** The ways to capture, best first. One that fails on this page is left for good. */
import type { Measure } from "../figures";
import type { Tile } from "../platforms/tile";
import { type Detail, NoPicture, type Picture, type Rung, RungFailed, regionOf, USUAL } from "./picture";

/** A busy page can be late once; a rung that is silent twice in a row is broken. */
const SILENCES_ALLOWED = 1;

export interface Shot extends Picture {
  /** Of the picture's source, in its own pixels. */
  video: { width: number; height: number };
  /** When the picture was taken: epoch ms, and on `performance.now`'s clock. */
  capturedAt: number;
  takenAt: number;
}

export class Ladder {
  readonly #rungs: Rung[];
  readonly #measure: Measure;
  #current: { rung: Rung; opened: Promise<void>; isOpen: boolean } | undefined;
  #silences = 0;
  #closed = false;

  constructor(rungs: Rung[], measure: Measure) {
    this.#rungs = rungs;
    this.#measure = measure;
  }

  /** The rung in use; "none" before the first capture and when all have failed. */
  get name(): string {
    return this.#current?.rung.name ?? "none";
  }

  /** @throws NoPicture when the tile shows nothing readable, RungFailed when no way is left */
  async capture(tile: Tile, detail: Detail = USUAL): Promise<Shot> {
    for (;;) {
      const rung = await this.#open();
      const source = tile.source;
      const region = regionOf(tile);
      if (!source || !region) throw new NoPicture("nothing on show");
      const capturedAt = Date.now();
      const takenAt = performance.now();
      try {
        const picture = await this.#measure(() => rung.capture(source, region, detail));
        this.#silences = 0;
        return { ...picture, video: { width: region.width, height: region.height }, capturedAt, takenAt };
      } catch (error) {
        if (!(error instanceof RungFailed) || this.#closed) throw error;
        if (this.#silences++ < SILENCES_ALLOWED) throw new NoPicture(error.message);
        this.#leave(rung);
      }
    }
  }

  /** A timer that keeps time in hidden tabs, where there is one. */
  get sleep(): ((ms: number) => Promise<void>) | undefined {
    if (!this.#current?.isOpen) return undefined;
    const { rung } = this.#current;
    return rung.sleep?.bind(rung);
  }

  close(): void {
    this.#closed = true;
    this.#current?.rung.close();
  }

  async #open(): Promise<Rung> {
    for (;;) {
      const [rung] = this.#rungs;
      if (!rung || this.#closed) throw new RungFailed("no way to capture on this page");
      if (this.#current?.rung !== rung) this.#current = { rung, opened: rung.open(), isOpen: false };
      const current = this.#current;
      try {
        await current.opened;
        current.isOpen = true;
        return rung;
      } catch {
        this.#leave(rung);
      }
    }
  }

  #leave(rung: Rung): void {
    if (this.#rungs[0] !== rung) return;
    this.#rungs.shift();
    this.#current = undefined;
    this.#silences = 0;
    rung.close();
  }
}
