/** A face out of a picture of a whole tile, enlarged. */
import { element } from "../shared/page/dom";
import type { Box, ChallengePicture } from "../shared/protocol";

/** Side of what is drawn, CSS pixels times two: sharp on a dense screen too. */
const SIDE_PX = 640;
/** How much more than the face's box is shown: enough for ears and outline, or for the face alone. */
export const AROUND = 1.9;
export const CLOSER = 1.15;

type Area = [x: number, y: number, side: number];

/** A square around the face, within the picture as far as it goes. All in pixels of the picture. */
export function areaOf(box: Box | undefined, width: number, height: number, around: number): Area {
  if (!box) {
    const side = Math.min(width, height);
    return [(width - side) / 2, (height - side) / 2, side];
  }
  const [x, y, w, h] = box;
  const side = Math.min(Math.max(w, h) * around, width, height);
  const within = (middle: number, size: number) => Math.min(Math.max(middle - side / 2, 0), size - side);
  return [within(x + w / 2, width), within(y + h / 2, height), side];
}

export class Face {
  readonly element: HTMLCanvasElement;
  private bitmap: ImageBitmap | undefined;
  private around = AROUND;

  /** @param label what a screen reader says of it */
  constructor(
    private readonly picture: ChallengePicture,
    label: string,
  ) {
    this.element = element("canvas", { role: "img", "aria-label": label, width: `${SIDE_PX}`, height: `${SIDE_PX}` });
    const bytes = Uint8Array.from(atob(picture.jpeg), (byte) => byte.charCodeAt(0));
    createImageBitmap(new Blob([bytes], { type: "image/jpeg" })).then(
      (bitmap) => {
        this.bitmap = bitmap;
        this.draw(this.around);
      },
      () => this.element.remove(),
    );
  }

  draw(around: number): void {
    this.around = around;
    if (!this.bitmap) return;
    const { width, height } = this.bitmap;
    const [x, y, side] = areaOf(this.picture.box, width, height, around);
    this.element.getContext("2d")?.drawImage(this.bitmap, x, y, side, side, 0, 0, SIDE_PX, SIDE_PX);
  }
}
