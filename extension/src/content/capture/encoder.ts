/** Draws a region of an image at the size that is sent and encodes it. Runs in workers, and on the page as a last resort. */
import type { Crop } from "../platforms/tile";
import { type Detail, sentSize } from "./picture";

let canvas: OffscreenCanvas | undefined;
let context: OffscreenCanvasRenderingContext2D | null = null;

/** Draws at once; resolves with the JPEG. */
export function encode(image: CanvasImageSource, region: Crop, detail: Detail): Promise<Blob> {
  const { width, height } = sentSize(region.width, region.height, detail);
  canvas ??= new OffscreenCanvas(width, height);
  // In main memory: reading pixels back from a GPU costs more than drawing them here.
  context ??= canvas.getContext("2d", { willReadFrequently: true, alpha: false });
  if (!context) throw new Error("no 2D context");
  // Sets the size even when it is the same, which also clears the canvas.
  canvas.width = width;
  canvas.height = height;
  context.imageSmoothingQuality = "high";
  context.drawImage(image, region.x, region.y, region.width, region.height, 0, 0, width, height);
  return canvas.convertToBlob({ type: "image/jpeg", quality: detail.quality });
}

/** What follows the comma of a data URL. */
export function payload(dataUrl: string): string {
  return dataUrl.slice(dataUrl.indexOf(",") + 1);
}
