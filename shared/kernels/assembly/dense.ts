/**
 * @file A dense layer on a chunk of samples: forward, and the gradients of its weights, biases and input. Weights
 * are first packed into panels of eight columns, so that the inner loop reads memory sequentially. It then computes
 * a tile of four samples by eight outputs in registers. Documented at its twins in `plain/dense.ts`.
 */
import { loadPartialOrZero, storePartial } from "./lanes";
import { packColumns, packRows } from "./panels";

export function denseForward(
  target: usize,
  targetStride: i32,
  input: usize,
  inputStride: i32,
  samples: i32,
  weights: usize,
  biases: usize,
  inputs: i32,
  outputs: i32,
  scratch: usize,
): void {
  for (let o = 0; o < outputs; o += 8) {
    const at = (<usize>o) << 2;
    packColumns(scratch, weights + at, inputs, outputs, outputs - o);
    const bias0 = loadPartialOrZero(biases + at, outputs - o);
    const bias1 = loadPartialOrZero(biases + at + 16, outputs - o - 4);
    multiplyPanel(
      target + at,
      targetStride,
      input,
      inputStride,
      samples,
      scratch,
      inputs,
      bias0,
      bias1,
    );
  }
}

export function denseInputGradient(
  target: usize,
  targetStride: i32,
  deltas: usize,
  deltaStride: i32,
  samples: i32,
  weights: usize,
  inputs: i32,
  outputs: i32,
  scratch: usize,
): void {
  const zero = f32x4.splat(0);
  for (let i = 0; i < inputs; i += 8) {
    packRows(scratch, weights + ((<usize>i * outputs) << 2), outputs, inputs - i);
    // Adding +0 at the end changes no sum, because every sum began at +0.
    multiplyPanel(
      target + (i << 2),
      targetStride,
      deltas,
      deltaStride,
      samples,
      scratch,
      outputs,
      zero,
      zero,
    );
  }
}

/** `target[s][0…8) ← Σᵢ input[s][i] · panel[i][0…8) + bias`, i ascending, for all samples. */
function multiplyPanel(
  target: usize,
  targetStride: i32,
  input: usize,
  inputStride: i32,
  samples: i32,
  panel: usize,
  inputs: i32,
  bias0: v128,
  bias1: v128,
): void {
  const inputBytes = (<usize>inputStride) << 2;
  const targetBytes = (<usize>targetStride) << 2;
  const end = panel + ((<usize>inputs) << 5);
  let s = 0;
  for (; s <= samples - 4; s += 4) {
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
    v128.store(target, f32x4.add(y00, bias0));
    v128.store(target, f32x4.add(y01, bias1), 16);
    target += targetBytes;
    v128.store(target, f32x4.add(y10, bias0));
    v128.store(target, f32x4.add(y11, bias1), 16);
    target += targetBytes;
    v128.store(target, f32x4.add(y20, bias0));
    v128.store(target, f32x4.add(y21, bias1), 16);
    target += targetBytes;
    v128.store(target, f32x4.add(y30, bias0));
    v128.store(target, f32x4.add(y31, bias1), 16);
    target += targetBytes;
    input += inputBytes << 2;
  }
  for (; s < samples; s++) {
    let x0 = input;
    let y0 = f32x4.splat(0);
    let y1 = f32x4.splat(0);
    for (let w = panel; w < end; w += 32) {
      const x = v128.load32_splat(x0);
      y0 = f32x4.add(y0, f32x4.mul(x, v128.load(w)));
      y1 = f32x4.add(y1, f32x4.mul(x, v128.load(w, 16)));
      x0 += 4;
    }
    v128.store(target, f32x4.add(y0, bias0));
    v128.store(target, f32x4.add(y1, bias1), 16);
    target += targetBytes;
    input += inputBytes;
  }
}

export function denseWeightGradient(
  target: usize,
  input: usize,
  inputStride: i32,
  deltas: usize,
  deltaStride: i32,
  samples: i32,
  inputs: i32,
  outputs: i32,
  first: i32,
): void {
  const rowBytes = (<usize>outputs) << 2;
  for (let o = 0; o < outputs; o += 8) {
    const columns = outputs - o;
    const delta = deltas + (o << 2);
    let to = target + (o << 2);
    let i = 0;
    for (; i <= inputs - 4; i += 4) {
      gradientTile(
        to,
        rowBytes,
        input + (i << 2),
        inputStride,
        delta,
        deltaStride,
        samples,
        columns,
        first,
      );
      to += rowBytes << 2;
    }
    for (; i < inputs; i++) {
      gradientRow(to, input + (i << 2), inputStride, delta, deltaStride, samples, columns, first);
      to += rowBytes;
    }
  }
}

/** Four inputs by eight outputs of the weight gradient: `Σₛ input[s][i] · delta[s][o]`, s ascending. */
function gradientTile(
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
function gradientRow(
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

export function biasGradient(
  target: usize,
  deltas: usize,
  deltaStride: i32,
  samples: i32,
  outputs: i32,
  first: i32,
): void {
  const deltaBytes = deltaStride << 2;
  let o = 0;
  // Four registers at a time, because each sum has to wait for its last addition.
  for (; o <= outputs - 16; o += 16) {
    const to = target + (o << 2);
    let delta = deltas + (o << 2);
    let sums0 = first ? f32x4.splat(0) : v128.load(to);
    let sums1 = first ? f32x4.splat(0) : v128.load(to, 16);
    let sums2 = first ? f32x4.splat(0) : v128.load(to, 32);
    let sums3 = first ? f32x4.splat(0) : v128.load(to, 48);
    for (let s = 0; s < samples; s++) {
      sums0 = f32x4.add(sums0, v128.load(delta));
      sums1 = f32x4.add(sums1, v128.load(delta, 16));
      sums2 = f32x4.add(sums2, v128.load(delta, 32));
      sums3 = f32x4.add(sums3, v128.load(delta, 48));
      delta += deltaBytes;
    }
    v128.store(to, sums0);
    v128.store(to, sums1, 16);
    v128.store(to, sums2, 32);
    v128.store(to, sums3, 48);
  }
  for (; o < outputs; o += 4) {
    const to = target + (o << 2);
    let delta = deltas + (o << 2);
    let sums = first ? f32x4.splat(0) : loadPartialOrZero(to, outputs - o);
    for (let s = 0; s < samples; s++) {
      sums = f32x4.add(sums, v128.load(delta));
      delta += deltaBytes;
    }
    storePartial(to, sums, outputs - o);
  }
}
