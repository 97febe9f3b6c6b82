/** Where a score comes from, on a card: the host's picture, drawn, with what it is and what it is not. */
import { text } from "../../shared/i18n";
import type { Heatmap } from "../../shared/protocol";
import { create } from "./elements";

/** What the host tells of it. */
export type Told = Pick<Heatmap, "jpeg" | "captured_at" | "score">;

/** The same with its picture ready to be drawn. */
export interface Heat {
  picture: ImageBitmap;
  /** Epoch ms. */
  takenAt: number;
  score: number;
}

/** Drawn from its bytes, which no page's policy for pictures forbids; null for what is no picture. */
export async function heatOf({ jpeg, captured_at, score }: Told): Promise<Heat | null> {
  try {
    const bytes = Uint8Array.from(atob(jpeg), (character) => character.charCodeAt(0));
    const picture = await createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
    return { picture, takenAt: captured_at, score };
  } catch {
    return null;
  }
}

export class HeatFigure {
  readonly element = create("figure", "heat");
  readonly #canvas = create("canvas", "map");
  readonly #caption = create("figcaption", "says");

  constructor() {
    this.#canvas.role = "img";
    this.#canvas.ariaLabel = text("card_heat_spoken");
    this.#caption.role = "status";
    this.element.append(this.#canvas, this.#caption);
    this.clear();
  }

  clear(): void {
    this.element.hidden = this.#canvas.hidden = true;
    this.#caption.textContent = "";
    // The face is not kept longer than it is shown.
    this.#canvas.width = this.#canvas.height = 0;
  }

  /** The host is drawing it. */
  wait(): void {
    this.clear();
    this.element.hidden = false;
    this.#caption.textContent = text("card_heat_wait");
  }

  show(heat: Heat | null): void {
    if (this.element.hidden) return; // no longer asked for
    this.#canvas.hidden = heat === null;
    if (!heat) {
      this.#caption.textContent = text("card_heat_none");
      return;
    }
    const { picture, score, takenAt } = heat;
    this.#canvas.width = picture.width;
    this.#canvas.height = picture.height;
    this.#canvas.getContext("2d")?.drawImage(picture, 0, 0);
    const at = new Date(takenAt).toLocaleTimeString();
    this.#caption.textContent = text("card_heat_says", score.toFixed(2), at);
  }
}
