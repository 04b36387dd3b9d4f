/**
 * @file Lines of equal value on a grid, by marching squares: in each cell, a line enters where it crosses one edge and
 * leaves where it crosses another. Pure.
 */

/** Values on a grid of places, row by row from the lowest y. */
export interface Grid {
  readonly columns: number;
  readonly rows: number;
  /** Shape `[rows, columns]`. */
  readonly values: ArrayLike<number>;
}

/** Called for each piece of a line: from one place to another, in columns and rows. */
export type Segment = (
  fromColumn: number,
  fromRow: number,
  toColumn: number,
  toRow: number,
) => void;

/**
 * Finds the lines of equal value, piece by piece, a cell at a time. Within a cell, values are taken to be linear along
 * its edges. Cells with a corner that is not finite have no lines.
 *
 * @param levels - In ascending order.
 */
export function isoLines(grid: Grid, levels: readonly number[], segment: Segment): void {
  const { columns, rows, values } = grid;
  /** Of one cell, counter-clockwise from its lowest corner: column and row of each crossing. */
  const crossings = new Float64Array(8);
  for (let row = 0; row + 1 < rows; row++) {
    for (let column = 0; column + 1 < columns; column++) {
      const at = row * columns + column;
      const a = values[at] ?? NaN;
      const b = values[at + 1] ?? NaN;
      const c = values[at + columns + 1] ?? NaN;
      const d = values[at + columns] ?? NaN;
      const sum = a + b + c + d;
      if (!Number.isFinite(sum)) continue;
      const low = Math.min(a, b, c, d);
      const high = Math.max(a, b, c, d);
      for (const level of levels) {
        if (level <= low) continue;
        if (level > high) break;
        let found = 0;
        if (a < level !== b < level) found = put(crossings, found, (level - a) / (b - a), 0);
        if (b < level !== c < level) found = put(crossings, found, 1, (level - b) / (c - b));
        if (c < level !== d < level) found = put(crossings, found, (level - d) / (c - d), 1);
        if (d < level !== a < level) found = put(crossings, found, 0, (level - a) / (d - a));
        // Two lines cross a saddle. They turn around the two corners that are on the other side of the level than its middle.
        const turns = found === 8 && sum / 4 < level !== a < level ? 2 : 0;
        for (let i = 0; i < found; i += 4) {
          const one = (i + turns) % 8;
          const other = (one + 2) % 8;
          segment(
            column + (crossings[one] ?? 0),
            row + (crossings[one + 1] ?? 0),
            column + (crossings[other] ?? 0),
            row + (crossings[other + 1] ?? 0),
          );
        }
      }
    }
  }
}

function put(crossings: Float64Array, at: number, column: number, row: number): number {
  crossings[at] = column;
  crossings[at + 1] = row;
  return at + 2;
}
