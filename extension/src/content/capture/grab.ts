/** Takes hold of what an element shows now. */
import { page } from "../page";
import type { Crop, Source } from "../platforms/tile";
import { type Detail, NoPicture, sentSize } from "./picture";
import type { Pixels } from "./worker_client";

/** The frame itself, without a copy. @throws NoPicture */
export function grabFrame(video: HTMLVideoElement): VideoFrame {
  try {
    return new VideoFrame(video);
  } catch (error) {
    throw new NoPicture(String(error));
  }
}

/** A copy of the frame as it was decoded, or nothing when only the GPU has it. Takes the frame over. */
export async function copyPixels(frame: VideoFrame): Promise<Pixels | undefined> {
  try {
    if (!frame.format) return undefined;
    const { format, timestamp, visibleRect, displayWidth, displayHeight, colorSpace } = frame;
    const data = new ArrayBuffer(frame.allocationSize());
    const layout = await frame.copyTo(data);
    const codedWidth = visibleRect?.width ?? frame.codedWidth;
    const codedHeight = visibleRect?.height ?? frame.codedHeight;
    // The JSON of a colour space is what its constructor takes, and can be posted.
    const init = { format, timestamp, layout, codedWidth, codedHeight, displayWidth, displayHeight };
    return { data, init: { ...init, colorSpace: colorSpace.toJSON() } };
  } catch {
    return undefined;
  } finally {
    frame.close();
  }
}

/** A copy of the region at the size that is sent. @throws NoPicture */
export async function grab(source: Source, region: Crop, detail: Detail): Promise<ImageBitmap> {
  if (source instanceof HTMLCanvasElement) await painted();
  const { width, height } = sentSize(region.width, region.height, detail);
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
  return page.hidden ? Promise.resolve() : new Promise(requestAnimationFrame);
}
