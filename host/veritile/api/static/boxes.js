/** The boxes over the picture: whose face is where, and its score. */

import { byId, penOf } from "./dom.js";

/** The colours on either side of the score from which a face looks swapped. */
const CALM = "#5dd6a4";
const SWAPPED = "#ff8a80";
const UNJUDGED = "#c9ced8";
const boxes = byId("boxes", HTMLCanvasElement);

let threshold = 0.52;

/** @param {number} score from which a face looks swapped */
export function judgeFrom(score) {
  threshold = score;
}

/**
 * @typedef {object} Boxed
 * @property {[number, number, number, number]} face x, y, width, height in pixels of the frame
 * @property {number | null} score
 * @property {number} person their number
 * @property {number} place their place in the list of people
 */

/**
 * Draw one box for each look, over a picture that keeps its proportions within its element.
 *
 * @param {HTMLElement} picture
 * @param {{ wide: number, high: number }} own the picture's size in its own pixels
 * @param {Boxed[]} looks
 * @param {number} chosen the place of whom the timeline is about
 */
export function paintBoxes(picture, own, looks, chosen) {
  const ratio = devicePixelRatio || 1;
  const { clientWidth: wide, clientHeight: high } = picture;
  boxes.width = wide * ratio;
  boxes.height = high * ratio;
  boxes.style.inlineSize = `${wide}px`;
  boxes.style.blockSize = `${high}px`;
  const pen = penOf(boxes);
  pen.scale(ratio, ratio);
  const scale = Math.min(wide / own.wide, high / own.high);
  const [left, top] = [(wide - own.wide * scale) / 2, (high - own.high * scale) / 2];
  for (const { face, person, place, score } of looks) {
    const [x, y, width, height] = face;
    const name = `${person}${score == null ? "" : `  ${score.toFixed(2)}`}`;
    box(pen, [left + x * scale, top + y * scale, width * scale, height * scale], name, score, place === chosen);
  }
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {number[]} at x, y, width, height in CSS pixels
 * @param {string} name
 * @param {number | null} score
 * @param {boolean} chosen
 */
function box(pen, [x, y, width, height], name, score, chosen) {
  pen.lineWidth = chosen ? 4 : 2;
  pen.strokeStyle = "#000a";
  pen.strokeRect(x, y, width, height);
  pen.lineWidth = chosen ? 2.5 : 1.5;
  pen.strokeStyle = score == null ? UNJUDGED : score >= threshold ? SWAPPED : CALM;
  pen.strokeRect(x, y, width, height);
  pen.font = "600 13px system-ui, sans-serif";
  const wide = pen.measureText(name).width + 12;
  const up = y > 22 ? y - 22 : y + 2;
  pen.fillStyle = "#14161be0";
  pen.fillRect(x, up, wide, 20);
  pen.fillStyle = "#fff";
  pen.fillText(name, x + 6, up + 14.5);
}
