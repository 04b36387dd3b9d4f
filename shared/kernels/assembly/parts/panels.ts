/**
 * @file Panels: eight columns of a matrix, one row of eight after the other, so that an inner loop over rows reads
 * memory sequentially. For the functions of this folder alone.
 */
import { loadPartialOrZero, storePartial } from "./lanes";

/** `panel[i][0…8) ← weights[i][0…8)`, with +0 for the columns from `columns` on. */
export function packColumns(
  panel: usize,
  weights: usize,
  rowBytes: usize,
  inputs: i32,
  columns: i32,
): void {
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

/** Two whole panels at once, of columns side by side, because those share cache lines. */
export function packTwoPanels(
  panel0: usize,
  panel1: usize,
  weights: usize,
  rowBytes: usize,
  inputs: i32,
): void {
  for (const end = panel0 + (<usize>inputs << 5); panel0 < end; panel0 += 32) {
    v128.store(panel0, v128.load(weights));
    v128.store(panel0, v128.load(weights, 16), 16);
    v128.store(panel1, v128.load(weights, 32));
    v128.store(panel1, v128.load(weights, 48), 16);
    weights += rowBytes;
    panel1 += 32;
  }
}

/** `panel[o][0…8) ← weights[0…8)[o]`, the transpose, with +0 for the rows from `rows` on. */
export function packRows(
  panel: usize,
  weights: usize,
  strideBytes: usize,
  outputs: i32,
  rows: i32,
): void {
  const rowBytes = (<usize>outputs) << 2;
  // As many whole 4 × 4 squares as fit.
  const squareBytes = rows >= 8 ? rowBytes & ~15 : 0;
  for (let at: usize = 0; at < squareBytes; at += 16) {
    const to = panel + (at << 3);
    transposeSquare(to, weights + at, strideBytes);
    transposeSquare(to + 16, weights + at + (strideBytes << 2), strideBytes);
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
    weights += strideBytes;
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

/**
 * `target[s][0…8) ← Σᵢ input[s][i] · panel[i][0…8) + bias`, i ascending, for all samples; of the eight, the first `columns`
 * are stored. If `triangular`, the sum of sample s ends with its group of four, at i = s | 3.
 */
export function multiplyPanel(
  target: usize,
  targetStride: i32,
  input: usize,
  inputStride: i32,
  samples: i32,
  panel: usize,
  inputs: i32,
  columns: i32,
  bias0: v128,
  bias1: v128,
  triangular: i32,
): void {
  const inputBytes = (<usize>inputStride) << 2;
  const targetBytes = (<usize>targetStride) << 2;
  const last = panel + ((<usize>inputs) << 5);
  let s = 0;
  for (; s <= samples - 4; s += 4) {
    const end = triangular ? panel + ((<usize>s + 4) << 5) : last;
    let x0 = input;
    let x1 = x0 + inputBytes;
    let x2 = x1 + inputBytes;
    let x3 = x2 + inputBytes;
    let y00 = f32x4.splat(0);
    let y01 = f32x4.splat(0);
    let y10 = f32x4.splat(0);
    let y11 = f32x4.splat(0);
    let y20 = f32x4.splat(0);
    let y21 = f32x4.splat(0);
    let y30 = f32x4.splat(0);
    let y31 = f32x4.splat(0);
    for (let w = panel; w < end; w += 32) {
      const w0 = v128.load(w);
      const w1 = v128.load(w, 16);
      let x = v128.load32_splat(x0);
      y00 = f32x4.add(y00, f32x4.mul(x, w0));
      y01 = f32x4.add(y01, f32x4.mul(x, w1));
      x = v128.load32_splat(x1);
      y10 = f32x4.add(y10, f32x4.mul(x, w0));
      y11 = f32x4.add(y11, f32x4.mul(x, w1));
      x = v128.load32_splat(x2);
      y20 = f32x4.add(y20, f32x4.mul(x, w0));
      y21 = f32x4.add(y21, f32x4.mul(x, w1));
      x = v128.load32_splat(x3);
      y30 = f32x4.add(y30, f32x4.mul(x, w0));
      y31 = f32x4.add(y31, f32x4.mul(x, w1));
      x0 += 4;
      x1 += 4;
      x2 += 4;
      x3 += 4;
    }
    storeEight(target, f32x4.add(y00, bias0), f32x4.add(y01, bias1), columns);
    target += targetBytes;
    storeEight(target, f32x4.add(y10, bias0), f32x4.add(y11, bias1), columns);
    target += targetBytes;
    storeEight(target, f32x4.add(y20, bias0), f32x4.add(y21, bias1), columns);
    target += targetBytes;
    storeEight(target, f32x4.add(y30, bias0), f32x4.add(y31, bias1), columns);
    target += targetBytes;
    input += inputBytes << 2;
  }
  for (; s < samples; s++) {
    let x0 = input;
    let y0 = f32x4.splat(0);
    let y1 = f32x4.splat(0);
    for (let w = panel; w < last; w += 32) {
      const x = v128.load32_splat(x0);
      y0 = f32x4.add(y0, f32x4.mul(x, v128.load(w)));
      y1 = f32x4.add(y1, f32x4.mul(x, v128.load(w, 16)));
      x0 += 4;
    }
    storeEight(target, f32x4.add(y0, bias0), f32x4.add(y1, bias1), columns);
    target += targetBytes;
    input += inputBytes;
  }
}

/** `panel[s][0…16) ← rows[s][0…16)`. */
export function packSixteen(panel: usize, rows: usize, rowBytes: usize, count: i32): void {
  for (let s = 0; s < count; s++) {
    v128.store(panel, v128.load(rows));
    v128.store(panel, v128.load(rows, 16), 16);
    v128.store(panel, v128.load(rows, 32), 32);
    v128.store(panel, v128.load(rows, 48), 48);
    rows += rowBytes;
    panel += 64;
  }
}

/**
 * Sixteen outputs of the weight gradient, for all inputs: `target[i][0…16) ← start + Σₛ input[s][i] · delta[s][0…16)`, s
 * ascending. Two inputs at a time: their sums fill whole cache lines, and stay in registers. If `triangular`, the sum of
 * input i begins with its group of four, at s = i & ~3.
 */
export function gradientPanel(
  target: usize,
  rowBytes: usize,
  input: usize,
  inputStride: i32,
  inputs: i32,
  delta: usize,
  deltaStride: i32,
  samples: i32,
  first: i32,
  triangular: i32,
): void {
  const inputBytes = (<usize>inputStride) << 2;
  const deltaBytes = (<usize>deltaStride) << 2;
  const end = delta + <usize>samples * deltaBytes;
  let i = 0;
  for (; i <= inputs - 2; i += 2) {
    const row1 = target + rowBytes;
    let g00 = f32x4.splat(0);
    let g01 = f32x4.splat(0);
    let g02 = f32x4.splat(0);
    let g03 = f32x4.splat(0);
    let g10 = f32x4.splat(0);
    let g11 = f32x4.splat(0);
    let g12 = f32x4.splat(0);
    let g13 = f32x4.splat(0);
    if (!first) {
      g00 = v128.load(target);
      g01 = v128.load(target, 16);
      g02 = v128.load(target, 32);
      g03 = v128.load(target, 48);
      g10 = v128.load(row1);
      g11 = v128.load(row1, 16);
      g12 = v128.load(row1, 32);
      g13 = v128.load(row1, 48);
    }
    let x0 = input;
    let x1 = input + 4;
    for (let d = delta; d < end; d += deltaBytes) {
      const d0 = v128.load(d);
      const d1 = v128.load(d, 16);
      const d2 = v128.load(d, 32);
      const d3 = v128.load(d, 48);
      let x = v128.load32_splat(x0);
      g00 = f32x4.add(g00, f32x4.mul(x, d0));
      g01 = f32x4.add(g01, f32x4.mul(x, d1));
      g02 = f32x4.add(g02, f32x4.mul(x, d2));
      g03 = f32x4.add(g03, f32x4.mul(x, d3));
      x = v128.load32_splat(x1);
      g10 = f32x4.add(g10, f32x4.mul(x, d0));
      g11 = f32x4.add(g11, f32x4.mul(x, d1));
      g12 = f32x4.add(g12, f32x4.mul(x, d2));
      g13 = f32x4.add(g13, f32x4.mul(x, d3));
      x0 += inputBytes;
      x1 += inputBytes;
    }
    v128.store(target, g00);
    v128.store(target, g01, 16);
    v128.store(target, g02, 32);
    v128.store(target, g03, 48);
    v128.store(row1, g10);
    v128.store(row1, g11, 16);
    v128.store(row1, g12, 32);
    v128.store(row1, g13, 48);
    target = row1 + rowBytes;
    input += 8;
    if (triangular && (i & 2)) {
      delta += deltaBytes << 2;
      input += inputBytes << 2;
    }
  }
  if (i < inputs) {
    const count = triangular ? samples - (i & ~3) : samples;
    gradientRow(target, input, inputStride, delta, deltaStride, count, 8, first);
    gradientRow(target + 32, input, inputStride, delta + 32, deltaStride, count, 8, first);
  }
}

/** Four inputs by eight outputs of the weight gradient: `Σₛ input[s][i] · delta[s][o]`, s ascending. */
export function gradientTile(
  target: usize,
  rowBytes: usize,
  input: usize,
  inputStride: i32,
  delta: usize,
  deltaStride: i32,
  samples: i32,
  columns: i32,
  first: i32,
): void {
  const inputBytes = (<usize>inputStride) << 2;
  const deltaBytes = (<usize>deltaStride) << 2;
  const row1 = target + rowBytes;
  const row2 = row1 + rowBytes;
  const row3 = row2 + rowBytes;
  let g00 = f32x4.splat(0);
  let g01 = f32x4.splat(0);
  let g10 = f32x4.splat(0);
  let g11 = f32x4.splat(0);
  let g20 = f32x4.splat(0);
  let g21 = f32x4.splat(0);
  let g30 = f32x4.splat(0);
  let g31 = f32x4.splat(0);
  const whole = columns >= 8;
  if (!first && whole) {
    g00 = v128.load(target);
    g01 = v128.load(target, 16);
    g10 = v128.load(row1);
    g11 = v128.load(row1, 16);
    g20 = v128.load(row2);
    g21 = v128.load(row2, 16);
    g30 = v128.load(row3);
    g31 = v128.load(row3, 16);
  } else if (!first) {
    g00 = loadPartialOrZero(target, columns);
    g01 = loadPartialOrZero(target + 16, columns - 4);
    g10 = loadPartialOrZero(row1, columns);
    g11 = loadPartialOrZero(row1 + 16, columns - 4);
    g20 = loadPartialOrZero(row2, columns);
    g21 = loadPartialOrZero(row2 + 16, columns - 4);
    g30 = loadPartialOrZero(row3, columns);
    g31 = loadPartialOrZero(row3 + 16, columns - 4);
  }
  for (let s = 0; s < samples; s++) {
    const d0 = v128.load(delta);
    const d1 = v128.load(delta, 16);
    let x = v128.load32_splat(input);
    g00 = f32x4.add(g00, f32x4.mul(x, d0));
    g01 = f32x4.add(g01, f32x4.mul(x, d1));
    x = v128.load32_splat(input, 4);
    g10 = f32x4.add(g10, f32x4.mul(x, d0));
    g11 = f32x4.add(g11, f32x4.mul(x, d1));
    x = v128.load32_splat(input, 8);
    g20 = f32x4.add(g20, f32x4.mul(x, d0));
    g21 = f32x4.add(g21, f32x4.mul(x, d1));
    x = v128.load32_splat(input, 12);
    g30 = f32x4.add(g30, f32x4.mul(x, d0));
    g31 = f32x4.add(g31, f32x4.mul(x, d1));
    input += inputBytes;
    delta += deltaBytes;
  }
  if (whole) {
    v128.store(target, g00);
    v128.store(target, g01, 16);
    v128.store(row1, g10);
    v128.store(row1, g11, 16);
    v128.store(row2, g20);
    v128.store(row2, g21, 16);
    v128.store(row3, g30);
    v128.store(row3, g31, 16);
    return;
  }
  storePartial(target, g00, columns);
  storePartial(target + 16, g01, columns - 4);
  storePartial(row1, g10, columns);
  storePartial(row1 + 16, g11, columns - 4);
  storePartial(row2, g20, columns);
  storePartial(row2 + 16, g21, columns - 4);
  storePartial(row3, g30, columns);
  storePartial(row3 + 16, g31, columns - 4);
}

/** One input by eight outputs of the weight gradient. */
export function gradientRow(
  target: usize,
  input: usize,
  inputStride: i32,
  delta: usize,
  deltaStride: i32,
  samples: i32,
  columns: i32,
  first: i32,
): void {
  let g0 = first ? f32x4.splat(0) : loadPartialOrZero(target, columns);
  let g1 = first ? f32x4.splat(0) : loadPartialOrZero(target + 16, columns - 4);
  for (let s = 0; s < samples; s++) {
    const x = v128.load32_splat(input);
    g0 = f32x4.add(g0, f32x4.mul(x, v128.load(delta)));
    g1 = f32x4.add(g1, f32x4.mul(x, v128.load(delta, 16)));
    input += inputStride << 2;
    delta += deltaStride << 2;
  }
  storePartial(target, g0, columns);
  storePartial(target + 16, g1, columns - 4);
}
