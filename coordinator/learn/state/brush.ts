/**
 * @file The brush that keys move over the pad on which one draws a digit: arrow keys move it by one place of a grid, and
 * the space bar puts it down, where it paints, or lifts it. Pure.
 */

/** Places of the grid, from the top left. */
export interface Brush {
  readonly column: number;
  readonly row: number;
  /** Whether it paints. */
  readonly isDown: boolean;
}

/** Places on each side: so near that their dots touch. */
export const brushSide = 14;

/** In the upper middle, where most digits begin. */
export const firstBrush: Brush = { column: 7, row: 3, isDown: false };

const ways: Readonly<Record<string, readonly [right: number, down: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The brush after a key, or `undefined` if the key means nothing to it. @param key - `KeyboardEvent.key`. */
export function brushAfter(brush: Brush, key: string): Brush | undefined {
  if (key === " ") return { ...brush, isDown: !brush.isDown };
  const way = ways[key];
  if (way === undefined) return undefined;
  const [right, down] = way;
  return { ...brush, column: within(brush.column + right), row: within(brush.row + down) };
}

function within(place: number): number {
  return Math.min(Math.max(place, 0), brushSide - 1);
}
