/** @file A small picture of numbers, such as a digit or a neuron's weights, in a rectangle of a larger picture. */
import type { Point } from "../state/bet.ts";
import type { Ink } from "./inks.ts";
import type { Pen } from "./pen.ts";

export interface HeatOptions {
  /** The lower left corner, and the side, in the units of the axes. */
  readonly at: Point;
  readonly side: number;
  /** The height, where a unit is not as long on either axis; by default the side. */
  readonly tall?: number;
  /** Shape `[count, count]`, from the top left. */
  readonly values: ArrayLike<number>;
  readonly count: number;
  /** The value that is drawn in full; by default the largest. */
  readonly largest?: number;
  /** Of values above 0 and below. */
  readonly above?: Ink;
  readonly below?: Ink;
}

/** The larger a value, the stronger its colour; one colour for each sign. Zeros are empty. */
export function drawHeat(pen: Pen, options: HeatOptions): void {
  const { at, side, values, count, above = "ink", below = "ink" } = options;
  const { x, y } = at;
  const tall = options.tall ?? side;
  const far = { x: x + side, y: y + tall };
  const largest = options.largest ?? Math.max(...Array.from(values, Math.abs), Number.MIN_VALUE);
  const { context, frame } = pen;
  // Whole pixels, so that no seams show between the cells.
  const left = (column: number) => Math.round(frame.x(x + (column * side) / count));
  const top = (row: number) => Math.round(frame.y(y + tall - (row * tall) / count));
  pen.box(at, far, { ink: "line", alpha: 0.35 });
  for (let i = 0; i < count * count; i++) {
    const value = values[i] ?? 0;
    const strength = Math.min(1, Math.abs(value) / largest);
    if (strength < 0.01) continue;
    const [row, column] = [Math.floor(i / count), i % count];
    context.globalAlpha = strength;
    context.fillStyle = pen.color(value > 0 ? above : below);
    const width = left(column + 1) - left(column);
    context.fillRect(left(column), top(row), width, top(row + 1) - top(row));
  }
  context.globalAlpha = 1;
  const corners = [at, { x: far.x, y }, far, { x, y: far.y }, at];
  pen.line(corners, { ink: "edge", width: 1 });
}

/** The place in the picture under a point, or none. */
export function cellAt(
  { at, side, count }: Pick<HeatOptions, "at" | "side" | "count">,
  point: Point,
): number | undefined {
  const column = Math.floor(((point.x - at.x) / side) * count);
  const row = Math.floor(((at.y + side - point.y) / side) * count);
  const isInside = column >= 0 && column < count && row >= 0 && row < count;
  return isInside ? row * count + column : undefined;
}

/** The middle of a cell. */
export function placeOfCell(
  { at, side, count }: Pick<HeatOptions, "at" | "side" | "count">,
  cell: number,
): Point {
  const [row, column] = [Math.floor(cell / count), cell % count];
  return {
    x: at.x + ((column + 0.5) / count) * side,
    y: at.y + side - ((row + 0.5) / count) * side,
  };
}
