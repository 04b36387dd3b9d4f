/**
 * @file A cost over two parameters as a map: the higher, the darker, with lines of equal cost, which are closer where it
 * is steep. One hue and lines, so that it can be read without colours.
 */
import { type Axes, valueAt } from "./axes.ts";
import { type Grid, isoLines } from "./iso-lines.ts";
import type { Pen } from "./pen.ts";

const gridSide = 97;
const levelCount = 14;
/** The darkest shade. */
const alphaMax = 0.42;
const lineAlpha = 0.4;

/** Values of a function at the places of a grid over a picture's axes. */
export function gridOf(axes: Axes, of: (x: number, y: number) => number, side = gridSide): Grid {
  const values = new Float64Array(side * side);
  const xs = Float64Array.from({ length: side }, (_, i) => valueAt(axes.x, i / (side - 1)));
  for (let row = 0; row < side; row++) {
    const y = valueAt(axes.y, row / (side - 1));
    for (let column = 0; column < side; column++) {
      values[row * side + column] = of(xs[column] ?? NaN, y);
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
  grid: Grid,
  spread: (share: number) => number = (share) => share ** 2.2,
): void {
  const sorted = Float64Array.from(grid.values)
    .filter((value) => Number.isFinite(value))
    .toSorted();
  const low = sorted[0] ?? NaN;
  const high = sorted[Math.floor(0.97 * (sorted.length - 1))] ?? NaN;
  if (!(high > low)) return;
  const levels = Array.from(
    { length: levelCount },
    (_, i) => low + (high - low) * spread((i + 0.6) / levelCount),
  );
  pen.shade("accent", grid.columns, grid.rows, (column, row) => {
    const at = (grid.rows - 1 - row) * grid.columns + column;
    return (alphaMax * levelsBelow(levels, grid.values[at] ?? NaN, low)) / levelCount;
  });
  drawLines(pen, grid, levels);
}

/** How many levels are below a value, plus how far it is to the next one, in [0, 1). All of them for NaN. */
function levelsBelow(levels: readonly number[], value: number, low: number): number {
  const above = levels.findIndex((level) => !(value >= level));
  if (above === -1 || Number.isNaN(value)) return levels.length;
  const from = levels[above - 1] ?? low;
  return above + (value - from) / ((levels[above] ?? from) - from);
}

function drawLines(pen: Pen, grid: Grid, levels: readonly number[]): void {
  const { context, frame } = pen;
  const [right, up] = [frame.width / (grid.columns - 1), frame.height / (grid.rows - 1)];
  const bottom = frame.top + frame.height;
  context.beginPath();
  isoLines(grid, levels, (fromColumn, fromRow, toColumn, toRow) => {
    context.moveTo(frame.left + fromColumn * right, bottom - fromRow * up);
    context.lineTo(frame.left + toColumn * right, bottom - toRow * up);
  });
  context.globalAlpha = lineAlpha;
  context.lineWidth = 1;
  context.lineCap = "butt";
  context.setLineDash([]);
  context.strokeStyle = pen.color("accent");
  context.stroke();
  context.globalAlpha = 1;
}
