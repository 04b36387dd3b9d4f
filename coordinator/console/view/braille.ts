/** @file A canvas of dots, 2 × 4 per character cell, drawn with the Unicode braille patterns. */

const dotColumns = 2;
const dotRows = 4;
const firstPattern = 0x2800;
/** The bit of each dot of a cell, row by row (Unicode 15, section 21.1). */
const dotBits = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80] as const;

export class BrailleCanvas {
  /** Dots per row. */
  readonly width: number;
  /** Dots per column. */
  readonly height: number;
  readonly #columns: number;
  readonly #cells: Uint8Array;

  /** @param columns - In character cells, like `rows`. */
  constructor(columns: number, rows: number) {
    this.width = columns * dotColumns;
    this.height = rows * dotRows;
    this.#columns = columns;
    this.#cells = new Uint8Array(columns * rows);
  }

  /** Sets one dot. Outside the canvas it does nothing. */
  dot(x: number, y: number): void {
    if (x < 0 || x >= this.width || y < 0 || y >= this.height) return;
    const cell = Math.floor(y / dotRows) * this.#columns + Math.floor(x / dotColumns);
    const bit = dotBits[(y % dotRows) * dotColumns + (x % dotColumns)] ?? 0;
    this.#cells[cell] = (this.#cells[cell] ?? 0) | bit;
  }

  /** A straight line between two dots, both drawn. */
  line(x0: number, y0: number, x1: number, y1: number): void {
    const count = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0), 1);
    for (let i = 0; i <= count; i++) {
      this.dot(Math.round(x0 + ((x1 - x0) * i) / count), Math.round(y0 + ((y1 - y0) * i) / count));
    }
  }

  /** One row of cells. Empty cells are spaces. */
  row(row: number): string {
    const cells = this.#cells.subarray(row * this.#columns, (row + 1) * this.#columns);
    return Array.from(cells, (bits) =>
      bits === 0 ? " " : String.fromCodePoint(firstPattern + bits),
    ).join("");
  }
}

/** The cell that contains a dot, counted from the left and the top. */
export function cellOf(dot: { readonly x: number; readonly y: number }): {
  readonly column: number;
  readonly row: number;
} {
  return { column: Math.floor(dot.x / dotColumns), row: Math.floor(dot.y / dotRows) };
}
