import { describe, expect, it } from "vitest";

import type { Stroke } from "../../../../../shared/data/digits/handwriting.ts";
import { drawStrokes, IMAGE_SIDE } from "../../../../../shared/data/digits/raster.ts";

const bar: Stroke = [
  { x: 0, y: 0, pressure: 1 },
  { x: 0, y: 100, pressure: 1 },
];
const corner: Stroke = [...bar, { x: 70, y: 100, pressure: 1 }];

describe("drawStrokes", () => {
  it("draws a bar of 100 units with a pen of radius 10 as 3.2 × 19 pixels, symmetric and fully black inside", () => {
    const image = draw([bar], 10);
    const middle = [...image.subarray(14 * IMAGE_SIDE, 15 * IMAGE_SIDE)];
    expect(middle).toEqual(middle.toReversed());
    expect(middle.slice(13, 15)).toEqual([255, 255]);
    const width = middle.reduce((sum, ink) => sum + ink / 255, 0);
    expect(Math.abs(width - (2 * 10 * 19.3) / 120)).toBeLessThan(0.1);
    expect(middle.filter((ink) => ink > 0)).toHaveLength(4);
    expect([...image.subarray(0, 4 * IMAGE_SIDE)].every((ink) => ink === 0)).toBe(true);
  });

  it("draws the same image of strokes moved by (1000, -500), and of strokes 4 times as large", () => {
    const moved = corner.map((point) => ({ ...point, x: point.x + 1000, y: point.y - 500 }));
    const large = corner.map((point) => ({ ...point, x: 4 * point.x, y: 4 * point.y }));
    expect(draw([moved], 8)).toEqual(draw([corner], 8));
    expect(draw([large], 32)).toEqual(draw([corner], 8));
  });

  it("draws wider at pressure 2 than at 1", () => {
    const [top, foot] = bar;
    const image = draw([[top!, { ...foot!, pressure: 2 }]], 6);
    const inkOfRow = (row: number) =>
      image.subarray(row * IMAGE_SIDE, (row + 1) * IMAGE_SIDE).reduce((sum, ink) => sum + ink, 0);
    expect(inkOfRow(20)).toBeGreaterThan(1.4 * inkOfRow(8));
  });

  it("draws a doubled stroke like a single one: ink over ink is no darker", () => {
    expect(draw([corner, corner], 8)).toEqual(draw([corner], 8));
  });

  it("puts the centre of mass of a bar with its 70 unit foot in the middle, not the box", () => {
    const image = draw([corner], 8);
    const columnInk = (column: number) =>
      Array.from({ length: IMAGE_SIDE }, (_, row) => image[row * IMAGE_SIDE + column]!).filter(
        (ink) => ink > 0,
      ).length;
    const columns = Array.from({ length: IMAGE_SIDE }, (_, column) => columnInk(column));
    const left = columns.findIndex((count) => count > 0);
    const right = columns.findLastIndex((count) => count > 0);
    expect(IMAGE_SIDE - 1 - right).toBeLessThan(left);
  });

  it("refuses a pen of radius 0 and a drawing without strokes", () => {
    expect(() => draw([bar], 0)).toThrow("penRadius must be above 0, got 0");
    expect(() => draw([], 8)).toThrow("nothing to draw");
  });
});

function draw(strokes: readonly Stroke[], penRadius: number): Uint8Array {
  const image = new Uint8Array(IMAGE_SIDE * IMAGE_SIDE);
  drawStrokes(strokes, penRadius, image);
  return image;
}
