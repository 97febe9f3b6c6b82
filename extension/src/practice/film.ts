/** A film of a few frames, all in one picture, drawn one at a time: it can be stopped and gone through by hand. */
import { element } from "../shared/page/dom";

/** As scripts/practice_films.py makes them. */
export const FRAMES = 12;
const COLUMNS = 4;
const SIDE_PX = 240;

export class Film {
  readonly element: HTMLCanvasElement;
  private readonly sheet: HTMLImageElement;

  /** @param name of its file; `label` is what a screen reader says */
  constructor(name: string, label: string) {
    this.element = element("canvas", {
      role: "img",
      "aria-label": label,
      width: `${SIDE_PX}`,
      height: `${SIDE_PX}`,
    });
    this.sheet = element("img", { src: `films/${name}.webp`, alt: "" });
  }

  /** Resolves when frames can be drawn. */
  load(): Promise<void> {
    return this.sheet.decode();
  }

  draw(frame: number): void {
    const [x, y] = [(frame % COLUMNS) * SIDE_PX, Math.floor(frame / COLUMNS) * SIDE_PX];
    this.element.getContext("2d")?.drawImage(this.sheet, x, y, SIDE_PX, SIDE_PX, 0, 0, SIDE_PX, SIDE_PX);
  }
}
