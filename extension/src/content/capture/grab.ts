/** Takes hold of what an element shows now. */
import type { Crop, Source } from "../platforms/tile";
import { NoPicture, sentSize } from "./picture";

/** The frame itself, without a copy. @throws NoPicture */
export function grabFrame(video: HTMLVideoElement): VideoFrame {
  try {
    return new VideoFrame(video);
  } catch (error) {
    throw new NoPicture(String(error));
  }
}

/** A copy of the region at the size that is sent. @throws NoPicture */
export async function grab(source: Source, region: Crop): Promise<ImageBitmap> {
  if (source instanceof HTMLCanvasElement) await painted();
  const { width, height } = sentSize(region.width, region.height);
  try {
    return await createImageBitmap(source, region.x, region.y, region.width, region.height, {
      resizeWidth: width,
      resizeHeight: height,
      resizeQuality: "medium",
    });
  } catch (error) {
    throw new NoPicture(String(error));
  }
}

/** A WebGL canvas of the page's own thread can be read only in the task that painted it. */
export function painted(): Promise<unknown> {
  return document.hidden ? Promise.resolve() : new Promise(requestAnimationFrame);
}
