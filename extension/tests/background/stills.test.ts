import fc from "fast-check";
import { expect, test } from "vitest";
import { around, isTelling } from "../../src/background/stills";
import type { Basis, VerdictItem } from "../../src/shared/protocol";
import type { Label } from "../../src/shared/vocabulary";

const item = (label: Label, strongest?: number) =>
  ({
    label,
    captured_at: 1000,
    basis: {
      ...(strongest !== undefined && { strongest: { captured_at: strongest, score: 0.9, quality: 1 } }),
    } as Basis,
  }) as VerdictItem;

test("a picture is kept of whoever is under suspicion, when it is the look that says so most", () => {
  expect(isTelling(item("suspect", 1000.4), false)).toBe(true);
  expect(isTelling(item("likely_fake", 1000), false)).toBe(true);
  expect(isTelling(item("suspect", 400), false)).toBe(false);
  expect(isTelling(item("suspect"), false)).toBe(false);
  for (const isFirst of [true, false]) {
    expect(isTelling(item("likely_real", 1000), isFirst)).toBe(false);
    expect(isTelling(item("inconclusive", 1000), isFirst)).toBe(false);
    expect(isTelling({ ...item("suspect", 1000), dropped: true }, isFirst)).toBe(false);
  }
});

test("there is something to show of everybody under suspicion, even if their strongest look came before", () => {
  expect(isTelling(item("likely_fake", 400), true)).toBe(true);
});

test("what is cut out is a square with the face in its middle", () => {
  expect(around([100, 100, 100, 80], 640, 480)).toEqual([65, 55, 170, 170]);
  expect(around(undefined, 640, 480)).toEqual([0, 0, 640, 480]);
});

test("wherever the face is, what is cut out lies within the picture", () => {
  const number = fc.double({ min: -200, max: 900, noNaN: true });
  const side = fc.integer({ min: 1, max: 2000 });
  fc.assert(
    fc.property(
      fc.tuple(number, number, number.map(Math.abs), number.map(Math.abs)),
      side,
      side,
      (box, width, height) => {
        const [x, y, w, h] = around(box, width, height);
        expect(x).toBeGreaterThanOrEqual(0);
        expect(y).toBeGreaterThanOrEqual(0);
        expect(x + w).toBeLessThanOrEqual(width + 1e-6);
        expect(y + h).toBeLessThanOrEqual(height + 1e-6);
      },
    ),
  );
});
