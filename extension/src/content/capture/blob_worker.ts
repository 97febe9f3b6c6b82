/** Best: a frame goes to a worker without a copy, and the page's thread does next to nothing. */
import type { Measure } from "../figures";
import type { Crop, Source } from "../platforms/tile";
import { grab, grabFrame } from "./grab";
import { type Detail, type Picture, type Rung, RungFailed } from "./picture";
import source from "./worker?source";
import { WorkerClient } from "./worker_client";

/** Generous, since a busy machine must not cost the best way for good: a refusal is known at once by its event. */
const START_LIMIT_MS = 4000;

export class BlobWorker implements Rung {
  readonly name = "blob worker";
  #worker: Worker | undefined;
  #client: WorkerClient | undefined;
  readonly #measure: Measure;

  constructor(measure: Measure) {
    this.#measure = measure;
  }

  async open(): Promise<void> {
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    try {
      const worker = new Worker(url);
      this.#worker = worker;
      this.#client = new WorkerClient(worker, this.#measure);
      // A page's policy forbids the worker without an exception: the error event comes later, or the silence lasts.
      const refused = new Promise<never>((_, reject) => {
        worker.addEventListener("error", () => reject(new RungFailed("the page forbids blob workers")), { once: true });
      });
      await Promise.race([this.#client.sleep(0, START_LIMIT_MS), refused]);
    } catch (error) {
      throw error instanceof RungFailed ? error : new RungFailed(String(error));
    } finally {
      URL.revokeObjectURL(url);
    }
  }

  async capture(source: Source, region: Crop, detail: Detail): Promise<Picture> {
    if (!this.#client) throw new RungFailed("not open");
    if (source instanceof HTMLVideoElement) return this.#client.encode(grabFrame(source), region, detail);
    const bitmap = await grab(source, region, detail);
    return this.#client.encode(bitmap, { x: 0, y: 0, width: bitmap.width, height: bitmap.height }, detail);
  }

  async sleep(ms: number): Promise<void> {
    await this.#client?.sleep(ms);
  }

  close(): void {
    this.#worker?.terminate();
  }
}
