/**
 * @file Panels: eight columns of a matrix, one row of eight after the other, so that an inner loop over rows reads
 * memory sequentially. For the functions of this folder alone.
 */
import { loadPartialOrZero, storePartial } from "./lanes";

/** `panel[i][0…8) ← weights[i][0…8)`, with +0 for the columns from `columns` on. */
export function packColumns(panel: usize, weights: usize, inputs: i32, outputs: i32, columns: i32): void {
  const rowBytes = (<usize>outputs) << 2;
  if (columns >= 8) {
    for (let i = 0; i < inputs; i++) {
      v128.store(panel, v128.load(weights));
      v128.store(panel, v128.load(weights, 16), 16);
      weights += rowBytes;
      panel += 32;
    }
    return;
  }
  for (let i = 0; i < inputs; i++) {
    v128.store(panel, loadPartialOrZero(weights, columns));
    v128.store(panel, loadPartialOrZero(weights + 16, columns - 4), 16);
    weights += rowBytes;
    panel += 32;
  }
}

/** `panel[o][0…8) ← weights[0…8)[o]`, the transpose, with +0 for the rows from `rows` on. */
export function packRows(panel: usize, weights: usize, outputs: i32, rows: i32): void {
  const rowBytes = (<usize>outputs) << 2;
  // As many whole 4 × 4 squares as fit.
  const squareBytes = rows >= 8 ? rowBytes & ~15 : 0;
  for (let at: usize = 0; at < squareBytes; at += 16) {
    const to = panel + (at << 3);
    transposeSquare(to, weights + at, rowBytes);
    transposeSquare(to + 16, weights + at + (rowBytes << 2), rowBytes);
  }
  for (let r = 0; r < 8; r++) {
    let to = panel + (r << 2) + (squareBytes << 3);
    if (r < rows) {
      for (let at = squareBytes; at < rowBytes; at += 4) {
        store<f32>(to, load<f32>(weights + at));
        to += 32;
      }
    } else {
      for (let at: usize = 0; at < rowBytes; at += 4) {
        store<f32>(to, 0);
        to += 32;
      }
    }
    weights += rowBytes;
  }
}

/** Transposes four rows of four values into four columns, 32 bytes apart. */
function transposeSquare(to: usize, from: usize, rowBytes: usize): void {
  const row0 = v128.load(from);
  const row1 = v128.load(from + rowBytes);
  const row2 = v128.load(from + (rowBytes << 1));
  const row3 = v128.load(from + rowBytes * 3);
  const low01 = v128.shuffle<f32>(row0, row1, 0, 4, 1, 5);
  const low23 = v128.shuffle<f32>(row2, row3, 0, 4, 1, 5);
  const high01 = v128.shuffle<f32>(row0, row1, 2, 6, 3, 7);
  const high23 = v128.shuffle<f32>(row2, row3, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5));
  v128.store(to, v128.shuffle<f32>(low01, low23, 2, 3, 6, 7), 32);
  v128.store(to, v128.shuffle<f32>(high01, high23, 0, 1, 4, 5), 64);
  v128.store(to, v128.shuffle<f32>(high01, high23, 2, 3, 6, 7), 96);
}

/** Stores the first `columns` of eight values. */
@inline
export function storeEight(target: usize, low: v128, high: v128, columns: i32): void {
  if (columns >= 8) {
    v128.store(target, low);
    v128.store(target, high, 16);
  } else {
    storePartial(target, low, columns);
    storePartial(target + 16, high, columns - 4);
  }
}
