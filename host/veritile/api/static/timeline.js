/** Scores over time: a line with the stretches that look swapped, and a strip that is redder the higher they are. */

/** @import { Frame, Segment } from "./answers" */

import { byId, penOf } from "./dom.js";

const WIDTH = 1000;
const HEIGHT = 100;
const SVG = "http://www.w3.org/2000/svg";
const GAP_S = 4;

const svg = byId("timeline", SVGSVGElement);
const strip = byId("strip", HTMLCanvasElement);

/**
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 */
const shape = (name, attributes) => {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
};

/**
 * Draw one person in a clip of so many seconds.
 *
 * @param {Frame[]} frames
 * @param {Segment[]} segments
 * @param {number} seconds
 * @param {string} says the same in words
 */
export function drawTimeline(frames, segments, seconds, says) {
  const x = (/** @type {number} */ t) => Number(((WIDTH * t) / seconds).toFixed(2));
  const y = (/** @type {number} */ score) => Number((HEIGHT * (1 - score)).toFixed(2));
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  byId("timeline-says", SVGTitleElement).textContent = says;
  for (const old of svg.querySelectorAll(":not(title)")) old.remove();
  for (const share of [0, 0.5, 1]) svg.append(shape("path", { class: "grid", d: `M0 ${y(share)}H${WIDTH}` }));
  for (const { start, end } of segments) {
    const wide = Math.max(2, x(end) - x(start));
    svg.append(shape("rect", { class: "segment", x: x(start), y: 0, width: wide, height: HEIGHT }));
  }
  let path = "";
  /** @type {number | undefined} */
  let before;
  for (const { t, score } of frames) {
    if (score == null) continue;
    path += `${before === undefined || t - before > GAP_S ? "M" : "L"}${x(t)} ${y(score)}`;
    before = t;
  }
  svg.append(shape("path", { class: "line", d: path }), shape("path", { class: "here", d: `M0 0V${HEIGHT}` }));
  drawStrip(frames, seconds);
}

/**
 * Mark the time that is shown.
 *
 * @param {number} t
 * @param {number} seconds
 */
export function markTime(t, seconds) {
  svg.querySelector(".here")?.setAttribute("d", `M${((WIDTH * t) / seconds).toFixed(2)} 0V${HEIGHT}`);
}

/**
 * Call `seek` with the share of the width that was pressed.
 *
 * @param {(share: number) => void} seek
 */
export function onPress(seek) {
  for (const target of [svg, strip])
    target.addEventListener("click", (event) => {
      if (!(event instanceof MouseEvent)) return;
      const { left, width } = target.getBoundingClientRect();
      seek((event.clientX - left) / width);
    });
}

/**
 * @param {Frame[]} frames
 * @param {number} seconds
 */
function drawStrip(frames, seconds) {
  const ratio = devicePixelRatio || 1;
  strip.width = Math.max(1, Math.round(strip.clientWidth * ratio));
  strip.height = Math.round(16 * ratio);
  const pen = penOf(strip);
  pen.fillStyle = "#d93a2b"; // the same in light and dark: it is a scale, not a label
  const times = frames.map(({ t }) => t);
  frames.forEach(({ t, score }, index) => {
    if (score == null) return;
    const next = Math.min(times[index + 1] ?? t + 0.5, t + GAP_S / 2);
    pen.globalAlpha = 0.04 + 0.96 * score ** 1.5;
    const left = (strip.width * t) / seconds;
    pen.fillRect(left, 0, Math.max(1, (strip.width * (next - t)) / seconds + 0.5), strip.height);
  });
}
