/**
 * @file Plain twins of `assembly/sparse.ts`: the first dense layer over compressed sparse rows. It skips zeros,
 * which changes no bit (see `dense.ts`).
 *
 * `matrix` points to four uint32 pointers:
 * - `rowStarts` `[rows + 1]` uint32;
 * - `columns` `[rowStarts[rows]]` uint16, row by row, ascending within a row;
 * - `values` `[rowStarts[rows]]` bytes, in the same order;
 * - `table` `[256]` float32: the value of each byte.
 *
 * `samples` points to `[sampleCount]` uint32: the rows to use. Everything else is as in `dense.ts`.
 */
// A kernel function takes only numbers, as WebAssembly does.
/* oxlint-disable max-params */
import type { Views } from "../memory.ts";

const { fround } = Math;

/**
 * `target[s][o] ← (Σᵢ x[i] · weights[i][o]) + biases[o]`, where x is the row `samples[s]`.
 *
 * @param target - Pointer to padded rows `[sampleCount, outputs]`; written, its padding too.
 * @param weights - Pointer to `[inputs, outputs]` float32.
 * @param biases - Pointer to `[outputs]` float32.
 * @param _scratch - Pointer to 64 · inputs bytes that the SIMD kernel overwrites.
 */
export function sparseForward(
  views: Views,
  target: number,
  targetStride: number,
  matrix: number,
  samples: number,
  sampleCount: number,
  weights: number,
  biases: number,
  _inputs: number,
  outputs: number,
  _scratch: number,
): void {
  const { f32, u32 } = views;
  for (let s = 0; s < sampleCount; s++) {
    const row = rowOf(views, matrix, u32[samples / 4 + s]!);
    for (let o = 0; o < outputs; o++) {
      let sum = 0;
      for (const { column, value } of row) {
        sum = fround(sum + fround(value * f32[weights / 4 + column * outputs + o]!));
      }
      f32[target / 4 + s * targetStride + o] = fround(sum + f32[biases / 4 + o]!);
    }
  }
}

/**
 * `target[i][o] ← start + Σₛ xₛ[i] · deltas[s][o]`, where xₛ is the row `samples[s]` and `start` is +0 or the old
 * value of `target`.
 *
 * @param target - Pointer to `[inputs, outputs]` float32; written.
 * @param deltas - Pointer to padded rows `[sampleCount, outputs]`.
 * @param first - 1: the sums start at +0, and `target` need not be cleared. 0: they continue from `target`.
 * @param _scratch - Pointer to 64 · inputs bytes that the SIMD kernel overwrites.
 */
export function sparseWeightGradient(
  views: Views,
  target: number,
  matrix: number,
  samples: number,
  sampleCount: number,
  deltas: number,
  deltaStride: number,
  inputs: number,
  outputs: number,
  first: number,
  _scratch: number,
): void {
  const { f32, u32 } = views;
  if (first) f32.fill(0, target / 4, target / 4 + inputs * outputs);
  for (let s = 0; s < sampleCount; s++) {
    for (const { column, value } of rowOf(views, matrix, u32[samples / 4 + s]!)) {
      for (let o = 0; o < outputs; o++) {
        const at = target / 4 + column * outputs + o;
        f32[at] = fround(f32[at]! + fround(value * f32[deltas / 4 + s * deltaStride + o]!));
      }
    }
  }
}

/**
 * `target[r][c] ← panel[r][c]`: writes a panel of sixteen columns where it belongs in a matrix.
 *
 * @param target - Pointer to the first of the columns in the first row, float32; written.
 * @param targetStride - Floats from one row of the matrix to the next.
 * @param panel - Pointer to `[rows, 16]` float32.
 * @param columns - How many there are in the matrix from `target` on; the panel's others are dropped.
 */
export function storePanel(
  { f32 }: Views,
  target: number,
  targetStride: number,
  panel: number,
  columns: number,
  rows: number,
): void {
  for (let r = 0; r < rows; r++) {
    const from = panel / 4 + 16 * r;
    f32.copyWithin(target / 4 + r * targetStride, from, from + Math.min(columns, 16));
  }
}

interface Entry {
  readonly column: number;
  readonly value: number;
}

function rowOf({ f32, u32, u16, u8 }: Views, matrix: number, row: number): Entry[] {
  const [rowStarts = 0, columns = 0, values = 0, table = 0] = u32.subarray(matrix / 4);
  const entries: Entry[] = [];
  for (let at = u32[rowStarts / 4 + row]!; at < u32[rowStarts / 4 + row + 1]!; at++) {
    entries.push({ column: u16[columns / 2 + at]!, value: f32[table / 4 + u8[values + at]!]! });
  }
  return entries;
}

/** Counts the bytes that are not 0 among the `count` bytes at `source`. */
export function countNonZero({ u8 }: Views, source: number, count: number): number {
  let found = 0;
  for (let i = 0; i < count; i++) if (u8[source + i] !== 0) found++;
  return found;
}

/**
 * Appends rows to a matrix: per row, the columns that are not 0, their values, and the end of the row.
 *
 * @param matrix - Must have room for the new rows, and `rowStarts[firstRow]` must be set.
 * @param firstRow - The index that the first new row gets.
 * @param source - Pointer to `[rowCount, featureCount]` bytes; at most 65,536 features.
 */
export function packRows(
  { u32, u16, u8 }: Views,
  matrix: number,
  firstRow: number,
  rowCount: number,
  source: number,
  featureCount: number,
): void {
  const [rowStarts = 0, columns = 0, values = 0] = u32.subarray(matrix / 4, matrix / 4 + 3);
  let entry = u32[rowStarts / 4 + firstRow]!;
  for (let row = 0; row < rowCount; row++) {
    for (let column = 0; column < featureCount; column++) {
      const value = u8[source + row * featureCount + column]!;
      if (value === 0) continue;
      u16[columns / 2 + entry] = column;
      u8[values + entry] = value;
      entry++;
    }
    u32[rowStarts / 4 + firstRow + row + 1] = entry;
  }
}
