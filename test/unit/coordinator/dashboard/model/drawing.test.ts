/** @file A drawing becomes a sample that looks like the data. */
import { describe, expect, test } from "vitest";

import { type Picture, sampleOf } from "../../../../../coordinator/dashboard/model/drawing.ts";
import { pictureShapeOf } from "../../../../../shared/data/picture.ts";

function centreDigit(drawing: Picture): Float32Array | undefined {
  return sampleOf([drawing], pictureShapeOf([28, 28])!);
}

/** A filled rectangle on a pad of 280 × 280. */
function pad(left: number, top: number, width: number, height: number) {
  const values = new Float32Array(280 * 280);
  for (let y = top; y < top + height; y++) {
    for (let x = left; x < left + width; x++) values[y * 280 + x] = 1;
  }
  return { width: 280, height: 280, values };
}

function boxOf(image: Float32Array) {
  const rows = new Set<number>();
  const columns = new Set<number>();
  for (const [i, value] of image.entries()) {
    if (value === 0) continue;
    rows.add(Math.floor(i / 28));
    columns.add(i % 28);
  }
  return {
    rows: [...rows].toSorted((a, b) => a - b),
    columns: [...columns].toSorted((a, b) => a - b),
  };
}

describe("a drawing for 28 × 28 grey pixels", () => {
  test("returns nothing for an empty pad", () => {
    expect(centreDigit(pad(0, 0, 0, 0))).toBeUndefined();
  });

  test("a tall stroke anywhere on the pad becomes 20 rows high, in the middle", () => {
    for (const [left, top] of [
      [0, 0],
      [240, 100],
      [130, 30],
    ] as const) {
      const { rows, columns } = boxOf(centreDigit(pad(left, top, 16, 160))!);
      expect([rows[0], rows.at(-1)]).toEqual([4, 23]);
      expect([columns[0], columns.at(-1)]).toEqual([13, 14]);
    }
  });

  test("keeps the proportions: 160 × 40 becomes 20 × 5, and the ink keeps its strength", () => {
    const image = centreDigit(pad(10, 200, 160, 40))!;
    const { rows, columns } = boxOf(image);
    expect([rows.length, columns.length]).toEqual([5, 20]);
    expect(Math.max(...image)).toBe(1);
  });

  test("moves the centre of mass, not the box, to the middle", () => {
    const drawing = pad(100, 40, 20, 200);
    // A heavy foot: the centre of mass is low, so the digit moves up.
    for (let y = 200; y < 240; y++) for (let x = 60; x < 160; x++) drawing.values[y * 280 + x] = 1;
    const { rows } = boxOf(centreDigit(drawing)!);
    expect(rows[0]).toBeLessThan(4);
    expect(rows).toHaveLength(20);
  });
});

describe("a drawing for pictures of another shape", () => {
  test("of 20 × 30: the ink fits into 20/28 of both sides, and is in the middle", () => {
    const image = sampleOf([{ ...pad(0, 0, 280, 160) }], pictureShapeOf([20, 30])!)!;
    const rows = Array.from({ length: 20 }, (_, row) => image.subarray(row * 30, row * 30 + 30));
    const inked = rows.flatMap((row, i) => (row.some((value) => value > 0) ? [i] : []));
    expect(image.length).toBe(600);
    expect([inked[0], inked.at(-1)]).toEqual([4, 15]);
  });

  test.each([
    [
      [2, 4, 3],
      [0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0],
    ],
    [
      [3, 2, 4],
      [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ],
  ])("in colour, %j: keeps the place and the colour of the ink", (featureShape, firstValues) => {
    const none = pad(0, 0, 0, 0);
    // Blue ink on the left half of the pad's upper half.
    const blue = pad(0, 0, 140, 140);
    const sample = sampleOf([none, none, blue], pictureShapeOf(featureShape)!)!;
    expect([...sample.subarray(0, 12)]).toEqual(firstValues);
    expect(sample.reduce((sum, value) => sum + value, 0)).toBe(2);
  });
});
