/**
 * @file The first dense layer over sparse rows of bytes: it visits only the features that are not zero. It works on
 * panels of sixteen outputs, whose sums stay in registers over a whole row, and gives the same bits as the dense
 * layer. Documented at its twins in `plain/sparse.ts`.
 */
import { loadPartialOrZero, storePartial } from "./parts/lanes";

export function sparseForward(
  target: usize,
  targetStride: i32,
  matrix: usize,
  samples: usize,
  sampleCount: i32,
  weights: usize,
  biases: usize,
  inputs: i32,
  outputs: i32,
  scratch: usize,
): void {
  touchRows(matrix, samples, sampleCount, scratch);
  for (let o = 0; o < outputs; o += 16) {
    const at = (<usize>o) << 2;
    let panel = weights;
    if (outputs !== 16) {
      panel = scratch;
      copyPanel(panel, 64, 16, weights + at, outputs << 2, outputs - o, inputs);
    }
    forwardPanel(
      target + at,
      targetStride,
      matrix,
      samples,
      sampleCount,
      panel,
      biases + at,
      outputs - o,
    );
  }
}

/**
 * Prefetches the rows by reading one byte of each of their cache lines. The samples of a shuffled epoch are
 * scattered over memory. If the sums loaded them one by one, each load would stall; requested together, the loads
 * overlap.
 */
function touchRows(matrix: usize, samples: usize, sampleCount: i32, scratch: usize): void {
  const rowStarts = <usize>load<u32>(matrix);
  const columnIndices = <usize>load<u32>(matrix, 4);
  const values = <usize>load<u32>(matrix, 8);
  let sum: u32 = 0;
  for (let s = 0; s < sampleCount; s++) {
    sum += load<u32>(rowStarts + (load<u32>(samples + (s << 2)) << 2));
  }
  for (let s = 0; s < sampleCount; s++) {
    const row = rowStarts + (load<u32>(samples + (s << 2)) << 2);
    const start = <usize>load<u32>(row);
    const end = <usize>load<u32>(row, 4);
    for (let at = columnIndices + (start << 1); at < columnIndices + (end << 1); at += 64) {
      sum += load<u8>(at);
    }
    for (let at = values + start; at < values + end; at += 64) sum += load<u8>(at);
  }
  // Store the sum, so that no compiler may remove the reads.
  store<u32>(scratch, sum);
}

function forwardPanel(
  target: usize,
  targetStride: i32,
  matrix: usize,
  samples: usize,
  sampleCount: i32,
  panel: usize,
  biases: usize,
  columns: i32,
): void {
  const rowStarts = <usize>load<u32>(matrix);
  const columnIndices = <usize>load<u32>(matrix, 4);
  const values = <usize>load<u32>(matrix, 8);
  const table = <usize>load<u32>(matrix, 12);
  const bias0 = loadPartialOrZero(biases, columns);
  const bias1 = loadPartialOrZero(biases + 16, columns - 4);
  const bias2 = loadPartialOrZero(biases + 32, columns - 8);
  const bias3 = loadPartialOrZero(biases + 48, columns - 12);
  for (let s = 0; s < sampleCount; s++) {
    const row = rowStarts + ((<usize>load<u32>(samples + (s << 2))) << 2);
    let at = <usize>load<u32>(row);
    const end = <usize>load<u32>(row, 4);
    let y0 = f32x4.splat(0);
    let y1 = f32x4.splat(0);
    let y2 = f32x4.splat(0);
    let y3 = f32x4.splat(0);
    for (; at < end; at++) {
      const w = panel + ((<usize>load<u16>(columnIndices + (at << 1))) << 6);
      const x = v128.load32_splat(table + ((<usize>load<u8>(values + at)) << 2));
      y0 = f32x4.add(y0, f32x4.mul(x, v128.load(w)));
      y1 = f32x4.add(y1, f32x4.mul(x, v128.load(w, 16)));
      y2 = f32x4.add(y2, f32x4.mul(x, v128.load(w, 32)));
      y3 = f32x4.add(y3, f32x4.mul(x, v128.load(w, 48)));
    }
    v128.store(target, f32x4.add(y0, bias0));
    v128.store(target, f32x4.add(y1, bias1), 16);
    v128.store(target, f32x4.add(y2, bias2), 32);
    v128.store(target, f32x4.add(y3, bias3), 48);
    target += targetStride << 2;
  }
}

export function sparseWeightGradient(
  target: usize,
  matrix: usize,
  samples: usize,
  sampleCount: i32,
  deltas: usize,
  deltaStride: i32,
  inputs: i32,
  outputs: i32,
  first: i32,
  scratch: usize,
): void {
  for (let o = 0; o < outputs; o += 16) {
    const direct = outputs === 16;
    const panel = direct ? target : scratch;
    const from = target + (o << 2);
    if (first) memory.fill(panel, 0, inputs << 6);
    else if (!direct) copyPanel(panel, 64, 16, from, outputs << 2, outputs - o, inputs);
    gradientPanel(panel, matrix, samples, sampleCount, deltas + (o << 2), deltaStride);
    if (!direct) copyPanel(from, outputs << 2, min(outputs - o, 16), panel, 64, 16, inputs);
  }
}

export function storePanel(
  target: usize,
  targetStride: i32,
  panel: usize,
  columns: i32,
  rows: i32,
): void {
  copyPanel(target, targetStride << 2, min(columns, 16), panel, 64, 16, rows);
}

function gradientPanel(
  panel: usize,
  matrix: usize,
  samples: usize,
  sampleCount: i32,
  deltas: usize,
  deltaStride: i32,
): void {
  const rowStarts = <usize>load<u32>(matrix);
  const columnIndices = <usize>load<u32>(matrix, 4);
  const values = <usize>load<u32>(matrix, 8);
  const table = <usize>load<u32>(matrix, 12);
  for (let s = 0; s < sampleCount; s++) {
    const row = rowStarts + ((<usize>load<u32>(samples + (s << 2))) << 2);
    let at = <usize>load<u32>(row);
    const end = <usize>load<u32>(row, 4);
    const d0 = v128.load(deltas);
    const d1 = v128.load(deltas, 16);
    const d2 = v128.load(deltas, 32);
    const d3 = v128.load(deltas, 48);
    for (; at < end; at++) {
      const g = panel + ((<usize>load<u16>(columnIndices + (at << 1))) << 6);
      const x = v128.load32_splat(table + ((<usize>load<u8>(values + at)) << 2));
      v128.store(g, f32x4.add(v128.load(g), f32x4.mul(x, d0)));
      v128.store(g, f32x4.add(v128.load(g, 16), f32x4.mul(x, d1)), 16);
      v128.store(g, f32x4.add(v128.load(g, 32), f32x4.mul(x, d2)), 32);
      v128.store(g, f32x4.add(v128.load(g, 48), f32x4.mul(x, d3)), 48);
    }
    deltas += deltaStride << 2;
  }
}

/**
 * Copies `rows` rows of sixteen values. Only the first `valid` of them exist at `from`, and only the first `kept`
 * at `to`.
 */
function copyPanel(
  to: usize,
  toBytes: usize,
  kept: i32,
  from: usize,
  fromBytes: usize,
  valid: i32,
  rows: i32,
): void {
  if (min(kept, valid) >= 16) return copyWholePanel(to, toBytes, from, fromBytes, rows);
  for (let r = 0; r < rows; r++) {
    storePartial(to, loadPartialOrZero(from, valid), kept);
    storePartial(to + 16, loadPartialOrZero(from + 16, valid - 4), kept - 4);
    storePartial(to + 32, loadPartialOrZero(from + 32, valid - 8), kept - 8);
    storePartial(to + 48, loadPartialOrZero(from + 48, valid - 12), kept - 12);
    to += toBytes;
    from += fromBytes;
  }
}

function copyWholePanel(
  to: usize,
  toBytes: usize,
  from: usize,
  fromBytes: usize,
  rows: i32,
): void {
  for (let r = 0; r < rows; r++) {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
    v128.store(to, v128.load(from, 32), 32);
    v128.store(to, v128.load(from, 48), 48);
    to += toBytes;
    from += fromBytes;
  }
}

export function countNonZero(source: usize, count: i32): i32 {
  let zeros = 0;
  let i = 0;
  for (; i <= count - 16; i += 16) zeros += popcnt<i32>(zerosOf(source + i));
  for (; i < count; i++) zeros += load<u8>(source + i) === 0 ? 1 : 0;
  return count - zeros;
}

export function packRows(
  matrix: usize,
  firstRow: i32,
  rowCount: i32,
  source: usize,
  featureCount: i32,
): void {
  const rowStarts = <usize>load<u32>(matrix) + ((<usize>firstRow) << 2);
  const columns = <usize>load<u32>(matrix, 4);
  const values = <usize>load<u32>(matrix, 8);
  let entry = <usize>load<u32>(rowStarts);
  for (let row = 0; row < rowCount; row++) {
    let column = 0;
    for (; column <= featureCount - 16; column += 16) {
      let left = zerosOf(source + column) ^ 0xffff;
      for (; left !== 0; left &= left - 1) {
        const found = column + ctz<i32>(left);
        store<u16>(columns + (entry << 1), found);
        store<u8>(values + entry, load<u8>(source + found));
        entry++;
      }
    }
    for (; column < featureCount; column++) {
      const value = load<u8>(source + column);
      if (value === 0) continue;
      store<u16>(columns + (entry << 1), column);
      store<u8>(values + entry, value);
      entry++;
    }
    source += featureCount;
    store<u32>(rowStarts + ((<usize>row) << 2), <u32>entry, 4);
  }
}

/** One bit per byte of sixteen: 1 where the byte is 0. */
function zerosOf(source: usize): i32 {
  return i8x16.bitmask(i8x16.eq(v128.load(source), i8x16.splat(0)));
}
