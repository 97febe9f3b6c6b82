import fc from "fast-check";
import { expect, test } from "vitest";
import { AROUND, areaOf, CLOSER } from "../../src/challenge/face";

const size = fc.integer({ min: 16, max: 4096 });
const share = fc.double({ min: -0.2, max: 1.2, noNaN: true });

test("what is drawn is a square within the picture, wherever the face is", () => {
  fc.assert(
    fc.property(size, size, share, share, share, (width, height, x, y, face) => {
      const side = Math.max(1, face * Math.min(width, height));
      const [left, top, edge] = areaOf([x * width, y * height, side, side], width, height, AROUND);
      expect(left).toBeGreaterThanOrEqual(0);
      expect(top).toBeGreaterThanOrEqual(0);
      expect(left + edge).toBeLessThanOrEqual(width + 1e-6);
      expect(top + edge).toBeLessThanOrEqual(height + 1e-6);
    }),
  );
});

test("the face is in its middle, and larger when it is to be closer", () => {
  const [x, y, side] = areaOf([600, 300, 100, 140], 1280, 720, AROUND);
  expect([x + side / 2, y + side / 2]).toEqual([650, 370]);
  expect(areaOf([600, 300, 100, 140], 1280, 720, CLOSER)[2]).toBeLessThan(side);
});

test("without a face, the middle of the picture is drawn", () => {
  expect(areaOf(undefined, 1280, 720, AROUND)).toEqual([280, 0, 720]);
});
