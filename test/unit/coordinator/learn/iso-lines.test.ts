/** @file Lines of equal value on a grid: where they are, and that they have no gaps. */
import { describe, expect, test } from "vitest";

import { type Grid, isoLines } from "../../../../coordinator/learn/draw/iso-lines.ts";

type Piece = readonly [number, number, number, number];

function gridOf(side: number, of: (column: number, row: number) => number): Grid {
  const values = Float64Array.from({ length: side * side }, (_, i) =>
    of(i % side, Math.floor(i / side)),
  );
  return { columns: side, rows: side, values };
}

function linesOn(grid: Grid, levels: readonly number[]): readonly Piece[] {
  const pieces: Piece[] = [];
  isoLines(grid, levels, (...piece) => pieces.push(piece));
  return pieces;
}

describe("on the distances from the middle of 21 × 21 places", () => {
  const distances = gridOf(21, (column, row) => Math.hypot(column - 10, row - 10));
  const radii = [2.5, 5.5, 8.5];

  test("the lines are circles, within 0.05 of a cell", () => {
    for (const radius of radii) {
      const pieces = linesOn(distances, [radius]);
      expect(pieces.length).toBeGreaterThan(4 * radius);
      for (const [x0, y0, x1, y1] of pieces) {
        expect(Math.abs(Math.hypot(x0 - 10, y0 - 10) - radius)).toBeLessThan(0.05);
        expect(Math.abs(Math.hypot(x1 - 10, y1 - 10) - radius)).toBeLessThan(0.05);
      }
    }
  });

  test("each is closed: every end is that of two pieces", () => {
    const ends = new Map<string, number>();
    for (const [x0, y0, x1, y1] of linesOn(distances, radii)) {
      for (const end of [`${x0.toFixed(9)} ${y0.toFixed(9)}`, `${x1.toFixed(9)} ${y1.toFixed(9)}`])
        ends.set(end, (ends.get(end) ?? 0) + 1);
    }
    expect(new Set(ends.values())).toEqual(new Set([2]));
  });
});

test("on a saddle, lines turn around the corners that are on the other side of the level than its middle", () => {
  // The middle is 0.5; the corners at (0, 0) and (1, 1) are 0, the others 1.
  const saddle = gridOf(2, (column, row) => (column === row ? 0 : 1));
  const middles = (level: number) =>
    linesOn(saddle, [level]).map(([x0, y0, x1, y1]) =>
      [(x0 + x1) / 2, (y0 + y1) / 2].map((each) => Number(each.toFixed(3))),
    );
  expect(middles(0.4)).toEqual([
    [0.8, 0.8],
    [0.2, 0.2],
  ]);
  expect(middles(0.6)).toEqual([
    [0.8, 0.2],
    [0.2, 0.8],
  ]);
});

test("a cell with a corner that is no number has no lines, and levels outside the values have none", () => {
  const hole = gridOf(3, (column, row) => (column === 1 && row === 1 ? NaN : column));
  expect(linesOn(hole, [0.5])).toEqual([]);
  expect(
    linesOn(
      gridOf(3, (column) => column),
      [-1, 2.5],
    ),
  ).toEqual([]);
  expect(
    linesOn(
      gridOf(3, (column) => column),
      [0.5],
    ),
  ).toHaveLength(2);
});
