/**
 * @file A cost over two parameters as a map: the higher, the darker, with lines of equal cost, which are closer where it
 * is steep. One hue and lines, so that it can be read without colours.
 */
import { contours } from "d3-contour";

import { type Axes, valueAt } from "./axes.ts";
import type { Pen } from "./pen.ts";

/** Values on a grid of places, row by row from the lowest y. */
export interface Grid {
  readonly columns: number;
  readonly rows: number;
  /** Shape `[rows, columns]`. */
  readonly values: ArrayLike<number>;
}

const gridSide = 97;
const levelCount = 14;
/** The darkest shade. */
const alphaMax = 0.42;

/** Values of a function at the places of a grid over a picture's axes. */
export function gridOf(axes: Axes, of: (x: number, y: number) => number, side = gridSide): Grid {
  const values = new Float64Array(side * side);
  for (let row = 0; row < side; row++) {
    const y = valueAt(axes.y, row / (side - 1));
    for (let column = 0; column < side; column++) {
      values[row * side + column] = of(valueAt(axes.x, column / (side - 1)), y);
    }
  }
  return { columns: side, rows: side, values };
}

/**
 * Draws a grid over the whole picture.
 *
 * @param spread - The height of a level's line above the lowest value, by its share in [0, 1]; by default denser near
 *   the bottom, where descents end.
 */
export function drawGrid(
  pen: Pen,
  { columns, rows, values }: Grid,
  spread: (share: number) => number = (share) => share ** 2.2,
): void {
  const numbers = Array.from(values);
  const low = Math.min(...finite(numbers));
  const high = quantile(finite(numbers), 0.97);
  if (!(high > low)) return;
  const levels = Array.from(
    { length: levelCount },
    (_, i) => low + (high - low) * spread((i + 0.6) / levelCount),
  );
  const bands = contours().size([columns, rows]).thresholds(levels)(numbers);
  const { context } = pen;
  for (const { coordinates } of bands) {
    context.beginPath();
    for (const ring of coordinates.flat()) traceRing(pen, ring, columns, rows);
    // Each band lies on those below it, so the shades add up.
    context.globalAlpha = alphaMax / levelCount;
    context.fillStyle = pen.color("accent");
    context.fill("evenodd");
    context.globalAlpha = 0.35;
    context.lineWidth = 1;
    context.setLineDash([]);
    context.strokeStyle = pen.color("accent");
    context.stroke();
  }
  context.globalAlpha = 1;
}

/** Adds a ring to the path. The library puts the value of a cell at its middle. */
function traceRing(
  { context, frame }: Pen,
  ring: readonly (readonly number[])[],
  columns: number,
  rows: number,
): void {
  for (const [i, [column = 0, row = 0]] of ring.entries()) {
    const x =
      frame.left + (Math.min(Math.max(column - 0.5, 0), columns - 1) / (columns - 1)) * frame.width;
    const share = Math.min(Math.max(row - 0.5, 0), rows - 1) / (rows - 1);
    const y = frame.top + (1 - share) * frame.height;
    if (i === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  }
  context.closePath();
}

function finite(values: readonly number[]): readonly number[] {
  return values.filter((value) => Number.isFinite(value));
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? NaN;
}
