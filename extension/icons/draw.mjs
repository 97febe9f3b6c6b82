/**
 * Draws the icons beside it: `node icons/draw.mjs`.
 * A video tile whose corner brackets hold a check mark; at 16 px the brackets give way to the check alone.
 */
import { writeFileSync } from "node:fs";
import { deflateSync } from "node:zlib";

const SAMPLES = 6;
const ON = { top: [62, 84, 200], bottom: [30, 42, 120], bracket: [150, 200, 255] };
/** For the toolbar while detection is off. */
const OFF = { top: [138, 144, 156], bottom: [104, 110, 122], bracket: [205, 210, 218] };
const CHECK = [255, 255, 255];

/** Signed distance to a rounded square centred in the unit square; negative inside. */
function tile(x, y, half, radius) {
  const dx = Math.abs(x - 0.5) - (half - radius);
  const dy = Math.abs(y - 0.5) - (half - radius);
  return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - radius;
}

/** Distance from a point to a segment. */
function segment(x, y, [x1, y1], [x2, y2]) {
  const along = ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / ((x2 - x1) ** 2 + (y2 - y1) ** 2);
  const t = Math.min(1, Math.max(0, along));
  return Math.hypot(x - x1 - t * (x2 - x1), y - y1 - t * (y2 - y1));
}

/** RGBA of one point of the unit square. */
function colour(x, y, size, theme) {
  if (tile(x, y, 0.5, 0.22) > 0) return [0, 0, 0, 0];
  const small = size < 32;
  const check = small
    ? {
        points: [
          [0.24, 0.53],
          [0.43, 0.72],
          [0.78, 0.32],
        ],
        width: 0.085,
      }
    : {
        points: [
          [0.335, 0.515],
          [0.455, 0.635],
          [0.675, 0.385],
        ],
        width: size < 48 ? 0.06 : 0.05,
      };
  const [a, b, c] = check.points;
  if (Math.min(segment(x, y, a, b), segment(x, y, b, c)) < check.width) return [...CHECK, 255];
  const line = size < 48 ? 0.036 : 0.028;
  const onBracket = Math.abs(tile(x, y, 0.33, 0.11)) < line && Math.min(Math.abs(x - 0.5), Math.abs(y - 0.5)) > 0.14;
  if (!small && onBracket) return [...theme.bracket, 255];
  return [...theme.top.map((top, i) => top + (theme.bottom[i] - top) * y), 255];
}

/** Mean of SAMPLES x SAMPLES points, colours weighted by their alpha. */
function pixel(column, row, size, theme) {
  const sum = [0, 0, 0, 0];
  for (let i = 0; i < SAMPLES ** 2; i++) {
    const x = (column + ((i % SAMPLES) + 0.5) / SAMPLES) / size;
    const y = (row + (Math.floor(i / SAMPLES) + 0.5) / SAMPLES) / size;
    const [r, g, b, a] = colour(x, y, size, theme);
    for (const [channel, value] of [r * a, g * a, b * a, a].entries()) sum[channel] += value;
  }
  const alpha = sum[3];
  return alpha === 0
    ? [0, 0, 0, 0]
    : [...sum.slice(0, 3).map((s) => Math.round(s / alpha)), Math.round(alpha / SAMPLES ** 2)];
}

function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

function png(size, theme) {
  const rows = [];
  for (let row = 0; row < size; row++) {
    rows.push(0);
    for (let column = 0; column < size; column++) rows.push(...pixel(column, row, size, theme));
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 6, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    chunk("IHDR", header),
    chunk("IDAT", deflateSync(Buffer.from(rows), { level: 9 })),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

const write = (name, size, theme) => writeFileSync(new URL(`${name}.png`, import.meta.url), png(size, theme));
for (const size of [16, 32, 48, 128]) write(size, size, ON);
for (const size of [16, 32]) write(`off-${size}`, size, OFF);
