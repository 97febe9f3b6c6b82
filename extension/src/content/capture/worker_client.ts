/** Talks to an encoder worker: numbered jobs, each answered or timed out. */
import type { Measure } from "../figures";
import type { Crop } from "../platforms/tile";
import { type Detail, NoPicture, type Picture, RungFailed } from "./picture";

export type Job =
  | { kind: "encode"; id: number; image: Image; region: Crop; detail: Detail }
  | { kind: "sleep"; id: number; ms: number };

/** Something to draw; pixels are a video frame's, for where the frame itself cannot go. */
export type Image = VideoFrame | ImageBitmap | Pixels;

export interface Pixels {
  data: ArrayBuffer;
  init: VideoFrameBufferInit;
}

export interface Answer {
  id: number;
  jpeg?: string;
  error?: string;
}

export interface Endpoint {
  postMessage(message: Job, transfer: Transferable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent<Answer>) => void): void;
}

const ENCODE_LIMIT_MS = 3000;

export class WorkerClient {
  readonly #endpoint: Endpoint;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #last = 0;

  readonly #measure: Measure;

  constructor(endpoint: Endpoint, measure: Measure) {
    this.#endpoint = endpoint;
    this.#measure = measure;
    endpoint.addEventListener("message", ({ data }) => {
      this.#waiting.get(data.id)?.(data);
      this.#waiting.delete(data.id);
    });
  }

  /** @throws RungFailed when the worker does not answer in `limit` ms */
  async sleep(ms: number, limit = ms + ENCODE_LIMIT_MS): Promise<void> {
    await this.#ask({ kind: "sleep", id: ++this.#last, ms }, [], limit);
  }

  /** Takes the image over. @throws RungFailed on silence, NoPicture when the image cannot be encoded */
  async encode(image: Image, region: Crop, detail: Detail): Promise<Picture> {
    const transfer = "data" in image ? image.data : image;
    const job: Job = { kind: "encode", id: ++this.#last, image, region, detail };
    const answer = await this.#ask(job, [transfer], ENCODE_LIMIT_MS);
    if (answer.jpeg === undefined) throw new NoPicture(answer.error);
    return { jpeg: answer.jpeg };
  }

  #ask(job: Job, transfer: Transferable[], limit: number): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(job.id);
        reject(new RungFailed("the encoder did not answer"));
      }, limit);
      this.#waiting.set(job.id, (answer) => {
        clearTimeout(timer);
        resolve(answer);
      });
      this.#measure(() => this.#endpoint.postMessage(job, transfer));
    });
  }
}
