/** Last resort: drawn on the page's own thread. */
import type { Crop, Source } from "../platforms/tile";
import { encode, payload } from "./encoder";
import { painted } from "./grab";
import { type Detail, NoPicture, type Picture, type Rung } from "./picture";

export class PageCanvas implements Rung {
  readonly name = "page canvas";

  async open(): Promise<void> {}

  async capture(source: Source, region: Crop, detail: Detail): Promise<Picture> {
    if (source instanceof HTMLCanvasElement) await painted();
    try {
      return { jpeg: payload(await read(await encode(source, region, detail))) };
    } catch (error) {
      throw new NoPicture(String(error));
    }
  }

  close(): void {}
}

function read(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
