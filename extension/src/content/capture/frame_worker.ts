/** Where a page forbids blob workers: a worker of the extension's own, inside an invisible frame. */

import type { Measure } from "../figures";
import { page } from "../page";
import type { Crop, Source } from "../platforms/tile";
import { copyPixels, grab, grabFrame } from "./grab";
import { type Detail, type Picture, type Rung, RungFailed } from "./picture";
import { WorkerClient } from "./worker_client";

/** Generous, since a busy machine must not cost this way for good. */
const LOAD_LIMIT_MS = 4000;
const START_LIMIT_MS = 4000;

export class FrameWorker implements Rung {
  readonly name = "frame worker";
  #frame: HTMLIFrameElement | undefined;
  #port: MessagePort | undefined;
  #client: WorkerClient | undefined;
  readonly #measure: Measure;

  constructor(measure: Measure) {
    this.#measure = measure;
  }

  async open(): Promise<void> {
    const frame = page.createElement("iframe");
    this.#frame = frame;
    frame.src = chrome.runtime.getURL("capture.html");
    frame.tabIndex = -1;
    frame.ariaHidden = "true";
    frame.style.cssText =
      "all:initial;position:fixed;top:0;left:0;width:1px;height:1px;border:0;opacity:0;pointer-events:none";
    const loaded = new Promise<void>((resolve, reject) => {
      frame.addEventListener("load", () => resolve(), { once: true });
      setTimeout(() => reject(new RungFailed("the capture frame did not load")), LOAD_LIMIT_MS);
    });
    page.documentElement.append(frame);
    await loaded;
    const { port1, port2 } = new MessageChannel();
    // For the extension's own document alone.
    frame.contentWindow?.postMessage("veritile", `chrome-extension://${chrome.runtime.id}`, [port2]);
    port1.start();
    this.#port = port1;
    this.#client = new WorkerClient(port1, this.#measure);
    await this.#client.sleep(0, START_LIMIT_MS);
  }

  async capture(source: Source, region: Crop, detail: Detail): Promise<Picture> {
    if (!this.#client || !this.#frame?.isConnected) throw new RungFailed("the page removed the capture frame");
    // Decoded pixels are smaller than a bitmap's, and are scaled on the other side; a frame itself cannot cross.
    const pixels = source instanceof HTMLVideoElement && (await copyPixels(grabFrame(source)));
    if (pixels) return this.#client.encode(pixels, region, detail);
    const bitmap = await grab(source, region, detail);
    return this.#client.encode(bitmap, { x: 0, y: 0, width: bitmap.width, height: bitmap.height }, detail);
  }

  async sleep(ms: number): Promise<void> {
    await this.#client?.sleep(ms);
  }

  close(): void {
    this.#port?.close();
    this.#frame?.remove();
  }
}
